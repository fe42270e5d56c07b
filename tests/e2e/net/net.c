/*
 * net.c - makes the calls named on its command line, and says what came of them.
 * SPDX-License-Identifier: MIT
 *
 * Prints "WORD: ok" or "WORD: ERRNO" for each. Without a sandbox none of these
 * does any harm: nobody listens on port 1 of this machine.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int __connect(int fd, const struct sockaddr *addr, socklen_t len);
int __ivaliduser(FILE *hosts, uint32_t addr, const char *local,
		 const char *remote);

/* Old procedures, which libc keeps for programs that were linked long ago. */
#define OLD(name) __asm__(".symver old_" #name "," #name "@GLIBC_2.2.5")
OLD(clnt_create);
OLD(clnttcp_create);
OLD(clntudp_create);
OLD(callrpc);
OLD(getrpcport);
OLD(pmap_getmaps);
OLD(pmap_set);
OLD(svctcp_create);
OLD(rtime);
OLD(__res_query);
void *old_clnt_create(const char *, unsigned long, unsigned long, const char *);
void *old_clnttcp_create(void *, unsigned long, unsigned long, int *, unsigned,
			 unsigned);
void *old_clntudp_create(void *, unsigned long, unsigned long, struct timeval,
			 int *);
int old_callrpc(const char *, unsigned long, unsigned long, unsigned long,
		void *, const char *, void *, char *);
int old_getrpcport(const char *, unsigned long, unsigned long, unsigned);
void *old_pmap_getmaps(void *);
int old_pmap_set(unsigned long, unsigned long, int, unsigned short);
void *old_svctcp_create(int, unsigned, unsigned);
int old_rtime(void *, void *, void *);
int old___res_query(const char *, int, int, unsigned char *, int);

static char host[64] = "127.0.0.1", path[200] = "/nonexistent/socket";
static uint16_t port = 1;
static int family = AF_INET, kind = SOCK_STREAM;

/* The address that the words are about. */
static socklen_t address(struct sockaddr_storage *room)
{
	struct sockaddr_in *in = (struct sockaddr_in *)room;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)room;
	struct sockaddr_un *un = (struct sockaddr_un *)room;

	memset(room, 0, sizeof(*room));
	room->ss_family = (sa_family_t)family;
	if (family == AF_UNIX) {
		strcpy(un->sun_path, path);
		if (path[0] == '@')
			un->sun_path[0] = '\0';
		return (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				   strlen(path) + (path[0] != '@'));
	}
	if (family == AF_INET6) {
		in6->sin6_port = htons(port);
		inet_pton(AF_INET6, host, &in6->sin6_addr);
		return sizeof(*in6);
	}
	in->sin_port = htons(port);
	inet_pton(AF_INET, host, &in->sin_addr);
	return sizeof(*in);
}

static int open_socket(int type)
{
	int fd = socket(family, type, 0);

	if (fd < 0) {
		perror("socket");
		exit(1);
	}
	return fd;
}

static int do_connect(int (*call)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_storage room;
	socklen_t len = address(&room);
	int fd = open_socket(kind), result = call(fd, (void *)&room, len);
	int saved = errno;

	close(fd);
	errno = saved;
	return result;
}

static int real_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	return connect(fd, addr, len);
}

static int real_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	return bind(fd, addr, len);
}

static int bind_listen(int fd, const struct sockaddr *addr, socklen_t len)
{
	return bind(fd, addr, len) ? -1 : listen(fd, 1);
}

static int bind_listen_accept(int fd, const struct sockaddr *addr,
			      socklen_t len)
{
	struct sockaddr_storage room;
	socklen_t size = sizeof(room);
	int to = socket(addr->sa_family, SOCK_STREAM, 0), from;

	if (bind(fd, addr, len) || listen(fd, 1) ||
	    getsockname(fd, (void *)&room, &size) ||
	    connect(to, (void *)&room, size))
		return -1;
	from = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	return from;
}

static int disconnect(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	(void)addr;
	(void)len;
	return connect(fd, &none, sizeof(none));
}

static int do_sendto(int flags)
{
	struct sockaddr_storage room;
	socklen_t len = address(&room);

	return sendto(open_socket(flags ? SOCK_STREAM : SOCK_DGRAM), "x", 1,
		      flags, (void *)&room, len) < 0;
}

