/*
 * mapping.c - maps memory in every way, and says what came of it.
 * SPDX-License-Identifier: MIT
 *
 * mapping WORD …: each word is one case; "WORD: ok" or what was wrong. The
 * limit is expected to be 64 MiB. Every case ends with what it began with.
 */
#include "tests/e2e/memory/mapping.h"

char text[200];

/* What the sandbox says is mapped; nothing without it. */
extern __typeof__(fig_sandbox_status) fig_sandbox_status __attribute__((weak));

size_t mapped(void)
{
	struct fig_sandbox_status status;

	if (!fig_sandbox_status || fig_sandbox_status(&status, sizeof(status)))
		return 0;
	return status.mapped_bytes;
}

void *take(size_t size)
{
	return mmap(NULL, size, RW, ANON, -1, 0);
}

static const char *is_refused(const char *call, long result, long failure)
{
	if (result != failure)
		return SAY("%s was done", call);
	if (errno != ENOMEM)
		return SAY("%s: %s", call, strerrorname_np(errno));
	return NULL;
}

/* Every way to more than there is; `page` is there, and may grow. */
static const char *too_much(void)
{
	const char *wrong = NULL;
	char *page = take(PAGE), *end = sbrk(0);
	char *reserved = mmap(NULL, 2 * LIMIT, PROT_NONE, ANON, -1, 0);
	int zero = open("/dev/zero", O_RDWR), self = open("/proc/self/exe", 0);
	int memfd = memfd_create("x", 0);
	size_t n = LIMIT + PAGE, before = mapped();
	int shared = MAP_SHARED | MAP_ANONYMOUS;

	if (page == MAP_FAILED || reserved == MAP_FAILED || zero < 0 ||
	    self < 0 || ftruncate(memfd, 2 * LIMIT))
		return "what costs nothing was refused";
#define TRY(failure, call)                                                   \
	do {                                                                 \
		errno = 0;                                                   \
		if (!wrong)                                                  \
			wrong = is_refused(#call, (long)(call), failure);    \
	} while (0)
	TRY(-1, mmap(NULL, n, RW, ANON, -1, 0));
	TRY(-1, mmap(NULL, n, PROT_WRITE, ANON | MAP_NORESERVE, -1, 0));
	TRY(-1, mmap64(NULL, n, RW, ANON, -1, 0));
	TRY(-1, mmap(NULL, n, RW, shared, -1, 0));
	TRY(-1, mmap(NULL, n, RW, MAP_PRIVATE, zero, 0));
	TRY(-1, mmap(NULL, n, RW, MAP_SHARED, zero, 0));
	TRY(-1, mmap(NULL, n, RW, MAP_SHARED, memfd, 0));
	TRY(-1, mmap(NULL, n, RW, MAP_SHARED_VALIDATE, memfd, 0));
	TRY(-1, mmap(NULL, n, RW, MAP_PRIVATE, memfd, 0));
	TRY(-1, mmap(NULL, n, RW, MAP_PRIVATE, self, 0));
	TRY(-1, mmap(reserved, n, RW, ANON | MAP_FIXED, -1, 0));
	TRY(-1, mprotect(reserved, n, RW));
	TRY(-1, pkey_mprotect(reserved, n, RW, -1));
	TRY(-1, mremap(page, PAGE, n, MREMAP_MAYMOVE));
	TRY(-1, mremap(page, PAGE, n, MREMAP_MAYMOVE | MREMAP_FIXED, reserved));
	TRY(-1, brk(end + n));
	TRY(-1, sbrk((intptr_t)n));
	TRY(-1, syscall(SYS_mmap, NULL, n, RW, ANON, -1, 0L));
	TRY(-1, syscall(SYS_mprotect, reserved, n, RW));
	TRY(-1, syscall(SYS_pkey_mprotect, reserved, n, RW, -1));
	TRY(-1, syscall(SYS_mremap, page, PAGE, n, MREMAP_MAYMOVE, 0L));
	if (!wrong && syscall(SYS_brk, end + n) != (long)end)
		wrong = "SYS_brk was done";
	if (!wrong && (mapped() != before || sbrk(0) != end))
		wrong = "a refusal has left a trace";
	munmap(page, PAGE);
	munmap(reserved, 2 * LIMIT);
	close(zero), close(self), close(memfd);
	return wrong;
}

/* As much as there is, of one kind after the other. */
static const char *fill(void)
{
	int shared = MAP_SHARED | MAP_ANONYMOUS;
	static char *at[65];

	for (int round = 0; round < 4; round++) {
		int n = 0, kind = round % 2 ? shared : ANON;

		while (n < 65 && (at[n] = mmap(NULL, MIB, RW, kind, -1, 0)) !=
					 MAP_FAILED)
			at[n++][PAGE] = 1;
		if (n < 63 || n == 65)
			return SAY("round %d: %d MiB", round, n);
		while (n--)
			if (munmap(at[n], MIB))
				return "munmap";
	}
	return fig_sandbox_status ? NULL : "no limit";
}

/* What only can be read, or a file can take, costs nothing. */
static const char *harmless(void)
{
	static const int prots[] = { PROT_NONE, PROT_READ };
	FILE *file = tmpfile();
	size_t before = mapped(), n = 1 << 30;
	void *at;

	for (int i = 0; i < 2; i++) {
		at = mmap(NULL, n, prots[i], ANON, -1, 0);
		if (at == MAP_FAILED || mprotect(at, n, PROT_READ))
			return "a reservation was refused";
		munmap(at, n);
	}
	if (!file || ftruncate(fileno(file), 2 * LIMIT))
		return "no file";
	at = mmap(NULL, 2 * LIMIT, RW, MAP_SHARED, fileno(file), 0);
	if (at == MAP_FAILED || munmap(at, 2 * LIMIT))
		return "a shared file was refused";
	fclose(file);
	return mapped() == before ? NULL : "something was counted";
}

/* read(2) tells without a signal. */
static int can_write(char *at)
{
	int ends[2], err;

	if (pipe(ends) || write(ends[1], "x", 1) != 1)
		return -1;
	err = read(ends[0], at, 1) == 1;
	close(ends[0]), close(ends[1]);
	return err;
}

static const char *reserve(void)
{
	size_t n = 1 << 30, before = mapped();
	char *at = mmap(NULL, n, PROT_NONE, ANON, -1, 0);

	if (at == MAP_FAILED)
		return "a reservation was refused";
	COUNTED(0, "a reservation counts");
	MUST(mprotect(at + MIB, 32 * MIB, RW) == 0);
	COUNTED(32 * MIB, "what can be written to does not count");
	MUST(mprotect(at, 33 * MIB, RW) == 0); /* the rest of it */
	COUNTED(33 * MIB, "some was counted twice");
	MUST(mprotect(at + 64 * MIB, 33 * MIB, RW) == -1 && errno == ENOMEM);
	MUST(!can_write(at + 64 * MIB));
	MUST(mprotect(at, 33 * MIB, PROT_NONE) == 0);
	COUNTED(33 * MIB, "what has been written to is not counted any more");
	MUST(mprotect(at + 64 * MIB, 33 * MIB, RW) == -1 && errno == ENOMEM);
	MUST(mprotect(at, 33 * MIB, RW) == 0);
	MUST(munmap(at + MIB, 31 * MIB) == 0);
	COUNTED(2 * MIB, "a hole is still counted");
	MUST(mprotect(at + 64 * MIB, 33 * MIB, RW) == 0);
	MUST(can_write(at + 64 * MIB));
	MUST(munmap(at, n) == 0);
	COUNTED(0, "something was left");
	return NULL;
}

static const char *overlay(void)
{
	size_t before = mapped();
	int fixed = ANON | MAP_FIXED;
	char *at = take(60 * MIB), *more;

	MUST(at != MAP_FAILED);
	for (int i = 0; i < 10; i++) /* in place: nothing is new */
		MUST(mmap(at + i * MIB, 50 * MIB, RW, fixed, -1, 0) ==
		     at + i * MIB);
	COUNTED(60 * MIB, "an overlay counts again");
	MUST(mmap(at + 10 * MIB, 30 * MIB, PROT_NONE, fixed, -1, 0) ==
	     at + 10 * MIB);
	COUNTED(30 * MIB, "what was covered still counts");
	more = take(30 * MIB);
	MUST(more != MAP_FAILED);
	MUST(mmap(at, 60 * MIB, RW, fixed, -1, 0) == MAP_FAILED &&
	     errno == ENOMEM);
	COUNTED(60 * MIB, "a refused overlay has changed something");
	MUST(munmap(more, 30 * MIB) == 0);
	MUST(mmap(at, 60 * MIB, RW, fixed, -1, 0) == at);
	COUNTED(60 * MIB, "the gap was not filled");
	MUST(munmap(at, 60 * MIB) == 0);
	COUNTED(0, "something was left");
	return NULL;
}

static const char *resize(void)
{
	size_t before = mapped();
	char *at = take(10 * MIB), *other, *copy;

	MUST(at != MAP_FAILED);
	at[10 * MIB - 1] = 'x';
	at = mremap(at, 10 * MIB, 30 * MIB, MREMAP_MAYMOVE);
	MUST(at != MAP_FAILED);
	COUNTED(30 * MIB, "growth does not count");
	MUST(mremap(at, 30 * MIB, 70 * MIB, MREMAP_MAYMOVE) == MAP_FAILED &&
	     errno == ENOMEM);
	MUST(at[10 * MIB - 1] == 'x');
	COUNTED(30 * MIB, "a refusal has changed something");
	other = take(20 * MIB); /* is covered */
	MUST(mremap(at, 30 * MIB, 20 * MIB, MREMAP_MAYMOVE | MREMAP_FIXED,
		    other) == other && other[10 * MIB - 1] == 'x');
	COUNTED(20 * MIB, "the old place, the rest or the target counts");
	copy = mremap(other, 20 * MIB, 20 * MIB, MREMAP_MAYMOVE | DONTUNMAP,
		      NULL);
	MUST(copy != MAP_FAILED && copy[10 * MIB - 1] == 'x');
	COUNTED(40 * MIB, "one of two does not count");
	MUST(mremap(copy, 20 * MIB, MIB, 0) == copy);
	COUNTED(21 * MIB, "what was cut off counts");
	MUST(munmap(other, 20 * MIB) == 0 && munmap(copy, MIB) == 0);
	COUNTED(0, "something was left");
	return NULL;
}

/* Halves of a reservation that count and do not, and shared memory twice. */
static const char *carry(void)
{
	size_t before = mapped();
	char *at = mmap(NULL, 40 * MIB, PROT_NONE, ANON, -1, 0), *copy;

	MUST(mprotect(at, 20 * MIB, RW) == 0);
	MUST(mprotect(at, 20 * MIB, PROT_NONE) == 0); /* one mapping again */
	at = mremap(at, 40 * MIB, 1024 * MIB, MREMAP_MAYMOVE);
	MUST(at != MAP_FAILED);
	COUNTED(20 * MIB, "a reservation that grows counts");
	at = mremap(at, 1024 * MIB, 30 * MIB, MREMAP_MAYMOVE);
	MUST(at != MAP_FAILED && mprotect(at, 30 * MIB, RW) == 0);
	COUNTED(30 * MIB, "halves have lost their tags");
	MUST(munmap(at, 30 * MIB) == 0);
	at = mmap(NULL, 30 * MIB, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	copy = mremap(at, 0, 30 * MIB, MREMAP_MAYMOVE);
	MUST(copy != MAP_FAILED);
	COUNTED(60 * MIB, "a copy does not count");
	MUST(mremap(at, 0, 30 * MIB, MREMAP_MAYMOVE) == MAP_FAILED);
	MUST(munmap(at, 30 * MIB) == 0 && munmap(copy, 30 * MIB) == 0);
	COUNTED(0, "something was left");
	return NULL;
}

static const char *heap(void)
{
	size_t before = mapped();
	char *end = sbrk(0), *whole = (char *)(((size_t)end + 4095) & -4096ul);

	MUST(sbrk(whole - end) == end);
	COUNTED(0, "the rest of a page counts");
	for (int i = 0; i < 5000; i++)
		MUST(sbrk(1) != (void *)-1);
	COUNTED(8192, "bytes are not pages");
	MUST(brk(whole + 40 * MIB) == 0);
	COUNTED(40 * MIB, "brk does not count");
	MUST(sbrk(30 * MIB) == (void *)-1 && errno == ENOMEM);
	MUST(sbrk(0) == whole + 40 * MIB);
	MUST(sbrk(-20 * MIB) == whole + 40 * MIB);
	COUNTED(20 * MIB, "what sbrk gave back counts");
	MUST(syscall(SYS_brk, whole + MIB) == (long)(whole + MIB));
	COUNTED(MIB, "what SYS_brk gave back counts");
	MUST(brk(end) == 0);
	COUNTED(0, "something was left");
	return NULL;
}

/* What is mapped by number is unmapped by name, and the other way round. */
static const char *numbers(void)
{
	size_t before = mapped();
	char *at = (char *)syscall(SYS_mmap, NULL, 20 * MIB, RW, ANON, -1, 0L);

	MUST(at != MAP_FAILED);
	COUNTED(20 * MIB, "SYS_mmap does not count");
	at = (char *)syscall(SYS_mremap, at, 20 * MIB, 40 * MIB,
			     MREMAP_MAYMOVE, 0L);
	MUST(at != MAP_FAILED);
	COUNTED(40 * MIB, "SYS_mremap does not count");
	MUST(munmap(at, 40 * MIB) == 0);
	COUNTED(0, "what came by number does not go by name");
	at = take(30 * MIB);
	MUST(syscall(SYS_munmap, at, 30 * MIB) == 0);
	COUNTED(0, "what came by name does not go by number");
	return NULL;
}

static const char *manners(void)
{
	size_t before = mapped();
	char *at = take(3 * PAGE);
	size_t counted = mapped() - before;

	errno = EXDEV;
	MUST(munmap(at + 2 * PAGE, 100) == 0 && errno == EXDEV);
	at[0] = 1;
	MUST(mprotect(at, PAGE, RW) == 0 && errno == EXDEV);
	FAILS(mmap(NULL, 0, RW, ANON, -1, 0), EINVAL);
	FAILS(mmap(at + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL);
	FAILS(mmap(at, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
	FAILS(mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0), EBADF);
	FAILS(mmap(NULL, PAGE, RW, MAP_SHARED, 99, 0), EBADF);
	FAILS(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL);
	FAILS(mmap(NULL, SIZE_MAX, RW, ANON, -1, 0), ENOMEM);
	FAILS(munmap(at + 1, PAGE), EINVAL);
	FAILS(munmap(at, 0), EINVAL);
	FAILS(munmap(at, SIZE_MAX), EINVAL);
	FAILS(mprotect(at + 1, PAGE, RW), EINVAL);
	FAILS(mprotect(at, PAGE, 0x40 | PROT_WRITE), EINVAL);
	FAILS(mprotect(at, 3 * PAGE, RW), ENOMEM); /* there is a hole */
	FAILS(mremap(at + 1, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EINVAL);
	FAILS(mremap(at, PAGE, 0, MREMAP_MAYMOVE), EINVAL);
	FAILS(mremap(at, PAGE, PAGE, 64), EINVAL);
	FAILS(mremap(at, 0, PAGE, MREMAP_MAYMOVE), EINVAL); /* not shared */
	COUNTED(counted / 3 * 2, "a mistake counts");
	MUST(at[0] == 1 && munmap(at, 2 * PAGE) == 0);
	COUNTED(0, "something was left");
	return NULL;
}

/* An mprotect that fails behind its first pages lets nothing be written to. */
static const char *halfway(void)
{
	size_t before = mapped();
	char *at = mmap(NULL, 3 * MIB, PROT_NONE, ANON, -1, 0);

	MUST(munmap(at + MIB, MIB) == 0);
	MUST(mprotect(at, 3 * MIB, RW) == -1 && errno == ENOMEM);
	MUST(!can_write(at));
	COUNTED(0, "what failed counts");
	MUST(mprotect(at, MIB, RW) == 0 && can_write(at));
	COUNTED(MIB, "what is done does not count");
	MUST(munmap(at, 3 * MIB) == 0);
	COUNTED(0, "something was left");
	return NULL;
}

static const struct {
	const char *word;
	const char *(*run)(void);
} cases[] = {
	{ "too_much", too_much }, { "fill", fill },
	{ "harmless", harmless }, { "reserve", reserve },
	{ "overlay", overlay },   { "resize", resize },
	{ "carry", carry },       { "heap", heap },
	{ "numbers", numbers },   { "manners", manners },
	{ "halfway", halfway },   { "many", many },
	{ "crowded", crowded },
	{ "threads", threads },   { "forks", forks },
	{ "vforks", vforks },     { "handlers", handlers },
};

int main(int argc, char **argv)
{
	static char out[BUFSIZ];

	setvbuf(stdout, out, _IOLBF, sizeof(out));
	for (int i = 1; i < argc; i++)
		for (size_t j = 0; j < sizeof(cases) / sizeof(cases[0]); j++)
			if (strcmp(argv[i], cases[j].word) == 0) {
				const char *wrong = cases[j].run();

				printf("%s: %s\n", argv[i],
				       wrong ? wrong : "ok");
			}
	return 0;
}
