/*
 * audit_sink.c - where records go: sockets, files, standard error.
 * SPDX-License-Identifier: MIT
 *
 * The program owns the descriptor table: it may close ours, or put one of its
 * own in its place. So a descriptor is only used after fstat has shown that it
 * is still what was opened, and is opened again when it is not. Nothing here
 * waits, and no signal (SIGPIPE, SIGXFSZ) comes of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "config/raw.h"
#include "preload/audit_internal.h"

/* Values of sink.fd that are no descriptor. */
enum { CLOSED = -1, OPENING = -2 };

enum {
	OUT_OF_THE_WAY = 100, /* programs close and count the low numbers */
	AFTER_STANDARD = 3,
	RETRY = 1000000 /* microseconds between two attempts to open */
};

const char *sink_syslog = "/dev/log";
const char *sink_journal = "/run/systemd/journal/socket";

/* Kept out of its caller's frame: programs run handlers on small stacks. */
#define SLOW __attribute__((noinline))

/* Moves a descriptor to a high number; any but 0, 1 and 2 will do. */
static int move_away(int fd)
{
	long moved = RAW(fcntl, fd, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);

	if (moved < 0 && fd >= AFTER_STANDARD)
		return fd;
	if (moved < 0)
		moved = RAW(fcntl, fd, F_DUPFD_CLOEXEC, AFTER_STANDARD);
	RAW(close, fd);
	return (int)moved;
}