/* An IPv4 socket takes AF_UNSPEC in an address for AF_INET. */
static int do_sendto_unspec(void)
{
	struct sockaddr_storage room;
	socklen_t len = address(&room);

	room.ss_family = AF_UNSPEC;
	return sendto(open_socket(SOCK_DGRAM), "x", 1, 0, (void *)&room,
		      len) < 0;
}

static int do_sendmsg(void)
{
	struct sockaddr_storage room;
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_name = &room, .msg_namelen = address(&room),
			      .msg_iov = &iov, .msg_iovlen = 1 };

	return sendmsg(open_socket(SOCK_DGRAM), &msg, 0) < 0;
}

/* The second of three goes to port 1, the others to where `port` says. */
static int do_sendmmsg(int second)
{
	struct sockaddr_storage room[3];
	struct iovec iov = { "x", 1 };
	struct mmsghdr vec[3];
	uint16_t saved = port;
	int sent;

	memset(vec, 0, sizeof(vec));
	for (int i = 0; i < 3; i++) {
		port = i == 1 && second ? 1 : saved;
		vec[i].msg_hdr.msg_name = &room[i];
		vec[i].msg_hdr.msg_namelen = address(&room[i]);
		vec[i].msg_hdr.msg_iov = &iov;
		vec[i].msg_hdr.msg_iovlen = 1;
	}
	port = saved;
	sent = sendmmsg(open_socket(SOCK_DGRAM), vec, 3, 0);
	if (sent >= 0)
		printf("sent %d of 3, %u bytes\n", sent, vec[0].msg_len);
	return sent < 0;
}

static int do_pair(void)
{
	int fds[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) ||
	       send(fds[0], "x", 1, 0) != 1;
}

static int do_getaddrinfo(void)
{
	struct addrinfo *found;
	int result = getaddrinfo(host, NULL, NULL, &found);

	if (result)
		printf("%s\n", gai_strerror(result));
	return result;
}

static int do_getaddrinfo_a(void)
{
	struct gaicb request = { .ar_name = host }, *list[] = { &request };
	int result = getaddrinfo_a(GAI_WAIT, list, 1, NULL);

	return result ? result : gai_error(&request);
}

static int do_gethostbyname(void)
{
	if (gethostbyname(host))
		return 0;
	printf("h_errno %s\n", h_errno == NO_RECOVERY ? "NO_RECOVERY" : "?");
	return 1;
}

static int do_gethostbyname_r(void)
{
	struct hostent room, *found = &room;
	char buffer[2000];
	int herr = 0, err = gethostbyname_r(host, &room, buffer, sizeof(buffer),
					    &found, &herr);

	if (err && (found || herr != NO_RECOVERY))
		printf("not told\n");
	errno = err;
	return err;
}

static int do_getnameinfo(int flags)
{
	struct sockaddr_storage room;
	char name[NI_MAXHOST];
	int result = getnameinfo((void *)&room, address(&room), name,
				 sizeof(name), NULL, 0, flags);

	if (!result)
		printf("is %s\n", name);
	return result;
}

static int do_gethostbyaddr(void)
{
	struct in_addr addr = { htonl(INADDR_LOOPBACK) };

	return !gethostbyaddr(&addr, sizeof(addr), AF_INET);
}

static unsigned char answer[512];

static int do_res_nsend(void)
{
	static struct __res_state state;
	unsigned char query[512];
	int len;

	res_ninit(&state);
	state.nscount = 1;
	state.nsaddr_list[0].sin_family = AF_INET;
	state.nsaddr_list[0].sin_port = htons(1);
	state.nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	state.retry = 1;
	len = res_nmkquery(&state, 0, "a.invalid", 1, 1, NULL, 0, NULL, query,
			   sizeof(query));
	return res_nsend(&state, query, len, answer, sizeof(answer)) < 0;
}

static int do_rcmd(void)
{
	char *to = host;

	return rcmd(&to, htons(1), "a", "b", "c", NULL) < 0;
}

static int do_rexec(void)
{
	char *to = host;

	return rexec(&to, htons(1), "a", "b", "c", NULL) < 0;
}

