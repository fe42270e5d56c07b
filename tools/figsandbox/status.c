/*
 * status.c - figsandbox status: what sandboxed processes may do and did.
 * SPDX-License-Identifier: MIT
 *
 * Every sandboxed process writes a page (preload/status_page.h) into one of two
 * directories. A page is a claim of the process that wrote it: its texts are
 * escaped, its numbers are only printed. Pages of processes that are gone are
 * removed on the way.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preload/status_page.h"
#include "tools/figsandbox/figsandbox.h"
#include "tools/figsandbox/page.h"

/* What the command line asks for, and what was found. */
struct listing {
	bool json;
	int pid;        /* 0: all */
	unsigned found;
	unsigned unreadable; /* pages of another version, or of other users */
};

/*
 * When a process began, in nanoseconds since boot, rounded down: field 22 of
 * /proc/PID/stat counts clock ticks. 0 if there is no such process.
 */
static uint64_t process_started(int pid)
{
	char name[32], line[1024], *at;
	size_t len = 0;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	file = fopen(name, "re");
	if (file) {
		len = fread(line, 1, sizeof(line) - 1, file);
		fclose(file);
	}
	line[len] = '\0';
	/* The name in field 2 may hold spaces and brackets, the rest cannot. */
	at = strrchr(line, ')');
	for (unsigned field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return 0;
	return strtoull(at, NULL, 10) *
	       (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

/* The number that a file name is, or 0. */
static int pid_of(const char *name)
{
	size_t len = strspn(name, "0123456789");
	long pid = len && !name[len] && len < 11 ? strtol(name, NULL, 10) : 0;

	return pid > 0 && pid <= INT_MAX ? (int)pid : 0;
}

static void terminate(struct status_page *page)
{
	page->isolation[sizeof(page->isolation) - 1] = '\0';
	page->layers[sizeof(page->layers) - 1] = '\0';
	page->exe[sizeof(page->exe) - 1] = '\0';
	for (unsigned i = 0; i < STATUS_LIBRARIES; i++)
		page->libraries[i].name[STATUS_NAME - 1] = '\0';
}

/* False if the file is not a page of this version for the pid in its name. */
static bool read_page(int dir, const char *name, struct status_page *page)
{
	int fd = openat(dir, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, page, sizeof(*page));

	if (fd >= 0)
		close(fd);
	if (len != sizeof(*page) ||
	    memcmp(page->magic, STATUS_MAGIC, sizeof(page->magic)) != 0 ||
	    page->size != sizeof(*page) || page->pid != pid_of(name))
		return false;
	terminate(page);
	return true;
}

/* A process that has the pid now, and had it when the page was made. */
static bool is_alive(const struct status_page *page)
{
	uint64_t started = process_started(page->pid);

	return started && started <= page->created;
}

static void show(struct listing *listing, const struct status_page *page)
{
	if (listing->json) {
		if (!listing->pid)
			fputs(listing->found ? ",\n" : "[", stdout);
		page_print_json(page);
		if (listing->pid)
			putchar('\n');
	} else if (listing->pid) {
		page_print(page);
	} else {
		if (!listing->found)
			page_print_heading();
		page_print_line(page);
	}
	listing->found++;
}

static void look_at(struct listing *listing, int dir, const char *name)
{
	struct status_page page;
	int pid = pid_of(name);

	if (!pid || (listing->pid && pid != listing->pid))
		return;
	if (!process_started(pid))
		unlinkat(dir, name, 0);
	else if (!read_page(dir, name, &page))
		listing->unreadable++;
	else if (!is_alive(&page))
		unlinkat(dir, name, 0);
	else
		show(listing, &page);
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
	return pid_of((*a)->d_name) - pid_of((*b)->d_name);
}

static void look_in(struct listing *listing, const char *directory)
{
	struct dirent **names;
	int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = dir < 0 ? 0 : scandirat(dir, ".", &names, NULL, by_number);

	for (int i = 0; i < n; i++) {
		look_at(listing, dir, names[i]->d_name);
		free(names[i]);
	}
	if (n > 0)
		free(names);
	if (dir >= 0)
		close(dir);
}

static void look_everywhere(struct listing *listing)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char directory[PATH_MAX];

	look_in(listing, STATUS_DIRECTORY);
	if (!runtime || runtime[0] != '/')
		return;
	if (snprintf(directory, sizeof(directory), "%s" STATUS_BELOW_RUNTIME,
		     runtime) < (int)sizeof(directory))
		look_in(listing, directory);
}

static bool parse(int argc, char **argv, struct listing *listing)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			listing->json = true;
		else if (listing->pid || !(listing->pid = pid_of(argv[i])))
			return false;
	}
	return true;
}

int verb_status(int argc, char **argv)
{
	struct listing listing = { 0 };

	if (!parse(argc, argv, &listing))
		return complain_usage(MISUSED, "status");
	look_everywhere(&listing);
	if (listing.json && !listing.pid)
		puts(listing.found ? "]" : "[]");
	if (listing.pid && listing.unreadable)
		return complain(MISUSED, "%d: its status cannot be read",
				listing.pid);
	if (listing.pid && !listing.found)
		return complain(FINDINGS, "%d: no sandboxed process shows its "
					  "status under this number",
				listing.pid);
	if (!listing.json && !listing.found)
		fputs("no sandboxed processes\n", stderr);
	return FINE;
}
