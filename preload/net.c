/*
 * net.c - sockets: where they may lead, and who may come in.
 * SPDX-License-Identifier: MIT
 *
 * The question is about the address, never about the descriptor: it is what the
 * kernel will use, and it is copied before anybody judges it.
 */
#include "preload/net.h"

#include "config/raw.h"
#include "preload/names.h"
#include "preload/path.h"
#include "preload/real.h"

enum {
	PROTOCOL_SCTP = 132,
	PROTOCOL_MPTCP = 262,
	LOCAL_HEAD = offsetof(struct sockaddr_un, sun_path),
	MESSAGES_MAX = 1024 /* the kernel's own bound on sendmmsg */
};

static int decide(const struct asked *ask, enum right right,
		  const struct net_address *address)
{
	return gate_decide(ask, &(struct query){
				    .right = right,
				    .address = address,
				    .resolved = names_items(address),
				});
}

/* Takes the program's address into peer->copy, and reads it. */
static int take(struct peer *peer, struct net_address *address)
{
	if (peer->len > sizeof(peer->copy))
		return -EINVAL;
	if (peer->addr != &peer->copy.any)
		memcpy(&peer->copy, peer->addr, peer->len);
	peer->addr = &peer->copy.any;
	return net_address_of(peer->addr, peer->len, address);
}

static bool has_path(const struct net_address *address)
{
	return address->family == AF_UNIX && address->path[0] &&
	       address->path[0] != '@';
}

static int decide_path(const struct asked *ask, enum right right,
		       struct net_address *address, const char *path)
{
	size_t len = strlen(path);

	if (len >= sizeof(address->path))
		return gate_refuse(ask, right, path,
				   "length of a socket's path", -EACCES);
	memcpy(address->path, path, len + 1);
	return decide(ask, right, address);
}

/*
 * Judges what the path of a socket leads to, which then stands in peer->at. A
 * refusal comes before what the kernel would have said of the path.
 */
static int judge_path(const struct asked *ask, struct peer *peer, enum how how,
		      enum right right, struct net_address *address)
{
	int found = place_ask(ask, &peer->at, how, 0, AT_FDCWD, address->path);
	int err;

	if (found && (!peer->at.scratch || found == -EBADF))
		return found;
	err = decide_path(ask, right, address, peer->at.scratch->path);
	return err ? err : found;
}

/* What was judged is what gets connected to. */
static int reach_path(const struct asked *ask, struct peer *peer,
		      struct net_address *address)
{
	int err = judge_path(ask, peer, FOLLOW, NET_LOCAL, address);
	size_t size;

	if (err)
		return err;
	size = strlen(peer->at.name) + 1;
	memcpy(peer->copy.local.sun_path, peer->at.name, size);
	peer->len = LOCAL_HEAD + (socklen_t)size;
	return 0;
}

static int reach(const struct asked *ask, struct peer *peer,
		 struct net_address *address)
{
	if (has_path(address))
		return reach_path(ask, peer, address);
	return decide(ask, address->family == AF_UNIX ? NET_LOCAL : NET_CONNECT,
		      address);
}

int may_connect(const struct asked *ask, struct peer *peer)
{
	struct net_address address;
	int err;

	if (!peer->addr)
		return 0;
	err = take(peer, &address);
	if (err || address.family == AF_UNSPEC) /* that one disconnects */
		return err;
	return reach(ask, peer, &address);
}

/*
 * AF_UNSPEC means AF_INET to the kernel when it sends from or binds an IPv4
 * socket (udp_sendmsg, inet_bind). Judged so; libc still gets what was given.
 */
static int take_unspec(struct peer *peer, struct net_address *address)
{
	int err = take(peer, address);

	if (!err && address->family == AF_UNSPEC) {
		peer->copy.any.sa_family = AF_INET;
		err = net_address_of(peer->addr, peer->len, address);
		peer->copy.any.sa_family = AF_UNSPEC;
	}
	return err;
}

int may_send(const struct asked *ask, struct peer *peer)
{
	struct net_address address;
	int err;

	if (!peer->addr || !peer->len) /* to whom it is connected */
		return 0;
	err = take_unspec(peer, &address);
	return err ? err : reach(ask, peer, &address);
}

/*
 * Binding to a path makes a file. Where `bind` says nothing about sockets, it
 * is for the rules on files to say. The path stays as it is: it becomes the
 * socket's name, which others read.
 */
static int bind_path(const struct asked *ask, struct peer *peer,
		     struct net_address *address)
{
	if (gate_restricts(RIGHT(NET_BIND)))
		return judge_path(ask, peer, ENTRY, NET_BIND, address);
	return place_ask(ask, &peer->at, ENTRY, RIGHT(FS_WRITE), AT_FDCWD,
			 address->path);
}

int may_bind(const struct asked *ask, struct peer *peer)
{
	struct net_address address;
	int err;

	if (!peer->addr)
		return 0;
	err = take_unspec(peer, &address);
	if (err)
		return err;
	return has_path(&address) ? bind_path(ask, peer, &address)
				  : decide(ask, NET_BIND, &address);
}

int may_bind_any(const struct asked *ask)
{
	return decide(ask, NET_BIND, &(struct net_address){.family = AF_INET});
}