static SLOW int connect_as(int type, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = (int)RAW(socket, AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	err = (int)RAW(connect, fd, &address, sizeof(address));
	if (!err)
		return move_away(fd);
	RAW(close, fd);
	return err;
}

static int open_file(const char *path)
{
	int fd = (int)RAW(openat, AT_FDCWD, path,
			  O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW |
				  O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
			  0600);

	return fd < 0 ? fd : move_away(fd);
}

/* A new descriptor for the sink, or a negative errno. */
static int open_new(const struct sink *sink, bool *stream)
{
	int fd;

	*stream = false;
	if (sink->kind == TO_FILE)
		return open_file(sink->path);
	fd = connect_as(SOCK_DGRAM, sink->path);
	if (fd != -EPROTOTYPE || sink->kind == TO_JOURNAL)
		return fd;
	*stream = true; /* an old syslogd; libc's syslog() does the same */
	return connect_as(SOCK_STREAM, sink->path);
}

/*
 * Is `fd` what this sink opened? A file that was deleted does not count: nobody
 * could read it. Standard error is not ours: what it was at the start is good,
 * and so is another pipe or terminal; but a program that closed it may have got
 * its database or a peer's connection under that number.
 */
static bool holds(const struct sink *sink, int fd, struct stat *st)
{
	if (fd < 0 || RAW(fstat, fd, st) < 0)
		return false;
	if (sink->kind == TO_STDERR && (S_ISFIFO(st->st_mode) ||
					S_ISCHR(st->st_mode)))
		return true;
	return st->st_dev == sink->dev && st->st_ino == sink->ino &&
	       (st->st_nlink || sink->kind != TO_FILE);
}

/*
 * Remembers a new descriptor and says in `st` what it is. Only for who has set
 * sink->fd to OPENING.
 */
static void settle(struct sink *sink, int fd, bool stream, struct stat *st)
{
	if (fd >= 0 && RAW(fstat, fd, st) == 0) {
		sink->dev = st->st_dev;
		sink->ino = st->st_ino;
		sink->stream = stream;
	}
	__atomic_store_n(&sink->fd, fd < 0 ? CLOSED : fd, __ATOMIC_RELEASE);
}

/*
 * Opens the sink again in place of `seen`. One thread does it; -EBUSY to the
 * others and to a signal handler that interrupted it.
 */
static SLOW int reopen(struct sink *sink, int seen, int64_t uptime,
		       struct stat *st)
{
	bool stream = false;
	int fd = -EAGAIN;

	if (seen == OPENING ||
	    !__atomic_compare_exchange_n(&sink->fd, &seen, OPENING, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return -EBUSY;
	if (uptime >= sink->retry) {
		fd = open_new(sink, &stream);
		if (fd < 0)
			sink->retry = uptime + RETRY;
	}
	settle(sink, fd, stream, st);
	return fd;
}

int sink_open(struct sink *sink, const char *text)
{
	bool socket = true;
	struct stat st;
	int fd;

	*sink = (struct sink)SINK(TO_SYSLOG, sink_syslog);
	if (strcmp(text, "none") == 0)
		return 1;
	if (strcmp(text, "stderr") == 0) {
		sink->kind = TO_STDERR;
		settle(sink, 2, false, &st);
		return 0;
	}
	if (strcmp(text, "journal") == 0) {
		*sink = (struct sink)SINK(TO_JOURNAL, sink_journal);
	} else if (strncmp(text, "unix:", 5) == 0) {
		*sink = (struct sink)SINK(TO_UNIX, text + 5);
	} else if (strncmp(text, "file:", 5) == 0) {
		*sink = (struct sink)SINK(TO_FILE, text + 5);
		socket = false;
	} else if (strcmp(text, "syslog") != 0) {
		return -EINVAL;
	}
	sink->fd = OPENING;
	fd = open_new(sink, &sink->stream);
	settle(sink, fd, sink->stream, &st);
	return fd < 0 && (!socket || fd == -ENAMETOOLONG) ? fd : 0;
}

/*
 * A pipe may be full or without a reader, which would block or raise SIGPIPE;
 * poll says so (a pipe that is writable has room for PIPE_BUF bytes). A regular
 * file may be at RLIMIT_FSIZE, which would raise SIGXFSZ.
 */
static SLOW int may_write(int fd, const struct stat *st, size_t len)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	struct timespec now = { 0 };
	struct rlimit limit;

	if (S_ISREG(st->st_mode)) {
		if (RAW(prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) == 0 &&
		    limit.rlim_cur != RLIM_INFINITY &&
		    (uint64_t)st->st_size + len > limit.rlim_cur)
			return -EFBIG;
		return 0;
	}
	if (RAW(ppoll, &ready, 1, &now, NULL, 0) != 1 ||
	    ready.revents != POLLOUT)
		return -EAGAIN;
	return 0;
}

static int put(const struct sink *sink, int fd, const struct stat *st,
	       const char *bytes, size_t len, bool stream)
{
	long sent;
	int err;

	if (sink->kind == TO_FILE || sink->kind == TO_STDERR) {
		err = may_write(fd, st, len);
		if (err)
			return err;
		sent = RAW(write, fd, bytes, len);
	} else {
		sent = RAW(sendto, fd, bytes, len + stream,
			   MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
	}
	if (sent < 0)
		return (int)sent;
	return (size_t)sent < len ? -ENOSPC : 0;
}

/* The peer of a connected socket is another one now, or none. */
static bool peer_gone(int err)
{
	return err == -ECONNREFUSED || err == -ENOTCONN || err == -EPIPE ||
	       err == -ECONNRESET;
}

/* A descriptor for one record, which nobody else knows. */
static int open_now(const struct sink *sink, bool *stream, struct stat *st)
{
	int fd = open_new(sink, stream);

	if (fd >= 0)
		RAW(fstat, fd, st);
	return fd;
}

int sink_send(struct sink *sink, const char *bytes, size_t len, int64_t uptime,
	      bool own)
{
	int fd = __atomic_load_n(&sink->fd, __ATOMIC_ACQUIRE), err;
	bool stream = sink->stream, only_now;
	struct stat st;

	if (holds(sink, fd, &st)) {
		err = put(sink, fd, &st, bytes, len, stream);
		if (!peer_gone(err))
			return err;
		if (own)
			RAW(close, fd);
	} else if (sink->kind == TO_STDERR) {
		return -EBADF;
	}
	fd = own ? reopen(sink, fd, uptime, &st) : -EBUSY;
	only_now = fd == -EBUSY;
	if (only_now)
		fd = open_now(sink, &stream, &st);
	if (fd < 0)
		return fd;
	err = put(sink, fd, &st, bytes, len, only_now ? stream : sink->stream);
	if (only_now)
		RAW(close, fd);
	return err;
}
