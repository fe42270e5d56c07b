/*
 * lookup.c - which names may be looked up, and what the answers were.
 * SPDX-License-Identifier: MIT
 *
 * The resolver's own sockets never meet our wrappers: libc calls itself. So a
 * name is judged before it is handed on, and the answers are noted afterwards.
 */
#include "preload/lookup.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <resolv.h>

#include "preload/names.h"
#include "preload/net.h"
#include "preload/real.h"

static int ask_host(const struct asked *ask, const char *host)
{
	return gate_decide(ask,
			   &(struct query){.right = NET_CONNECT, .host = host});
}

/* An address in digits, which is not looked up: also "fe80::1%eth0". */
static bool is_numeric(const char *host)
{
	const char *zone = strchr(host, '%');
	size_t len = zone ? (size_t)(zone - host) : strlen(host);
	char text[INET6_ADDRSTRLEN];
	struct in6_addr bytes;

	if (len >= sizeof(text))
		return false;
	memcpy(text, host, len);
	text[len] = '\0';
	return inet_pton(AF_INET6, text, &bytes) == 1 ||
	       (!zone && inet_aton(text, (struct in_addr *)&bytes));
}

int may_look_up(const struct asked *ask, struct name *name)
{
	size_t len;

	if (!name->host || is_numeric(name->host))
		return 0;
	name->scratch = scratch_take();
	if (!name->scratch)
		return -ENOMEM;
	len = strnlen(name->host, SCRATCH_PATH - 1);
	memcpy(name->scratch->path, name->host, len);
	name->scratch->path[len] = '\0';
	name->host = name->scratch->path;
	return ask_host(ask, name->host);
}

void name_leave(struct name *name)
{
	scratch_drop(name->scratch);
}

int may_look_around(const struct asked *ask)
{
	return ask_host(ask, "");
}

int names_refused(void *result, int *h_errnop, int err)
{
	void *none = NULL;

	memcpy(result, &none, sizeof(none));
	*h_errnop = NO_RECOVERY;
	return -err;
}

static void learn_list(const char *host, const struct addrinfo *list)
{
	struct net_address address;

	for (; list; list = list->ai_next)
		if (list->ai_addr &&
		    net_address_of(list->ai_addr, list->ai_addrlen, &address) ==
			0)
			names_learn(host, &address);
}

static void learn_host(const struct name *name, const struct hostent *found)
{
	struct net_address address = {.family = AF_UNSPEC};

	if (!name->scratch || !found || found->h_length < 4 ||
	    found->h_length > 16)
		return;
	address.family = found->h_addrtype;
	for (char **bytes = found->h_addr_list; *bytes; bytes++) {
		memcpy(address.bytes, *bytes, (size_t)found->h_length);
		names_learn(name->host, &address);
	}
}

EXPORT int getaddrinfo(const char *node, const char *service,
		       const struct addrinfo *hints, struct addrinfo **found)
{
	struct name name = HOST(node);
	int err =
	    ASK(RIGHT(NET_CONNECT), "getaddrinfo", may_look_up(ask, &name));
	int result = err ? EAI_SYSTEM
			 : real.getaddrinfo(name.host, service, hints, found);

	if (!result && name.scratch)
		learn_list(name.host, *found);
	name_leave(&name);
	return result;
}

/* Every name of the batch; its threads read the program's copies later. */
static int may_look_up_all(const struct asked *ask, struct gaicb **list, int n)
{
	int err = 0;

	for (int i = 0; list && i < n && !err; i++) {
		struct name name = HOST(list[i] ? list[i]->ar_name : NULL);

		err = may_look_up(ask, &name);
		name_leave(&name);
	}
	return err;
}

EXPORT int getaddrinfo_a(int mode, struct gaicb **list, int n,
			 struct sigevent *event)
{
	int err = ASK(RIGHT(NET_CONNECT), "getaddrinfo_a",
		      may_look_up_all(ask, list, n));

	return err ? EAI_SYSTEM : real.getaddrinfo_a(mode, list, n, event);
}

/* Where a program learns that an answer of getaddrinfo_a is there; so do we. */
EXPORT int gai_error(struct gaicb *request)
{
	int result = real.gai_error(request);

	if (!result && gate_restricts(RIGHT(NET_CONNECT)) && request->ar_name)
		learn_list(request->ar_name, request->ar_result);
	return result;
}

EXPORT struct hostent *gethostbyname(const char *host)
{
	struct name name = HOST(host);
	struct hostent *found = NULL;

	if (ASK(RIGHT(NET_CONNECT), "gethostbyname", may_look_up(ask, &name)))
		h_errno = NO_RECOVERY;
	else
		found = real.gethostbyname(name.host);
	learn_host(&name, found);
	name_leave(&name);
	return found;
}