/* What is not a socket, or has no address, is for the kernel to refuse. */
int may_listen(const struct asked *ask, int fd)
{
	struct net_address address;
	struct peer local;
	socklen_t len = sizeof(local.copy);
	int err;

	if (RAW(getsockname, fd, &local.copy, &len) < 0 ||
	    net_address_of(&local.copy.any, len, &address))
		return 0;
	if (!has_path(&address))
		return decide(ask, NET_LISTEN, &address);
	peer_is(&local, NULL, 0);
	place_ask(ask, &local.at, ENTRY, 0, AT_FDCWD, address.path);
	err = local.at.scratch ? decide_path(ask, NET_LISTEN, &address,
					     local.at.scratch->path)
			       : -ENOMEM;
	peer_leave(&local);
	return err;
}

/*
 * SCTP connects and binds through socket options, and the rules that the kernel
 * knows for TCP do not hold for MPTCP.
 */
int may_socket(const struct asked *ask, int domain, int type, int protocol)
{
	int err =
	    gate_decide(ask, &(struct query){
				 .right = NET_SOCKET,
				 .domain = domain,
				 .kind = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK),
			     });

	if (err || (domain != AF_INET && domain != AF_INET6))
		return err;
	if (protocol == PROTOCOL_SCTP)
		return gate_refuse(ask, NET_SOCKET, "SCTP",
				   "restricted network", -EACCES);
	if (protocol == PROTOCOL_MPTCP)
		return gate_refuse(ask, NET_SOCKET, "MPTCP",
				   "restricted network", -EACCES);
	return 0;
}

/* linux/sctp.h: BINDX_ADD, CONNECTX_OLD, CONNECTX, CONNECTX3. */
int may_set_option(const struct asked *ask, int level, int option)
{
	if (level != PROTOCOL_SCTP ||
	    (option != 100 && option != 107 && option != 110 && option != 111))
		return 0;
	return gate_refuse(ask, NET_SOCKET, "SCTP", "restricted network",
			   -EACCES);
}

EXPORT int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct peer peer;
	int err;

	peer_is(&peer, addr, len);
	err = ASK(NET_AWAY, "connect", may_connect(ask, &peer));
	err = err ? -1 : real.connect(fd, peer.addr, peer.len);
	peer_leave(&peer);
	return err;
}

EXPORT int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct peer peer;
	int err;

	peer_is(&peer, addr, len);
	err = ASK(RIGHT(NET_BIND) | RIGHT(FS_WRITE), "bind",
		  may_bind(ask, &peer));
	err = err ? -1 : real.bind(fd, peer.addr, peer.len);
	peer_leave(&peer);
	return err;
}

EXPORT ssize_t sendto(int fd, const void *bytes, size_t n, int flags,
		      const struct sockaddr *addr, socklen_t len)
{
	struct peer peer;
	ssize_t sent = -1;

	peer_is(&peer, addr, len);
	if (!ASK(NET_AWAY, "sendto", may_send(ask, &peer)))
		sent = real.sendto(fd, bytes, n, flags, peer.addr, peer.len);
	peer_leave(&peer);
	return sent;
}

/* The kernel cuts a name that is too long, where connect refuses it. */
long net_send_message(const struct asked *ask, int fd, const struct msghdr *msg,
		      int flags)
{
	struct msghdr copy = *msg;
	struct peer peer;
	long sent;

	peer_is(&peer, copy.msg_name, copy.msg_namelen);
	if (peer.len > sizeof(peer.copy))
		peer.len = sizeof(peer.copy);
	sent = may_send(ask, &peer);
	if (!sent) {
		copy.msg_name = (void *)peer.addr;
		copy.msg_namelen = peer.len;
		sent = real.sendmsg(fd, &copy, flags);
		sent = sent < 0 ? -errno : sent;
	}
	peer_leave(&peer);
	return sent;
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct asked ask;
	long sent;

	if (!gate_restricts(NET_AWAY) || !msg)
		return real.sendmsg(fd, msg, flags);
	gate_enter(&ask, "sendmsg", __builtin_return_address(0));
	sent = net_send_message(&ask, fd, msg, flags);
	gate_leave(&ask, sent < 0 ? (int)sent : 0);
	return sent < 0 ? -1 : sent;
}

/* One by one: each has a name of its own, and each is copied. */
long net_send_messages(const struct asked *ask, int fd, struct mmsghdr *vec,
		       unsigned n, int flags)
{
	long sent = 0;
	unsigned i;

	for (i = 0; i < n && i < MESSAGES_MAX; i++) {
		sent = net_send_message(ask, fd, &vec[i].msg_hdr, flags);
		if (sent < 0)
			break;
		vec[i].msg_len = (unsigned)sent;
	}
	return i > 0 ? (long)i : sent;
}

EXPORT int sendmmsg(int fd, struct mmsghdr *vec, unsigned n, int flags)
{
	struct asked ask;
	long sent;

	if (!gate_restricts(NET_AWAY) || !vec)
		return real.sendmmsg(fd, vec, n, flags);
	gate_enter(&ask, "sendmmsg", __builtin_return_address(0));
	sent = net_send_messages(&ask, fd, vec, n, flags);
	gate_leave(&ask, sent < 0 ? (int)sent : 0);
	return sent < 0 ? -1 : (int)sent;
}

EXPORT int __connect(int fd, const struct sockaddr *addr, socklen_t len)
    __attribute__((alias("connect")));
EXPORT int __sendmmsg(int fd, struct mmsghdr *vec, unsigned n, int flags)
    __attribute__((alias("sendmmsg")));
