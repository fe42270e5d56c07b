/*
 * net.c - denials of the family net.
 * SPDX-License-Identifier: MIT
 *
 * The sockets are no sockets, the addresses are of networks that are not there
 * (RFC 5737), and the host's name is nobody's (RFC 2606).
 */
#include <netinet/in.h>

#include "tests/e2e/denied/denied.h"

enum {
	SCTP = 132, /* a protocol whose option 110 connects */
	CONNECTX = 110,
	RPC_SYSTEMERROR = 12
};

struct __res_state *__res_state(void);

static char host[] = "nobody.invalid";
static char *name = host;
static char text[1024];
static unsigned char answer[512];

/* 192.0.2.1:9 */
static struct sockaddr_in there = {
    .sin_family = AF_INET,
    .sin_port = 0x0900,
    .sin_addr = {0x010200c0},
};
static struct sockaddr *const to = (struct sockaddr *)&there;
static struct sockaddr_un local = {AF_UNIX, NOWHERE};

/* A question for nobody.invalid, of type A. */
static const unsigned char question[] = "\0\1\1\0\0\1\0\0\0\0\0\0"
					"\6nobody\7invalid\0\0\1\0";

static struct iovec bytes = {text, 1};
static struct mmsghdr message = {.msg_hdr = {.msg_name = &there,
					     .msg_namelen = sizeof(there),
					     .msg_iov = &bytes,
					     .msg_iovlen = 1}};

/* Where the functions that end in _r put what they find. */
static struct hostent host_room, *host_found = &host_room;
static struct netent net_room, *net_found = &net_room;
static int host_err;
static struct timeval second = {1, 0};

/* One end of a pair: it has an address, if not a name. */
static int end(void)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) ? -1 : ends[0];
}

static bool no_host(const void *result)
{
	return none(result) && h_errno == NO_RECOVERY;
}

static bool no_host_r(int result)
{
	return result == EACCES && !host_found && host_err == NO_RECOVERY;
}

static bool no_net_r(int result)
{
	return result == EACCES && !net_found && host_err == NO_RECOVERY;
}

/* clang-format off */
DENIED(socket) { return refused(socket(AF_INET, SOCK_STREAM, 0)); }
DENIED(__socket) { return refused(__socket(AF_INET, SOCK_STREAM, 0)); }
DENIED(connect) { return refused(connect(-1, to, sizeof(there))); }
DENIED(__connect) { return refused(__connect(-1, to, sizeof(there))); }
DENIED(bind) { return refused(bind(-1, to, sizeof(there))); }
DENIED(listen) { return refused(listen(end(), 1)); }
DENIED(accept) { return refused(accept(end(), NULL, NULL)); }
DENIED(accept4) { return refused(accept4(end(), NULL, NULL, 0)); }
DENIED(setsockopt)
{
	return refused(setsockopt(-1, SCTP, CONNECTX, to, sizeof(there)));
}
DENIED(sendto) { return refused(sendto(-1, "a", 1, 0, to, sizeof(there))); }
DENIED(sendmsg) { return refused(sendmsg(-1, &message.msg_hdr, 0)); }
DENIED(sendmmsg) { return refused(sendmmsg(-1, &message, 1, 0)); }
DENIED(__sendmmsg) { return refused(__sendmmsg(-1, &message, 1, 0)); }
DENIED(bindresvport) { return refused(bindresvport(-1, NULL)); }
DENIED(rresvport) { int port = 1023; return refused(rresvport(&port)); }
DENIED(rresvport_af)
{
	int port = 1023;

	return refused(rresvport_af(&port, AF_INET));
}

