/*
 * real.c - the functions behind ours.
 * SPDX-License-Identifier: MIT
 *
 * What dlsym(RTLD_NEXT) would answer, found by reading the symbol tables of the
 * objects behind us: dlsym itself is one of our wrappers, it would cost ten times
 * as much for so many names, and it calls malloc when a name is missing. The
 * slots of the malloc family are filled first: whatever else needs memory during
 * our start gets it.
 */
#include "preload/real.h"

#include <elf.h>
#include <link.h>

struct real real;

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

enum { ROWS = sizeof(calls) / sizeof(calls[0]), OBJECTS = 1024 };

/* Stands for a function that this libc does not have. */
static long absent(void)
{
	errno = ENOSYS;
	return -1;
}

bool real_exists(const void *function)
{
	return function != (const void *)absent;
}

/* The parts of a dynamic section that a look-up needs; ld.so relocated them. */
struct symbols {
	const struct link_map *map;
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

/*
 * Libc's string functions may lead to a sanitizer, which would start itself in
 * the middle of our start, through wrappers that lead nowhere yet.
 */
static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static struct symbols symbols_of(const struct link_map *map)
{
	struct symbols found = { .map = map };
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

/* The Bloom filter of DT_GNU_HASH: false means that the name is not there. */
static bool may_define(const struct symbols *in, uint32_t hash)
{
	const ElfW(Addr) *bloom = (const ElfW(Addr) *)(in->hash + 4);
	unsigned bits = 8 * sizeof(*bloom);
	ElfW(Addr) word = bloom[hash / bits & (in->hash[2] - 1)];

	return word >> hash % bits & word >> (hash >> in->hash[3]) % bits & 1;
}

/* Defined here; the default version, or an old one (bit 15) if `old`. */
static bool defines(const struct symbols *in, uint32_t i, const char *name,
		    bool old)
{
	bool hidden = in->versions && in->versions[i] & 0x8000;

	return in->table[i].st_shndx != SHN_UNDEF && hidden == old &&
	       same(in->names + in->table[i].st_name, name);
}

static const ElfW(Sym) *look_up(const struct symbols *in, const char *name,
				uint32_t hash, bool old)
{
	const uint32_t *buckets, *chain;
	uint32_t i;

	if (!in->table || !in->names || !in->hash || !in->hash[0] ||
	    !may_define(in, hash))
		return NULL;
	/* nbuckets, first hashed symbol, bloom words, bloom shift, bloom … */
	buckets = in->hash + 4 + in->hash[2] * (sizeof(ElfW(Addr)) / 4);
	chain = buckets + in->hash[0];
	i = buckets[hash % in->hash[0]];
	if (i < in->hash[1])
		return NULL;
	do {
		if ((chain[i - in->hash[1]] | 1) == (hash | 1) &&
		    defines(in, i, name, old))
			return &in->table[i];
	} while (!(chain[i++ - in->hash[1]] & 1));
	return NULL;
}

void *real_symbol(const struct link_map *map, const char *name)
{
	struct symbols in = symbols_of(map);
	uint32_t hash = gnu_hash(name);
	const ElfW(Sym) *symbol = look_up(&in, name, hash, false);

	if (!symbol)
		symbol = look_up(&in, name, hash, true);
	return symbol ? (void *)(map->l_addr + symbol->st_value) : NULL;
}

const struct link_map *real_object(const char *soname)
{
	for (struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
		struct symbols in = symbols_of(map);

		if (in.soname && same(in.soname, soname))
			return map;
	}
	return NULL;
}

const struct link_map *real_libc(void)
{
	static const struct link_map *libc;

	if (!libc)
		libc = real_object("libc.so.6");
	return libc;
}

/* The objects behind this one, in the order in which ld.so searches them. */
static size_t objects_behind(struct symbols *objects)
{
	const struct link_map *map = _r_debug.r_map;
	size_t n = 0;

	while (map && map->l_ld != _DYNAMIC)
		map = map->l_next;
	for (map = map ? map->l_next : NULL; map && n < OBJECTS;
	     map = map->l_next)
		objects[n++] = symbols_of(map);
	return n;
}

/*
 * The next function of this name. An old version is the last resort: programs
 * that still ask for one have no other. An IFUNC has to be asked for its answer,
 * which dlsym does.
 */
static void *next(const struct symbols *objects, size_t n, const char *name,
		  uint32_t hash)
{
	const ElfW(Sym) *symbol;

	for (size_t i = 0; i < 2 * n; i++) {
		symbol = look_up(&objects[i % n], name, hash, i >= n);
		if (!symbol)
			continue;
		if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
			return real.dlsym(RTLD_NEXT, name);
		return (void *)(objects[i % n].map->l_addr + symbol->st_value);
	}
	return (void *)absent;
}

/* Rows by the hash of their name, plus one; open addressing. */
static uint16_t index_of[2048];
_Static_assert(ROWS < 1024, "index_of is at most half full");

static void add_to_index(size_t row, uint32_t hash)
{
	size_t i = hash % 2048;

	while (index_of[i])
		i = (i + 1) % 2048;
	index_of[i] = (uint16_t)(row + 1);
}

bool real_start(void)
{
	static struct symbols objects[OBJECTS];
	size_t n = objects_behind(objects);

	if (!n || n == OBJECTS || !real_libc())
		return false;
	real.dlsym = next(objects, n, "dlsym", gnu_hash("dlsym"));
	for (size_t row = 0; row < ROWS; row++) {
		uint32_t hash = gnu_hash(calls[row].name);
		void *function = next(objects, n, calls[row].name, hash);

		*(void **)((char *)&real + calls[row].slot) = function;
		add_to_index(row, hash);
	}
	return true;
}

void *real_wrapper(const char *name)
{
	for (size_t i = gnu_hash(name) % 2048; index_of[i]; i = (i + 1) % 2048)
		if (same(calls[index_of[i] - 1].name, name))
			return calls[index_of[i] - 1].wrapper;
	return NULL;
}
