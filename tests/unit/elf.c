/*
 * elf.c - programs, scripts and what pretends to be one.
 * SPDX-License-Identifier: MIT
 *
 * Scripts are also held against the kernel: what it runs for a line is what we
 * said that it would run.
 */
#include "config/elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

/* Facts about a file with this content. */
static struct elf_facts inspect(const void *bytes, size_t len)
{
	struct elf_facts facts;
	int fd = memfd_create("case", MFD_CLOEXEC);

	assert_true(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
	assert_int_equal(elf_inspect(fd, &facts), 0);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), len);
	close(fd);
	return facts;
}

static const struct line {
	const char *text;
	const char *interpreter, *argument; /* NULL: not a script */
} lines[] = {
	{ "#!/bin/sh\n", "/bin/sh", "" },
	{ "#! /bin/sh\n", "/bin/sh", "" },
	{ "#!\t /bin/sh \t\n", "/bin/sh", "" },
	{ "#!/bin/sh -e\n", "/bin/sh", "-e" },
	{ "#!/bin/sh  -e -x \n", "/bin/sh", "-e -x" },
	{ "#!/usr/bin/env python3\nx", "/usr/bin/env", "python3" },
	{ "#!relative arg\n", "relative", "arg" },
	{ "#!/bin/sh", "/bin/sh", "" },
	{ "#!/bin/sh -e", "/bin/sh", "-e" },
	{ "#!/bin/sh\r\n", "/bin/sh\r", "" },
	{ "#!a\n", "a", "" },
	{ "#!\n/bin/sh\n", NULL, NULL },
	{ "#!", NULL, NULL },
	{ "#!   \n", NULL, NULL },
	{ "#!\t", NULL, NULL },
	{ "#", NULL, NULL },
	{ "", NULL, NULL },
	{ " #!/bin/sh\n", NULL, NULL },
	{ "echo hello\n", NULL, NULL },
	{ "\177EL", NULL, NULL },
	{ "\177ELF", NULL, NULL },
};

TEST(the_line_of_a_script_is_read_as_the_kernel_reads_it)
{
	for (size_t i = 0; i < COUNT(lines); i++) {
		const struct line *line = &lines[i];
		struct elf_facts facts =
			inspect(line->text, strlen(line->text));

		CHECK((facts.kind == ELF_SCRIPT) == !!line->interpreter,
		      "line %zu", i);
		CHECK(strcmp(facts.interpreter, line->interpreter ?: "") == 0,
		      "line %zu: %s", i, facts.interpreter);
		CHECK(strcmp(facts.argument, line->argument ?: "") == 0,
		      "line %zu: %s", i, facts.argument);
	}
}

/* "#!", `name` bytes of a name, `blank`, and so on up to `len` bytes. */
static size_t long_line(char *text, size_t name, char blank, size_t len)
{
	memset(text, 'a', len);
	memcpy(text, "#!/", 3);
	if (2 + name < len)
		text[2 + name] = blank;
	return len;
}

TEST(a_name_that_the_256_bytes_may_cut_is_no_interpreter)
{
	char text[400];
	struct elf_facts facts;

	facts = inspect(text, long_line(text, 300, ' ', 400));
	assert_int_equal(facts.kind, ELF_UNKNOWN);
	facts = inspect(text, long_line(text, 254, ' ', 400));
	assert_int_equal(facts.kind, ELF_UNKNOWN);
	facts = inspect(text, long_line(text, 253, ' ', 400));
	assert_int_equal(facts.kind, ELF_SCRIPT);
	assert_int_equal(strlen(facts.interpreter), 253);
	assert_string_equal(facts.argument, "");
	facts = inspect(text, long_line(text, 253, '\n', 400));
	assert_int_equal(strlen(facts.interpreter), 253);
	/* A short file is followed by zeroes, which end a name. */
	facts = inspect(text, long_line(text, 250, 'a', 252));
	assert_int_equal(strlen(facts.interpreter), 250);
	facts = inspect(text, long_line(text, 100, ' ', 400));
	assert_int_equal(strlen(facts.interpreter), 100);
	assert_int_equal(strlen(facts.argument), 256 - 1 - 103);
}

TEST(a_nul_ends_the_line_when_no_newline_comes_before_it)
{
	struct elf_facts facts = inspect("#!/bin/sh\0 -e\n", 14);

	assert_string_equal(facts.interpreter, "/bin/sh");
	assert_string_equal(facts.argument, "");
	facts = inspect("#!/bin/sh -e\0x\n", 15);
	assert_string_equal(facts.argument, "-e");
	facts = inspect("#!\0/bin/sh\n", 11);
	assert_int_equal(facts.kind, ELF_UNKNOWN);
}