DENIED(getaddrinfo)
{
	struct addrinfo *found;

	return is(getaddrinfo(host, NULL, NULL, &found), EAI_SYSTEM, EACCES);
}
DENIED(getaddrinfo_a)
{
	struct gaicb request = { .ar_name = host }, *list = &request;

	return is(getaddrinfo_a(GAI_WAIT, &list, 1, NULL), EAI_SYSTEM, EACCES);
}
NOTHING_TO_DENY(gai_error, "it tells what became of a look-up")
DENIED(gethostbyname) { return no_host(gethostbyname(host)); }
DENIED(gethostbyname2) { return no_host(gethostbyname2(host, AF_INET)); }
DENIED(gethostbyname_r)
{
	return no_host_r(gethostbyname_r(host, &host_room, text, sizeof(text),
					 &host_found, &host_err));
}
DENIED(gethostbyname2_r)
{
	return no_host_r(gethostbyname2_r(host, AF_INET, &host_room, text,
					  sizeof(text), &host_found,
					  &host_err));
}
DENIED(getnameinfo)
{
	return is(getnameinfo(to, sizeof(there), text, sizeof(text), NULL, 0,
			      NI_NAMEREQD), EAI_SYSTEM, EACCES);
}
DENIED(gethostbyaddr)
{
	return no_host(gethostbyaddr(&there.sin_addr, 4, AF_INET));
}
DENIED(gethostbyaddr_r)
{
	return no_host_r(gethostbyaddr_r(&there.sin_addr, 4, AF_INET,
					 &host_room, text, sizeof(text),
					 &host_found, &host_err));
}
DENIED(getnetbyname) { return no_host(getnetbyname(host)); }
DENIED(getnetbyname_r)
{
	return no_net_r(getnetbyname_r(host, &net_room, text, sizeof(text),
				       &net_found, &host_err));
}
DENIED(getnetbyaddr) { return no_host(getnetbyaddr(0xc0000200, AF_INET)); }
DENIED(getnetbyaddr_r)
{
	return no_net_r(getnetbyaddr_r(0xc0000200, AF_INET, &net_room, text,
				       sizeof(text), &net_found, &host_err));
}

DENIED(res_query) { return refused(res_query(host, 1, 1, answer, 512)); }
DENIED(__res_query) { return refused(__res_query(host, 1, 1, answer, 512)); }
DENIED(res_search) { return refused(res_search(host, 1, 1, answer, 512)); }
DENIED(__res_search) { return refused(__res_search(host, 1, 1, answer, 512)); }
DENIED(res_querydomain)
{
	return refused(res_querydomain("a", host, 1, 1, answer, 512));
}
DENIED(__res_querydomain)
{
	return refused(__res_querydomain("a", host, 1, 1, answer, 512));
}
DENIED(res_send)
{
	return refused(res_send(question, sizeof(question), answer, 512));
}
DENIED(__res_send)
{
	return refused(__res_send(question, sizeof(question), answer, 512));
}
DENIED(res_nquery)
{
	return refused(res_nquery(__res_state(), host, 1, 1, answer, 512));
}
DENIED(__res_nquery)
{
	return refused(__res_nquery(__res_state(), host, 1, 1, answer, 512));
}
DENIED(res_nsearch)
{
	return refused(res_nsearch(__res_state(), host, 1, 1, answer, 512));
}
DENIED(__res_nsearch)
{
	return refused(__res_nsearch(__res_state(), host, 1, 1, answer, 512));
}
DENIED(res_nquerydomain)
{
	return refused(res_nquerydomain(__res_state(), "a", host, 1, 1, answer,
					512));
}
DENIED(__res_nquerydomain)
{
	return refused(__res_nquerydomain(__res_state(), "a", host, 1, 1,
					  answer, 512));
}
DENIED(res_nsend)
{
	return refused(res_nsend(__res_state(), question, sizeof(question),
				 answer, 512));
}
DENIED(__res_nsend)
{
	return refused(__res_nsend(__res_state(), question, sizeof(question),
				   answer, 512));
}

