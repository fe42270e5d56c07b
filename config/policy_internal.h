/*
 * policy_internal.h - what the files that make a policy share.
 * SPDX-License-Identifier: MIT
 *
 * load.c       which text, and the order of levels
 * read.c       the file that holds it
 * table.c      the tables in it
 * variables.c  the environment and flags
 * keys.c       settings by their names
 * values.c     one text or TOML value to a setting
 * lists.c      the entries of lists
 * pattern.c    absolute patterns, symbolic links resolved
 * policy.c     what follows from the settings
 */
#ifndef CONFIG_POLICY_INTERNAL_H
#define CONFIG_POLICY_INTERNAL_H

#include "config/load.h"
#include "config/toml.h"

enum { PATH_SIZE = 4096, LABEL_SIZE = 200 };

/* The first line of what policy_print writes, and of no other policy. */
#define POLICY_INHERITED "# inherited: complete, and its patterns are resolved"

/* Where a value stands: as errors call it, and as records do. */
struct place {
	const char *name;      /* "fig.toml", "FIG_SANDBOX_READ", "--read" */
	unsigned line, column; /* 0: it has none */
	const char *key;       /* said in errors when `name` does not say it */
	struct source source;
};

/* pattern.c: work space for paths. */
struct names {
	char lexical[PATH_SIZE], resolved[PATH_SIZE], target[PATH_SIZE];
	char rest[2 * PATH_SIZE];
};

/* A policy on its way. Lives in the arena: it is too big for small stacks. */
struct loader {
	const struct load_input *input;
	struct arena *arena;
	struct policy *policy;
	struct load_error *error;
	struct place places[KEYS]; /* of the settings that are chosen */
	struct place library;      /* of the first overlay */
	struct place at;           /* what is being read; or without name */
	uint64_t seen;    /* bit i: the level being read has set key i */
	const char *base; /* what relative names are relative to just now */
	bool inherited;   /* the text is one that policy_print wrote */

	/* Reading the labels of an inherited text, line by line. */
	const char *text, *label_at;
	unsigned label_line;
	struct source label;

	struct names *names; /* taken with the first path */
};

/* Bytes of a longer text. */
struct word {
	const char *at;
	size_t len;
};

/* load.c */

/* "NAME:LINE:COLUMN: " and the words up to NULL. Returns -EINVAL. */
int load_fail(struct loader *loader, const struct place *place, ...)
    __attribute__((sentinel));
/* … "expected WHAT for KEY". */
int load_expected(struct loader *loader, const struct place *place,
		  const char *what);
/* The arena is full; says at which setting. Returns -ENOMEM. */
int load_full(struct loader *loader);

int load_apply_node(struct loader *loader, const struct place *place,
		    enum key key, bool alias, const struct toml_node *node);
int load_apply_text(struct loader *loader, const struct place *place,
		    enum key key, bool alias, const char *text);

/* variables.c */

/* The value of a variable, or NULL. */
const char *variables_find(const struct load_input *input, const char *name);
int variables_load(struct loader *loader);
int flags_load(struct loader *loader);

/* read.c: NUL-terminated; the base becomes the directory of the file. */
int read_policy(struct loader *loader, const char *file, struct word *text);

/* policy.c */

bool word_is(struct word word, const char *text);
bool word_same(struct word a, struct word b);

/* Takes the next of "a|b|c"; false when *choices is NULL, which is the end. */
bool choice_next(const char **choices, struct word *word);

/* The name of a NAME setting's value. */
struct word choice_name(enum key key, uint64_t number);

bool key_is_list(enum key key);

/* Works out .restricted, .withheld and .kept, and opens the policy. */
void policy_finish(struct policy *policy);

/* The policy that refuses everything. */
void policy_close(struct policy *policy);

/* keys.c: names are as in TOML. */

/* KEYS if there is none. *alias says that it is the key's other spelling. */
enum key key_find(struct word name, bool *alias);
/* The known name that is most like this one; never NULL. */
const char *key_nearest(struct word name);
/* How many bytes to insert, drop, change or swap makes the one the other. */
unsigned key_distance(struct word a, struct word b);

/* values.c: `alias` because some aliases have units of their own. */

int value_of_text(struct loader *loader, const struct place *place,
		  enum key key, bool alias, const char *text,
		  struct setting *setting);
int value_of_node(struct loader *loader, const struct place *place,
		  enum key key, bool alias, const struct toml_node *node,
		  struct setting *setting);
/* The default of the profile; cannot fail but for memory. */
int value_default(struct loader *loader, enum key key, enum profile profile,
		  struct setting *setting);

/* lists.c */

int list_of_text(struct loader *loader, const struct place *place, enum key key,
		 const char *text, struct setting *setting);
int list_of_node(struct loader *loader, const struct place *place, enum key key,
		 const struct toml_node *node, struct setting *setting);

/* pattern.c */

/*
 * *pattern is absolute, with its leading directories resolved. If the text
 * names one path that is a symbolic link, *target is where that leads, else
 * NULL; both are in the arena, and UTF-8.
 */
int pattern_resolve(struct loader *loader, const struct place *place,
		    const char *text, const char **pattern,
		    const char **target);
/* An absolute name without wildcards or look at the file system: a sink. */
int pattern_absolute(struct loader *loader, const struct place *place,
		     const char *text, const char **path);
/* The name to open a file by; the base becomes its directory. */
int pattern_file(struct loader *loader, const struct place *place,
		 const char *file, const char **path);
/* 0 if the text is UTF-8, which all that is handed on to children has to be. */
int pattern_utf8(struct loader *loader, const struct place *place,
		 const char *text);

/*
 * print.c: the file's name as a label has it: plain, short, without '#', and no
 * longer than LABEL_SIZE. Done twice it changes nothing more.
 */
void label_plain(struct text *text, const char *file, size_t len);

/* table.c: applies the settings in a TOML text called `name`. */
int table_load(struct loader *loader, const char *name, const char *text,
	       size_t len);
/* Where something on this line comes from: the line's label if it has one. */
struct source table_source(struct loader *loader, const struct place *place,
			   unsigned line);

#endif