static int do_rpc(const char *word)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(1),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct timeval wait = { 0, 1 };
	int fd = -1;

	if (strcmp(word, "clnt_create") == 0)
		return !old_clnt_create(host, 1, 1, "tcp");
	if (strcmp(word, "clnttcp_create") == 0)
		return !old_clnttcp_create(&in, 1, 1, &fd, 0, 0);
	if (strcmp(word, "clntudp_create") == 0)
		return !old_clntudp_create(&in, 1, 1, wait, &fd);
	if (strcmp(word, "callrpc") == 0)
		return old_callrpc(host, 1, 1, 1, NULL, NULL, NULL, NULL);
	if (strcmp(word, "getrpcport") == 0)
		return !old_getrpcport(host, 1, 1, 6);
	if (strcmp(word, "pmap_getmaps") == 0)
		return !old_pmap_getmaps(&in);
	if (strcmp(word, "pmap_set") == 0)
		return !old_pmap_set(1, 1, 6, 1);
	if (strcmp(word, "svctcp_create") == 0)
		return !old_svctcp_create(-1, 0, 0);
	return old_rtime(&in, &wait, &wait);
}

static int call(const char *word)
{
	int low = 1023;

#define IS(name) (strcmp(word, name) == 0)
	if (IS("connect"))
		return do_connect(real_connect);
	if (IS("__connect"))
		return do_connect(__connect);
	if (IS("bind"))
		return do_connect(real_bind);
	if (IS("listen"))
		return do_connect(bind_listen);
	if (IS("accept"))
		return do_connect(bind_listen_accept) < 0;
	if (IS("disconnect"))
		return do_connect(disconnect);
	if (IS("sendto"))
		return do_sendto(0);
	if (IS("fastopen"))
		return do_sendto(MSG_FASTOPEN);
	if (IS("unspec"))
		return do_sendto_unspec();
	if (IS("sendmsg"))
		return do_sendmsg();
	if (IS("sendmmsg"))
		return do_sendmmsg(0);
	if (IS("second"))
		return do_sendmmsg(1);
	if (IS("socket"))
		return socket(family, kind, 0) < 0;
	if (IS("sctp"))
		return socket(AF_INET, SOCK_STREAM, 132) < 0;
	if (IS("mptcp"))
		return socket(AF_INET, SOCK_STREAM, 262) < 0;
	if (IS("socketpair"))
		return do_pair();
	if (IS("getaddrinfo"))
		return do_getaddrinfo();
	if (IS("getaddrinfo_a"))
		return do_getaddrinfo_a();
	if (IS("gethostbyname"))
		return do_gethostbyname();
	if (IS("gethostbyname_r"))
		return do_gethostbyname_r();
	if (IS("gethostbyname2"))
		return !gethostbyname2(host, AF_INET);
	if (IS("gethostbyaddr"))
		return do_gethostbyaddr();
	if (IS("getnameinfo"))
		return do_getnameinfo(0);
	if (IS("named"))
		return do_getnameinfo(NI_NAMEREQD);
	if (IS("res_query"))
		return res_query(host, 1, 1, answer, sizeof(answer)) < 0;
	if (IS("__res_query"))
		return old___res_query(host, 1, 1, answer, sizeof(answer)) < 0;
	if (IS("res_search"))
		return res_search(host, 1, 1, answer, sizeof(answer)) < 0;
	if (IS("res_querydomain"))
		return res_querydomain("a", host, 1, 1, answer,
				       sizeof(answer)) < 0;
	if (IS("res_nsend"))
		return do_res_nsend();
	if (IS("rcmd"))
		return do_rcmd();
	if (IS("rexec"))
		return do_rexec();
	if (IS("ruserok"))
		return ruserok(host, 0, "a", "b");
	if (IS("rresvport"))
		return rresvport(&low) < 0;
	return do_rpc(word);
}

static const char *outcome(int result)
{
	return !result	      ? "ok" :
	       errno == 7777 ? "failed" :
				strerrorname_np(errno);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++) {
		char *word = argv[i];

		if (sscanf(word, "host=%63s", host) == 1 ||
		    sscanf(word, "port=%hu", &port) == 1)
			continue;
		if (sscanf(word, "path=%199s", path) == 1 ||
		    sscanf(word, "family=%d", &family) == 1 ||
		    sscanf(word, "kind=%d", &kind) == 1)
			continue;
		errno = 7777;
		printf("%s: %s\n", word, outcome(call(word)));
	}
	return 0;
}
