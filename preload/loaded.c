/*
 * loaded.c - the libraries that are in the process now.
 * SPDX-License-Identifier: MIT
 *
 * The list only grows at its end, and what was there at start is never
 * unloaded, so the host is simply the first `hosts` objects.
 */
#include "preload/loaded.h"

#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>

#include "config/raw.h"
#include "preload/start.h"

enum { CHAIN_MAX = 16 };

static unsigned hosts;

/* One object, and its texts, which stay valid while the walk's lock is held. */
struct object {
	const struct dl_phdr_info *info;
	unsigned index; /* in the list; 0 is the program */
	const ElfW(Dyn) *dynamic;
	const char *strings;
	const char *soname, *rpath, *runpath; /* or NULL */
	bool no_default;
};

/* Return true to end the walk. */
typedef bool object_visitor(const struct object *object, void *context);

struct walk {
	object_visitor *visit;
	void *context;
	unsigned index;
};

/* glibc relocates the table's address in place, except in the vdso. */
static const char *strings_of(const struct object *object)
{
	ElfW(Addr) base = object->info->dlpi_addr, at = 0;

	for (const ElfW(Dyn) *d = object->dynamic; d && d->d_tag; d++)
		if (d->d_tag == DT_STRTAB)
			at = d->d_un.d_ptr;
	if (!at)
		return NULL;
	return (const char *)(at < base ? base + at : at);
}

static void read_texts(struct object *object)
{
	const struct dl_phdr_info *info = object->info;

	for (unsigned i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			object->dynamic = (const void *)(info->dlpi_addr +
						info->dlpi_phdr[i].p_vaddr);
	object->strings = strings_of(object);
	if (!object->strings)
		return;
	for (const ElfW(Dyn) *d = object->dynamic; d->d_tag; d++) {
		const char *text = object->strings + d->d_un.d_val;

		if (d->d_tag == DT_SONAME)
			object->soname = text;
		else if (d->d_tag == DT_RPATH)
			object->rpath = text;
		else if (d->d_tag == DT_RUNPATH)
			object->runpath = text;
		else if (d->d_tag == DT_FLAGS_1)
			object->no_default = d->d_un.d_val & DF_1_NODEFLIB;
	}
	if (object->runpath)
		object->rpath = NULL;
}

static int step(struct dl_phdr_info *info, size_t size, void *data)
{
	struct walk *walk = data;
	struct object object = { .info = info, .index = walk->index++ };

	(void)size;
	read_texts(&object);
	return walk->visit(&object, walk->context);
}

static void each_object(object_visitor *visit, void *context)
{
	struct walk walk = { .visit = visit, .context = context };

	dl_iterate_phdr(step, &walk);
}

static bool count_object(const struct object *object, void *context)
{
	*(unsigned *)context = object->index + 1;
	return false;
}

void loaded_start(void)
{
	each_object(count_object, &hosts);
}

/* A look-up by name or by file, and what it found. */
struct match {
	const char *name;
	char *out;
	const struct stat *file;
	enum loaded found;
};

static bool match_name(const struct object *object, void *context)
{
	struct match *match = context;
	const char *name = object->info->dlpi_name;

	if (strcmp(name, match->name) != 0 &&
	    !(object->soname && strcmp(object->soname, match->name) == 0))
		return false;
	strncpy(match->out, name, SCRATCH_PATH - 1);
	match->out[SCRATCH_PATH - 1] = '\0';
	match->found = object->index < hosts ? LOADED_HOST : LOADED_GUEST;
	return true;
}

enum loaded loaded_match(const char *name, char *out)
{
	struct match match = { .name = name, .out = out };

	each_object(match_name, &match);
	return match.found;
}

static bool match_file(const struct object *object, void *context)
{
	struct match *match = context;
	const char *name = object->info->dlpi_name;
	struct stat st;

	if (!strchr(name, '/') ||
	    RAW(newfstatat, AT_FDCWD, name, &st, 0) != 0 ||
	    st.st_ino != match->file->st_ino ||
	    st.st_dev != match->file->st_dev)
		return false;
	match->found = LOADED_GUEST;
	return true;
}

bool loaded_file(const char *file)
{
	struct stat st;
	struct match match = { .file = &st };

	if (RAW(newfstatat, AT_FDCWD, file, &st, 0) == 0)
		each_object(match_file, &match);
	return match.found != LOADED_NOT;
}

struct guests {
	void (*see)(const char *name, void *context);
	void *context;
};

static bool see_guest(const struct object *object, void *context)
{
	struct guests *guests = context;

	if (object->index >= hosts)
		guests->see(object->info->dlpi_name, guests->context);
	return false;
}

void loaded_guests(void (*see)(const char *name, void *context), void *context)
{
	struct guests guests = { see, context };

	each_object(see_guest, &guests);
}

/* The search for the library at an address, then for those that loaded it. */
struct find {
	struct search *search;
	ElfW(Addr) address;
	const char *needed;     /* its name, as another would ask for it */
	struct loader *loader;  /* what was found */
	unsigned index;         /* its place in the list */
	bool any_rpath;         /* of the whole list */
};

static bool holds(const struct object *object, ElfW(Addr) address)
{
	const struct dl_phdr_info *info = object->info;

	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD &&
		    address - (info->dlpi_addr + p->p_vaddr) < p->p_memsz)
			return true;
	}
	return false;
}

