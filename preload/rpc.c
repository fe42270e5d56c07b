/*
 * rpc.c - what libc connects to and serves all by itself.
 * SPDX-License-Identifier: MIT
 *
 * Sun's remote procedure calls, rcmd and rexec, kept for old programs: the
 * address is judged as given, not copied.
 */
#include "preload/rpc.h"

#include <string.h>

#include "preload/net.h"

enum {
	PORT_MAPPER = 111,
	LOCAL_HEAD = offsetof(struct sockaddr_un, sun_path),
	LOCAL_MAX = sizeof(struct sockaddr_un) - LOCAL_HEAD
};

int may_call(const struct asked *ask, const void *addr, uint16_t port)
{
	struct peer peer;

	if (!addr)
		return 0;
	memset(&peer.copy, 0, sizeof(peer.copy));
	memcpy(&peer.copy, addr, sizeof(struct sockaddr_in));
	if (port)
		((struct sockaddr_in *)&peer.copy)->sin_port = htons(port);
	((struct sockaddr_in *)&peer.copy)->sin_family = AF_INET;
	peer_is(&peer, &peer.copy.any, sizeof(struct sockaddr_in));
	return may_connect(ask, &peer);
}

int may_call_mapper(const struct asked *ask)
{
	const struct sockaddr_in here = {
	    .sin_addr = {htonl(INADDR_LOOPBACK)},
	};

	return may_call(ask, &here, PORT_MAPPER);
}

static void local_peer(struct peer *peer, const char *path)
{
	size_t len = strnlen(path, LOCAL_MAX);

	memset(&peer->copy, 0, sizeof(peer->copy));
	peer->copy.local.sun_family = AF_UNIX;
	memcpy(peer->copy.local.sun_path, path, len);
	peer_is(peer, &peer->copy, LOCAL_HEAD + (socklen_t)len);
}

/*
 * What libc will connect to is not known before it does: the name may be looked
 * up, and it takes a rule for every address and port.
 */
int may_call_host(const struct asked *ask, const char *host, const char *proto)
{
	struct peer peer;
	int err;

	if (!host)
		return 0;
	if (!proto || strcmp(proto, "unix") != 0) {
		const struct net_address any = {.family = AF_INET};

		err = gate_decide(
		    ask, &(struct query){.right = NET_CONNECT, .host = host});
		return err ? err
			   : gate_decide(ask,
					 &(struct query){.right = NET_CONNECT,
							 .address = &any});
	}
	local_peer(&peer, host);
	err = may_connect(ask, &peer);
	peer_leave(&peer);
	return err;
}

int may_serve(const struct asked *ask, int fd)
{
	return fd < 0 ? may_bind_any(ask) : may_listen(ask, fd);
}

int may_serve_at(const struct asked *ask, const char *path)
{
	struct peer peer;
	int err;

	if (!path)
		return 0;
	local_peer(&peer, path);
	err = may_bind(ask, &peer);
	peer_leave(&peer);
	return err;
}
