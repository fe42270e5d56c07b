/*
 * status.c - the counters that others can read, in one shared page.
 * SPDX-License-Identifier: MIT
 *
 * See status.h. The file is written before it is mapped: a page without a block
 * behind it would be a SIGBUS on the day the file system is full.
 */
#include "preload/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "config/raw.h"
#include "preload/start.h"

enum { DIRECTORY = 256, NAME_ROOM = 16 };

static struct status_page private_page = {
	.magic = STATUS_MAGIC,
	.size = sizeof(struct status_page),
	.isolation = "in-process",
	.layers = "preload",
};

struct status_page *status = &private_page;

static char directory[DIRECTORY]; /* where the pages are */

static const char *variable(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

static void choose_directory(char *const *env)
{
	const char *runtime = variable(env, "XDG_RUNTIME_DIR");
	struct text text = text_in(directory, sizeof(directory));

	if (runtime && runtime[0] == '/' && RAW(geteuid) != 0) {
		text_add(&text, runtime);
		text_add(&text, STATUS_BELOW_RUNTIME);
	} else {
		text_add(&text, STATUS_DIRECTORY);
	}
	if (text.cut)
		directory[0] = '\0';
}

static uint64_t time_since_boot(void)
{
	struct timespec now;

	if (RAW(clock_gettime, CLOCK_BOOTTIME, &now))
		return 0;
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The directory, if nobody else can put files there; or a negative number. */
static long open_directory(void)
{
	int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	long fd = RAW(openat, AT_FDCWD, directory, flags);
	struct stat st;

	if (fd == -ENOENT) {
		RAW(mkdirat, AT_FDCWD, directory,
		    RAW(geteuid) == 0 ? 0755 : 0700);
		fd = RAW(openat, AT_FDCWD, directory, flags);
	}
	if (fd < 0)
		return fd;
	if (RAW(fstat, fd, &st) == 0 && !(st.st_mode & 022) &&
	    (st.st_uid == 0 || st.st_uid == RAW(geteuid)))
		return fd;
	RAW(close, fd);
	return -1;
}

static const char *file_name(char room[NAME_ROOM])
{
	struct text name = text_in(room, NAME_ROOM);

	text_number(&name, (unsigned)status->pid);
	return room;
}

/* A file beyond RLIMIT_FSIZE would be a SIGXFSZ. */
static bool may_grow(void)
{
	struct rlimit limit;

	return RAW(prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) == 0 &&
	       limit.rlim_cur >= sizeof(struct status_page);
}

/* A new file with the page as it is now, mapped; NULL if that cannot be. */
static struct status_page *create(long dir, const char *name)
{
	int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	long fd = RAW(openat, dir, name, flags, 0600), mapped = -1;

	if (fd == -EEXIST) { /* of a process that had this pid before */
		RAW(unlinkat, dir, name, 0);
		fd = RAW(openat, dir, name, flags, 0600);
	}
	if (fd < 0)
		return NULL;
	if (RAW(write, fd, status, sizeof(*status)) == sizeof(*status))
		mapped = RAW(mmap, 0, STATUS_PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_SHARED, fd, 0);
	RAW(close, fd);
	if (mapped > 0 || mapped < -4095)
		return (struct status_page *)mapped;
	RAW(unlinkat, dir, name, 0);
	return NULL;
}

static void publish(void)
{
	char name[NAME_ROOM];
	struct status_page *page = NULL;
	long dir;

	status->pid = (int32_t)RAW(getpid);
	status->created = time_since_boot();
	if (!directory[0] || !may_grow())
		return;
	dir = open_directory();
	if (dir < 0)
		return;
	page = create(dir, file_name(name));
	RAW(close, dir);
	if (page)
		status = page;
}

static void describe(const struct policy *policy)
{
	struct text exe = text_in(status->exe, sizeof(status->exe));

	text_add(&exe, start_program ? start_program : "");
	status->mode = (uint32_t)policy->at[KEY_mode].number;
	status->profile = (uint32_t)policy->at[KEY_profile].number;
	for (unsigned key = 0; key < KEYS; key++) {
		const struct setting *setting = &policy->at[key];

		status->limits[key] = policy_keys[key].type < GLOBS ?
					      setting->number :
					      setting->count;
		status->given[key] = setting->given;
		status->unenforced[key] = policy_unenforced(key, setting);
	}
}

void status_start(const struct policy *policy, char *const *env)
{
	describe(policy);
	choose_directory(env);
	publish();
}

void status_forked(void)
{
	struct status_page *parent = status;

	if (parent != &private_page) {
		private_page = *parent;
		status = &private_page;
		RAW(munmap, parent, STATUS_PAGE_SIZE);
	}
	publish();
}

void status_end(void)
{
	char name[NAME_ROOM];
	long dir;

	if (status == &private_page || status->pid != RAW(getpid))
		return;
	dir = RAW(openat, AT_FDCWD, directory,
		  O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return;
	RAW(unlinkat, dir, file_name(name), 0);
	RAW(close, dir);
}
