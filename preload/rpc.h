/*
 * rpc.h - what libc connects to and serves all by itself.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_RPC_H
#define PRELOAD_RPC_H

#include "preload/gate.h"

/*
 * What libc's remote procedure calls connect to: this address at this port, or
 * at the address's own port if `port` is 0; the port mapper of this machine; a
 * host by name, or a socket of this host if `proto` is "unix".
 */
int may_call(const struct asked *ask, const void *addr, uint16_t port);
int may_call_mapper(const struct asked *ask);
int may_call_host(const struct asked *ask, const char *host, const char *proto);

/* What its servers do: bind to any port and register it, or bind to a path. */
int may_serve(const struct asked *ask, int fd);
int may_serve_at(const struct asked *ask, const char *path);

#endif