/* A program that prints its own arguments, as an interpreter. */
static void run_script(const char *path, char *out, size_t size)
{
	int ends[2], status;
	ssize_t len;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		execl(path, path, (char *)NULL);
		dprintf(1, "errno %d", errno);
		_exit(0);
	}
	close(ends[1]);
	len = read(ends[0], out, size - 1);
	out[len < 0 ? 0 : len] = '\0';
	close(ends[0]);
	waitpid(pid, &status, 0);
}

TEST(the_kernel_runs_what_we_said_it_would)
{
	static const char *const texts[] = {
		"#!/bin/echo\n",        "#! /bin/echo  one two \n",
		"#!/bin/echo\tone\n",   "#!/bin/echo one",
		"#!/bin/echo",          "#!\n",
		"#!   ",                "#!/bin/echo \t \n",
	};
	char path[] = "/tmp/figsandbox-script-XXXXXX";
	char said[1024], seen[1024];

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct elf_facts facts = inspect(texts[i], strlen(texts[i]));
		int fd;

		strcpy(path + sizeof(path) - 7, "XXXXXX");
		fd = mkstemp(path);
		assert_true(fd >= 0 && fchmod(fd, 0700) == 0);
		assert_true(write(fd, texts[i], strlen(texts[i])) > 0);
		close(fd);
		run_script(path, seen, sizeof(seen));
		unlink(path);
		if (facts.kind == ELF_SCRIPT)
			snprintf(said, sizeof(said), "%s%s%s\n", facts.argument,
				 facts.argument[0] ? " " : "", path);
		else /* EACCES for an empty name, else ENOEXEC */
			strcpy(said, "errno ");
		CHECK(strncmp(said, seen, strlen(said)) == 0,
		      "%s: said %s, seen %s", texts[i], said, seen);
	}
}

/* A program of our own making, small but complete. */
struct image {
	ElfW(Ehdr) elf;
	ElfW(Phdr) headers[4];
	char loader[64];
};

static struct image dynamic_image(void)
{
	struct image image = {
		.elf = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64,
				     ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_DYN,
#ifdef __x86_64__
			.e_machine = EM_X86_64,
#else
			.e_machine = EM_AARCH64,
#endif
			.e_phoff = offsetof(struct image, headers),
			.e_phentsize = sizeof(ElfW(Phdr)),
			.e_phnum = 4,
		},
		.headers = {
			{ .p_type = PT_LOAD },
			{ .p_type = PT_INTERP,
			  .p_offset = offsetof(struct image, loader),
			  .p_filesz = 10 },
			{ .p_type = PT_LOAD },
			{ .p_type = PT_DYNAMIC },
		},
		.loader = "/lib/ld.so",
	};

	image.headers[1].p_filesz = strlen(image.loader) + 1;
	return image;
}

static enum elf_kind kind_of(const struct image *image)
{
	return inspect(image, sizeof(*image)).kind;
}

TEST(a_dynamic_program_names_its_loader)
{
	struct image image = dynamic_image();
	struct elf_facts facts = inspect(&image, sizeof(image));

	assert_int_equal(facts.kind, ELF_DYNAMIC);
	assert_string_equal(facts.interpreter, "/lib/ld.so");
	image.elf.e_type = ET_EXEC;
	assert_int_equal(kind_of(&image), ELF_DYNAMIC);
}

TEST(without_a_loader_or_a_dynamic_section_a_program_is_static)
{
	struct image image = dynamic_image();

	image.headers[1].p_type = PT_NOTE;
	assert_int_equal(kind_of(&image), ELF_STATIC);
	assert_string_equal(inspect(&image, sizeof(image)).interpreter, "");
	image = dynamic_image();
	image.headers[3].p_type = PT_NOTE;
	assert_int_equal(kind_of(&image), ELF_STATIC);
}

TEST(the_first_loader_counts_and_no_other)
{
	struct image image = dynamic_image();

	strcpy(image.loader + 20, "/lib/other.so");
	image.headers[2] = image.headers[1];
	image.headers[2].p_offset += 20;
	image.headers[2].p_filesz = strlen("/lib/other.so") + 1;
	assert_string_equal(inspect(&image, sizeof(image)).interpreter,
			    "/lib/ld.so");
}

TEST(another_machine_class_or_byte_order_is_foreign)
{
	struct image image = dynamic_image();

	image.elf.e_machine = EM_386;
	assert_int_equal(kind_of(&image), ELF_FOREIGN);
	image = dynamic_image();
	image.elf.e_ident[EI_CLASS] = ELFCLASS32;
	assert_int_equal(kind_of(&image), ELF_FOREIGN);
	image = dynamic_image();
	image.elf.e_ident[EI_DATA] = ELFDATA2MSB;
	assert_int_equal(kind_of(&image), ELF_FOREIGN);
}

