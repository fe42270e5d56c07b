/*
 * elf.h - what kind of program a file is, as the kernel will see it.
 * SPDX-License-Identifier: MIT
 *
 * Tells those programs that ld.so loads, and a preload reaches, from those that
 * run without it. The rules are those of the kernel's fs/binfmt_elf.c and
 * fs/binfmt_script.c. Only the ELF header, the program headers and the name in
 * PT_INTERP are read. The file may be hostile: every offset is checked, and
 * nothing is mapped.
 */
#ifndef CONFIG_ELF_H
#define CONFIG_ELF_H

enum elf_kind {
	ELF_UNKNOWN, /* nothing that the kernel runs by itself: data, a text
	              * without "#!", a malformed ELF file */
	ELF_SCRIPT,  /* starts with "#!" and an interpreter */
	ELF_FOREIGN, /* an ELF file of another machine, class or byte order */
	ELF_STATIC,  /* a native program that asks for no loader */
	ELF_DYNAMIC  /* a native program that `interpreter` loads */
};

enum { ELF_NAME = 256 }; /* also what the kernel looks at of a script */

struct elf_facts {
	enum elf_kind kind;
	/* ELF_DYNAMIC: the loader, "" if its name is longer than 255 bytes.
	 * ELF_SCRIPT: what follows "#!". May be relative. Else "". */
	char interpreter[ELF_NAME];
	/* ELF_SCRIPT: the interpreter's argument, "" if there is none. */
	char argument[ELF_NAME];
};

/*
 * Inspects the file open for reading at `fd`, whose position stays. 0, or the
 * negative errno of reading; `facts` is untouched then. Uses raw system calls
 * and less than 1 KiB of stack; safe in signal handlers.
 */
int elf_inspect(int fd, struct elf_facts *facts);

#endif