EXPORT struct hostent *gethostbyname2(const char *host, int family)
{
	struct name name = HOST(host);
	struct hostent *found = NULL;

	if (ASK(RIGHT(NET_CONNECT), "gethostbyname2", may_look_up(ask, &name)))
		h_errno = NO_RECOVERY;
	else
		found = real.gethostbyname2(name.host, family);
	learn_host(&name, found);
	name_leave(&name);
	return found;
}

EXPORT int gethostbyname_r(const char *host, struct hostent *room, char *buffer,
			   size_t size, struct hostent **found, int *h_errnop)
{
	struct name name = HOST(host);
	int err =
	    ASK(RIGHT(NET_CONNECT), "gethostbyname_r", may_look_up(ask, &name));
	int result = err ? names_refused(found, h_errnop, err)
			 : real.gethostbyname_r(name.host, room, buffer, size,
						found, h_errnop);

	if (!result)
		learn_host(&name, *found);
	name_leave(&name);
	return result;
}

EXPORT int gethostbyname2_r(const char *host, int family, struct hostent *room,
			    char *buffer, size_t size, struct hostent **found,
			    int *h_errnop)
{
	struct name name = HOST(host);
	int err = ASK(RIGHT(NET_CONNECT), "gethostbyname2_r",
		      may_look_up(ask, &name));
	int result = err ? names_refused(found, h_errnop, err)
			 : real.gethostbyname2_r(name.host, family, room,
						 buffer, size, found, h_errnop);

	if (!result)
		learn_host(&name, *found);
	name_leave(&name);
	return result;
}

/*
 * An address without a name is given in digits: so is one whose name may not be
 * looked up, unless the program insists on a name.
 */
EXPORT int getnameinfo(const struct sockaddr *addr, socklen_t len, char *host,
		       socklen_t hostlen, char *service, socklen_t servicelen,
		       int flags)
{
	int saved = errno;
	bool looks = host && hostlen && addr && addr->sa_family != AF_UNIX &&
		     !(flags & NI_NUMERICHOST);

	if (looks &&
	    ASK(RIGHT(NET_CONNECT), "getnameinfo", may_look_around(ask))) {
		if (flags & NI_NAMEREQD)
			return EAI_SYSTEM;
		errno = saved;
		flags |= NI_NUMERICHOST;
	}
	return real.getnameinfo(addr, len, host, hostlen, service, servicelen,
				flags);
}

int may_query(const struct asked *ask, const char *name, const char *domain)
{
	struct text text;
	struct scratch *scratch;
	int err;

	if (!name)
		return 0;
	if (!domain || !*domain)
		return ask_host(ask, name);
	scratch = scratch_take();
	if (!scratch)
		return -ENOMEM;
	text = text_in(scratch->path, sizeof(scratch->path));
	text_add(&text, name);
	text_char(&text, '.');
	text_add(&text, domain);
	err = ask_host(ask, scratch->path);
	scratch_drop(scratch);
	return err;
}

static const struct sockaddr *server_of(const struct __res_state *state, int i,
					socklen_t *len)
{
	if (state->nsaddr_list[i].sin_family == AF_INET) {
		*len = sizeof(state->nsaddr_list[i]);
		return (const struct sockaddr *)&state->nsaddr_list[i];
	}
	*len = sizeof(struct sockaddr_in6);
	return (const struct sockaddr *)state->_u._ext.nsaddrs[i];
}

static int may_ask_servers(const struct asked *ask,
			   const struct __res_state *state)
{
	struct peer server;
	socklen_t len;
	int err = 0;

	for (int i = 0; i < state->nscount && i < MAXNS && !err; i++) {
		const struct sockaddr *addr = server_of(state, i, &len);

		peer_is(&server, addr, len);
		err = may_connect(ask, &server);
		peer_leave(&server);
	}
	return err;
}

int may_query_at(const struct asked *ask, const struct __res_state *state,
		 const char *name, const char *domain)
{
	int err = may_query(ask, name, domain);

	return err || !state ? err : may_ask_servers(ask, state);
}

/* The first question's name, RFC 1035 4.1: what follows a header of 12 bytes.
 */
static void question_name(const unsigned char *message, int len,
			  struct text *text)
{
	int at = 12;

	while (at < len && message[at] > 0 && message[at] < 64 &&
	       at + 1 + message[at] <= len) {
		if (text->len)
			text_char(text, '.');
		text_add_n(text, (const char *)message + at + 1, message[at]);
		at += 1 + message[at];
	}
}

int may_send_query(const struct asked *ask, const struct __res_state *state,
		   const unsigned char *message, int len)
{
	char name[256]; /* more than a name may have */
	struct text text = text_in(name, sizeof(name));

	if (!message)
		return 0;
	question_name(message, len, &text);
	if (text.cut)
		return -EINVAL;
	return may_query_at(ask, state ? state : &_res, name, NULL);
}
