/*
 * net.h - questions of the family net.
 * SPDX-License-Identifier: MIT
 *
 * An address is copied before it is judged, and libc gets the copy: another
 * thread may rewrite the program's.
 */
#ifndef PRELOAD_NET_H
#define PRELOAD_NET_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "preload/lookup.h"
#include "preload/path.h"
#include "preload/rpc.h"

/* The rights that decide where a socket may lead to. */
#define NET_AWAY (RIGHT(NET_CONNECT) | RIGHT(NET_LOCAL))
/* Any of them withheld means that the network is restricted. */
#define NET_ALL                                                                \
	(NET_AWAY | RIGHT(NET_SOCKET) | RIGHT(NET_BIND) | RIGHT(NET_LISTEN))

struct peer {
	const struct sockaddr *addr; /* to give to libc */
	socklen_t len;
	union {
		struct sockaddr any;
		struct sockaddr_un local;
		struct sockaddr_storage room;
	} copy;          /* where .addr points to once it was judged */
	struct place at; /* what a path in it leads to */
};

/* An address as the program gave it. Call peer_leave() in the end. */
static inline void peer_is(struct peer *peer, const void *addr, socklen_t len)
{
	peer->addr = addr;
	peer->len = len;
	peer->at = (struct place)PLACE(NULL);
}

/* After the call. Keeps errno. */
static inline void peer_leave(struct peer *peer)
{
	if (peer->at.scratch)
		place_leave(&peer->at);
}

/*
 * Each of these three judges peer->addr and leaves the judged copy there. NULL
 * is not judged: the kernel has an answer to it.
 */
int may_connect(const struct asked *ask, struct peer *peer);
int may_send(const struct asked *ask, struct peer *peer);
int may_bind(const struct asked *ask, struct peer *peer);

/* May something be bound to an address of libc's choice? */
int may_bind_any(const struct asked *ask);

/* Listening, and accepting from a socket that somebody else made listen. */
int may_listen(const struct asked *ask, int fd);

int may_socket(const struct asked *ask, int domain, int type, int protocol);

/* The options that connect or bind. */
int may_set_option(const struct asked *ask, int level, int option);

/*
 * sendmsg and sendmmsg after their question. `send` returns what sendmsg does;
 * these return that, or a negative errno.
 */
long net_send_message(const struct asked *ask, int fd, const struct msghdr *msg,
		      int flags);
long net_send_messages(const struct asked *ask, int fd, struct mmsghdr *vec,
		       unsigned n, int flags);

#endif