static const char *keep(struct search *search, const char *text)
{
	return text ? arena_text(&search->arena, text, strlen(text)) : NULL;
}

/* Copies what the search needs, for the walk's lock ends before it. */
static void found(struct find *find, const struct object *object)
{
	struct search *search = find->search;
	const char *name = object->index ? object->info->dlpi_name :
					   start_program;
	const char *slash = strrchr(name, '/');

	find->loader = arena_take(&search->arena, sizeof(*find->loader));
	find->index = object->index;
	if (!find->loader)
		return;
	find->loader->origin = search_origin(search, name);
	find->loader->rpath = keep(search, object->rpath);
	find->loader->runpath = keep(search, object->runpath);
	find->loader->no_default = object->no_default;
	find->needed = keep(search, object->soname ? object->soname :
				    slash ? slash + 1 : name);
}

static bool find_address(const struct object *object, void *context)
{
	struct find *find = context;

	find->any_rpath |= object->rpath != NULL;
	if (find->address ? holds(object, find->address) : object->index == 0)
		found(find, object);
	return false;
}

static bool find_needing(const struct object *object, void *context)
{
	struct find *find = context;

	const ElfW(Dyn) *d = object->dynamic;

	for (; object->strings && find->needed && d->d_tag; d++) {
		const char *name = object->strings + d->d_un.d_val;

		if (d->d_tag == DT_NEEDED && strcmp(name, find->needed) == 0) {
			found(find, object);
			return true;
		}
	}
	return false;
}

static struct loader *program_loader(struct search *search)
{
	struct find find = { .search = search };

	each_object(find_address, &find);
	return find.loader;
}

/*
 * Who loaded a library matters only for RPATH, and ld.so keeps it to itself.
 * The first library that needs it is the one; a library that was loaded by
 * dlopen has none, and inherits from the program alone.
 */
static void find_chain(struct find *find)
{
	struct loader *last = find->loader;
	unsigned n = 0;

	while (find->index && n++ < CHAIN_MAX) {
		unsigned before = find->index;

		find->loader = NULL;
		each_object(find_needing, find);
		if (!find->loader || find->index == before)
			break;
		last->by = find->loader;
		last = find->loader;
	}
	if (find->index)
		last->by = program_loader(find->search);
}

const struct loader *loaded_loader(struct search *search, const void *address)
{
	struct find find = { .search = search, .address = (ElfW(Addr))address };
	struct loader *first;

	each_object(find_address, &find);
	first = find.loader ? find.loader : program_loader(search);
	if (find.loader && find.any_rpath && !first->runpath)
		find_chain(&find);
	return first;
}

/* By link map, whose object the caller keeps loaded. */
static const char *soname_of(const struct link_map *map)
{
	ElfW(Addr) strings = 0, soname = 0;

	for (const ElfW(Dyn) *d = map->l_ld; d && d->d_tag; d++)
		if (d->d_tag == DT_STRTAB)
			strings = d->d_un.d_ptr;
		else if (d->d_tag == DT_SONAME)
			soname = d->d_un.d_val;
	if (!strings || !soname)
		return "";
	if (strings < map->l_addr)
		strings += map->l_addr; /* the vdso */
	return (const char *)(strings + soname);
}

bool loaded_is_libc(const void *address)
{
	static const char *const libc[] = {
		"libc.so.6", "ld-linux-x86-64.so.2", "libpthread.so.0",
		"libdl.so.2", "librt.so.1"
	};
	struct dl_find_object object;
	const char *soname;

	if (_dl_find_object((void *)address, &object) != 0)
		return false;
	soname = soname_of(object.dlfo_link_map);
	for (size_t i = 0; i < sizeof(libc) / sizeof(libc[0]); i++)
		if (strcmp(soname, libc[i]) == 0)
			return true;
	return false;
}

const struct link_map *loaded_host_of(const void *address)
{
	const struct link_map *map = _r_debug.r_map;
	struct dl_find_object object;
	unsigned i = 0;

	if (_dl_find_object((void *)address, &object) != 0)
		return NULL;
	for (; map && i < hosts; map = map->l_next, i++)
		if (map == object.dlfo_link_map)
			return map;
	return NULL;
}
