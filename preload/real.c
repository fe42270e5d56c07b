/*
 * real.c - the functions behind ours.
 * SPDX-License-Identifier: MIT
 *
 * dlsym itself is one of our wrappers, so the first step is to find libc's by
 * reading libc's symbol table; dlsym(RTLD_NEXT) from here then respects other
 * preload libraries behind us. A successful dlsym allocates nothing; a failing
 * one does, which is why malloc's slots come first and begin as boot functions.
 */
#include "preload/real.h"

#include <elf.h>
#include <link.h>

#include "preload/memory.h"

struct real real = { MEMORY_BOOT };

static const struct {
	const char *name;
	size_t slot;
	void *wrapper;
} calls[] = {
#define CALL(returns, name, ...) \
	{ #name, offsetof(struct real, name), (void *)name },
#define PATH CALL
#define PAIR CALL
#define HAND CALL
#include "preload/calls.def"
};

/* Stands for a function that this libc does not have. */
static long absent(void)
{
	errno = ENOSYS;
	return -1;
}

/* The parts of a dynamic section that a look-up needs; ld.so relocated them. */
struct symbols {
	const ElfW(Sym) *table;
	const char *names;
	const uint32_t *hash; /* DT_GNU_HASH */
	const ElfW(Half) *versions;
	const char *soname;
};

/* glibc relocates d_ptr in place, except in the vdso and on some machines. */
static const void *address(const struct link_map *map, ElfW(Addr) value)
{
	return (const void *)(value < map->l_addr ? map->l_addr + value : value);
}

static struct symbols symbols_of(const struct link_map *map)
{
	struct symbols found = { 0 };
	ElfW(Xword) soname = 0;

	for (const ElfW(Dyn) *d = map->l_ld; d && d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			found.table = address(map, d->d_un.d_ptr);
		else if (d->d_tag == DT_STRTAB)
			found.names = address(map, d->d_un.d_ptr);
		else if (d->d_tag == DT_GNU_HASH)
			found.hash = address(map, d->d_un.d_ptr);
		else if (d->d_tag == DT_VERSYM)
			found.versions = address(map, d->d_un.d_ptr);
		else if (d->d_tag == DT_SONAME)
			soname = d->d_un.d_val;
	}
	if (found.names && soname)
		found.soname = found.names + soname;
	return found;
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t hash = 5381;

	while (*name)
		hash = hash * 33 + (unsigned char)*name++;
	return hash;
}

/* Defined here, and the default version of that name (bit 15: hidden). */
static bool defines(const struct symbols *in, uint32_t i, const char *name)
{
	return in->table[i].st_shndx != SHN_UNDEF &&
	       !(in->versions && in->versions[i] & 0x8000) &&
	       strcmp(in->names + in->table[i].st_name, name) == 0;
}

void *real_symbol(const struct link_map *map, const char *name)
{
	struct symbols in = symbols_of(map);
	uint32_t wanted = gnu_hash(name), i;
	const uint32_t *buckets, *chain;

	if (!in.table || !in.names || !in.hash)
		return NULL;
	/* nbuckets, first hashed symbol, bloom words, bloom shift, bloom … */
	buckets = in.hash + 4 + in.hash[2] * (sizeof(ElfW(Addr)) / 4);
	chain = buckets + in.hash[0];
	i = in.hash[0] ? buckets[wanted % in.hash[0]] : 0;
	if (i < in.hash[1])
		return NULL;
	do {
		if ((chain[i - in.hash[1]] | 1) == (wanted | 1) &&
		    defines(&in, i, name))
			return (void *)(map->l_addr + in.table[i].st_value);
	} while (!(chain[i++ - in.hash[1]] & 1));
	return NULL;
}

/* The first loaded object with this soname that defines `name`. */
static const struct link_map *object_of(const char *soname)
{
	for (struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
		struct symbols in = symbols_of(map);

		if (in.soname && strcmp(in.soname, soname) == 0)
			return map;
	}
	return NULL;
}

const struct link_map *real_libc(void)
{
	static const struct link_map *libc;

	if (!libc)
		libc = object_of("libc.so.6");
	return libc;
}

/* libc's dlsym; in libdl before glibc 2.34. */
static void *find_dlsym(void)
{
	const struct link_map *libdl = object_of("libdl.so.2");
	void *found = real_libc() ? real_symbol(real_libc(), "dlsym") : NULL;

	return !found && libdl ? real_symbol(libdl, "dlsym") : found;
}

static void bind_slot(size_t i)
{
	void *function = real.dlsym(RTLD_NEXT, calls[i].name);

	if (!function)
		function = (void *)absent;
	memcpy((char *)&real + calls[i].slot, &function, sizeof(function));
}

bool real_start(void)
{
	void *dlsym_found = find_dlsym();

	if (!dlsym_found)
		return false;
	memcpy(&real.dlsym, &dlsym_found, sizeof(dlsym_found));
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (memory_family(calls[i].slot))
			bind_slot(i);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!memory_family(calls[i].slot) &&
		    calls[i].slot != offsetof(struct real, dlsym))
			bind_slot(i);
	real.dlerror(); /* what the failed look-ups left is not the program's */
	return true;
}

/* Sorted once would be faster; dlsym of any name costs far more than this. */
void *real_wrapper(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].wrapper;
	return NULL;
}
