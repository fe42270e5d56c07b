/*
 * audit.h - sinks to listen at, for the tests of preload/audit*.c.
 * SPDX-License-Identifier: MIT
 *
 * Include once per program: it stands in for the rest of the library. The sinks
 * are real: sockets, files and pipes in a temporary directory.
 */
#ifndef TESTS_UNIT_AUDIT_H
#define TESTS_UNIT_AUDIT_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "preload/audit.c"
#include "preload/audit_sink.c"
#include "preload/audit_text.c"
#include "preload/scratch.c"
#include "tests/unit/test.h"

/* What the rest of the library would provide. */
const char *start_program = "/usr/bin/program";
static struct status_page page;
struct status_page *status = &page;

static char got[8192]; /* the last datagram or file */

/* Where the sinks of this run are; see remove_sinks. */
static inline const char *temporary(void)
{
	static char dir[] = "/tmp/audit-test-XXXXXX";
	static bool made;

	if (!made && mkdtemp(dir))
		made = true;
	return dir;
}

static inline const char *in_dir(const char *name)
{
	static char path[4][300];
	static unsigned turn;
	char *at = path[turn++ % 4];

	snprintf(at, sizeof(path[0]), "%s/%s", temporary(), name);
	return at;
}

static inline int listen_at(const char *name, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s",
		 in_dir(name));
	unlink(address.sun_path);
	assert_int_equal(bind(fd, (void *)&address, sizeof(address)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 4), 0);
	/* Out of the range that the close-all tests empty. */
	assert_int_equal(dup2(fd, 900), 900);
	close(fd);
	return 900;
}

/* The next datagram in `got`, or -1 when there is none. */
static inline ssize_t next(int fd)
{
	ssize_t len = recv(fd, got, sizeof(got) - 1, 0);

	got[len < 0 ? 0 : len] = '\0';
	return len;
}

static inline const char *contents(const char *name)
{
	int fd = open(in_dir(name), O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, got, sizeof(got) - 1);

	got[len < 0 ? 0 : len] = '\0';
	close(fd);
	return got;
}

static inline int start_with(const char *sink, const char *another)
{
	static char texts[2][160];
	static struct item items[2];
	static struct policy policy;
	const struct item *failed;

	snprintf(texts[0], sizeof(texts[0]), "%s", sink);
	snprintf(texts[1], sizeof(texts[1]), "%s", another ? another : "");
	items[0].text = texts[0];
	items[1].text = texts[1];
	policy.at[KEY_log_level].number = LEVEL_WARN;
	policy.at[KEY_audit].items = items;
	policy.at[KEY_audit].count = another ? 2 : 1;
	memset(&page, 0, sizeof(page));
	audit_forked(); /* forgets what another test left pending */
	return audit_start(&policy, &failed);
}

static inline int start_unix(const char *name)
{
	char sink[160];

	snprintf(sink, sizeof(sink), "unix:%s", in_dir(name));
	return start_with(sink, NULL);
}

static inline int start_file(const char *name)
{
	char sink[160];

	snprintf(sink, sizeof(sink), "file:%s", in_dir(name));
	return start_with(sink, NULL);
}

static inline void deny(const char *object)
{
	audit_record(&(struct event){ .event = "deny", .right = "fs.read",
				      .object = object, .rule = "deny_read",
				      .source = { "fig.toml", 12 },
				      .layer = "preload",
				      .caller = "/usr/lib/libx.so",
				      .func = "open", .err = -EACCES });
}

static inline bool contains(const char *text)
{
	return strstr(got, text) != NULL;
}

/* `unit` repeated to `len` bytes. */
static inline char *fill(char *at, const char *unit, size_t len)
{
	size_t n = strlen(unit);

	for (size_t i = 0; i < len; i++)
		at[i] = unit[i % n];
	at[len] = '\0';
	return at;
}

static inline int remove_sinks(void **state)
{
	struct dirent *entry;
	DIR *dir = opendir(temporary());

	(void)state;
	while (dir && (entry = readdir(dir)))
		unlink(in_dir(entry->d_name));
	closedir(dir);
	return rmdir(temporary());
}

#endif