DENIED(rcmd) { return refused(rcmd(&name, 514, "a", "b", "true", NULL)); }
DENIED(rcmd_af)
{
	return refused(rcmd_af(&name, 514, "a", "b", "true", NULL, AF_INET));
}
DENIED(rexec) { return refused(rexec(&name, 512, "a", "b", "true", NULL)); }
DENIED(rexec_af)
{
	return refused(rexec_af(&name, 512, "a", "b", "true", NULL, AF_INET));
}
DENIED(ruserok) { return refused(ruserok(host, 0, "a", "b")); }
DENIED(ruserok_af) { return refused(ruserok_af(host, 0, "a", "b", AF_INET)); }
DENIED(iruserok) { return refused(iruserok(0x010200c0, 0, "a", "b")); }
DENIED(iruserok_af)
{
	return refused(iruserok_af(&there.sin_addr, 0, "a", "b", AF_INET));
}
DENIED(__ivaliduser) { return refused(__ivaliduser(stdin, 1, "a", "b")); }

DENIED(clnt_create) { return none(clnt_create(host, 1, 1, "tcp")); }
DENIED(clnttcp_create)
{
	int fd = -1;

	return none(clnttcp_create(&there, 1, 1, &fd, 0, 0));
}
DENIED(clntudp_create)
{
	int fd = -1;

	return none(clntudp_create(&there, 1, 1, second, &fd));
}
DENIED(clntudp_bufcreate)
{
	int fd = -1;

	return none(clntudp_bufcreate(&there, 1, 1, second,
				      &fd, 512, 512));
}
DENIED(clntunix_create)
{
	int fd = -1;

	return none(clntunix_create(&local, 1, 1, &fd, 0, 0));
}
DENIED(clnt_broadcast)
{
	return is(clnt_broadcast(1, 1, 1, NULL, NULL, NULL, NULL, NULL),
		  RPC_SYSTEMERROR, EACCES);
}
DENIED(callrpc)
{
	return is(callrpc(host, 1, 1, 1, NULL, NULL, NULL, NULL),
		  RPC_SYSTEMERROR, EACCES);
}
DENIED(getrpcport) { return is(getrpcport(host, 1, 1, 6), 0, EACCES); }
DENIED(pmap_getmaps) { return none(pmap_getmaps(&there)); }
DENIED(pmap_getport) { return is(pmap_getport(&there, 1, 1, 6), 0, EACCES); }
DENIED(pmap_rmtcall)
{
	unsigned long port;

	return is(pmap_rmtcall(&there, 1, 1, 1, NULL, NULL, NULL, NULL,
			       second, &port),
		  RPC_SYSTEMERROR, EACCES);
}
DENIED(pmap_set) { return is(pmap_set(1, 1, 6, 9), 0, EACCES); }
DENIED(pmap_unset) { return is(pmap_unset(1, 1), 0, EACCES); }
DENIED(registerrpc) { return refused(registerrpc(1, 1, 1, NULL, NULL, NULL)); }
DENIED(svc_register)
{
	static long server[64]; /* more than an SVCXPRT */

	return is(svc_register(server, 1, 1, NULL, 6), 0, EACCES);
}
DENIED(svc_unregister) { svc_unregister(1, 1); return errno == EACCES; }
DENIED(svctcp_create) { return none(svctcp_create(-1, 0, 0)); }
DENIED(svcudp_create) { return none(svcudp_create(-1)); }
DENIED(svcudp_bufcreate) { return none(svcudp_bufcreate(-1, 512, 512)); }
DENIED(svcunix_create)
{
	char path[] = NOWHERE;

	return none(svcunix_create(-1, 0, 0, path));
}
DENIED(rtime) { unsigned time; return refused(rtime(&there, &time, NULL)); }
DENIED(authdes_create) { return none(authdes_create(host, 60, to, NULL)); }
DENIED(authdes_pk_create)
{
	struct { unsigned n; char *bytes; } key = { 1, text }; /* a netobj */

	return none(authdes_pk_create(host, &key, 60, to, NULL));
}
/* clang-format on */