TEST(a_malformed_program_is_none)
{
	static const struct change {
		size_t at;
		uint64_t value;
		size_t size;
	} changes[] = {
#define SET(member, v) \
	{ offsetof(struct image, member), v, \
	  sizeof(((struct image *)0)->member) }
		SET(elf.e_type, ET_REL),
		SET(elf.e_type, ET_CORE),
		SET(elf.e_phnum, 0),
		SET(elf.e_phnum, 5000),
		SET(elf.e_phnum, 100),
		SET(elf.e_phentsize, 32),
		SET(elf.e_phoff, UINT64_MAX),
		SET(elf.e_phoff, INT64_MAX - 100),
		SET(elf.e_phoff, 100000),
		SET(headers[1].p_filesz, 0),
		SET(headers[1].p_filesz, 1),
		SET(headers[1].p_filesz, 4097),
		SET(headers[1].p_filesz, UINT64_MAX),
		SET(headers[1].p_filesz, 5), /* does not end in NUL */
		SET(headers[1].p_offset, UINT64_MAX - 5),
		SET(headers[1].p_offset, INT64_MAX - 5),
		SET(headers[1].p_offset, 100000),
	};

	for (size_t i = 0; i < COUNT(changes); i++) {
		struct image image = dynamic_image();

		memcpy((char *)&image + changes[i].at, &changes[i].value,
		       changes[i].size);
		CHECK(kind_of(&image) == ELF_UNKNOWN, "change %zu", i);
	}
}

TEST(a_loader_with_a_long_name_is_one_without_a_name)
{
	struct image image = dynamic_image();
	char file[8192] = "";
	struct elf_facts facts;

	image.headers[1].p_offset = 1000;
	image.headers[1].p_filesz = 257;
	memset(file + 1000, 'a', 256);
	memcpy(file, &image, sizeof(image));
	facts = inspect(file, sizeof(file));
	assert_int_equal(facts.kind, ELF_DYNAMIC);
	assert_string_equal(facts.interpreter, "");
	file[1255] = '\0';
	image.headers[1].p_filesz = 256;
	memcpy(file, &image, sizeof(image));
	facts = inspect(file, sizeof(file));
	assert_int_equal(facts.kind, ELF_DYNAMIC);
	assert_int_equal(strlen(facts.interpreter), 255);
}

TEST(every_truncation_of_a_program_has_an_answer)
{
	struct image image = dynamic_image();
	size_t whole = offsetof(struct image, loader) +
		       strlen(image.loader) + 1;

	for (size_t len = 0; len <= sizeof(image); len++)
		CHECK((inspect(&image, len).kind == ELF_DYNAMIC) ==
			      (len >= whole),
		      "%zu bytes", len);
}

TEST(what_cannot_be_read_leaves_the_facts_alone)
{
	struct elf_facts facts = { .kind = ELF_STATIC, .interpreter = "x" };
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	assert_int_equal(elf_inspect(fd, &facts), -EISDIR);
	close(fd);
	assert_int_equal(elf_inspect(-1, &facts), -EBADF);
	assert_int_equal(facts.kind, ELF_STATIC);
	assert_string_equal(facts.interpreter, "x");
}

TEST(this_program_is_dynamic)
{
	struct elf_facts facts;
	int fd = open("/proc/self/exe", O_RDONLY);

	assert_int_equal(elf_inspect(fd, &facts), 0);
	close(fd);
	assert_int_equal(facts.kind, ELF_DYNAMIC);
	assert_int_equal(access(facts.interpreter, X_OK), 0);
}

#define T(sentence) cmocka_unit_test(sentence)
RUN(T(the_line_of_a_script_is_read_as_the_kernel_reads_it),
    T(a_name_that_the_256_bytes_may_cut_is_no_interpreter),
    T(a_nul_ends_the_line_when_no_newline_comes_before_it),
    T(the_kernel_runs_what_we_said_it_would),
    T(a_dynamic_program_names_its_loader),
    T(without_a_loader_or_a_dynamic_section_a_program_is_static),
    T(the_first_loader_counts_and_no_other),
    T(another_machine_class_or_byte_order_is_foreign),
    T(a_malformed_program_is_none),
    T(a_loader_with_a_long_name_is_one_without_a_name),
    T(every_truncation_of_a_program_has_an_answer),
    T(what_cannot_be_read_leaves_the_facts_alone),
    T(this_program_is_dynamic))
