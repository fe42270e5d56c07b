/*
 * page.c - prints a status page, for people and as JSON.
 * SPDX-License-Identifier: MIT
 *
 * The page is another process's claim: no text leaves here unescaped, and no
 * number is used as an index unchecked.
 */
#include "tools/figsandbox/page.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config/size.h"

enum { ESCAPED = 6 * sizeof(((struct status_page *)0)->exe) };

static const char *escaped(const char *text)
{
	static char buffer[ESCAPED];
	struct text out = text_in(buffer, sizeof(buffer));

	text_escaped(&out, text, strlen(text));
	return buffer;
}

/* The name of choice `index` of a setting, in `buffer`; "?" if none. */
static const char *choice(enum key key, uint64_t index, char buffer[32])
{
	const char *at = policy_keys[key].choices;

	while (index-- && at) {
		at = strchr(at, '|');
		at = at ? at + 1 : NULL;
	}
	snprintf(buffer, 32, "%.*s", at ? (int)strcspn(at, "|") : 1,
		 at ? at : "?");
	return buffer;
}

static uint64_t violations(const struct status_page *page)
{
	uint64_t sum = 0;

	for (unsigned right = 0; right < RIGHTS; right++)
		sum += page->violations[right];
	return sum;
}

void page_print_heading(void)
{
	printf("%7s  %-7s  %-11s  %8s  %4s  %10s  %s\n", "PID", "MODE",
	       "PROFILE", "REFUSED", "LIBS", "MEMORY", "PROGRAM");
}

void page_print_line(const struct status_page *page)
{
	char mode[32], profile[32], size[SIZE_TEXT];

	printf("%7" PRId32 "  %-7s  %-11s  %8" PRIu64 "  %4" PRIu64
	       "  %10s  %s\n",
	       page->pid, choice(KEY_mode, page->mode, mode),
	       choice(KEY_profile, page->profile, profile), violations(page),
	       page->loaded_libs, size_print(page->live_bytes, size),
	       escaped(page->exe));
}

/* Is this setting more than its type's "nothing"? */
static bool says_something(const struct status_page *page, enum key key)
{
	enum type type = policy_keys[key].type;

	if (page->unenforced[key] || key == KEY_profile || key == KEY_mode)
		return false;
	if (type >= GLOBS)
		return page->given[key];
	return type == NAME || type == BOOL || page->limits[key];
}

static void print_setting(const struct status_page *page, enum key key)
{
	uint64_t value = page->limits[key];
	char text[32];

	printf("  %-18s ", policy_keys[key].name);
	switch (policy_keys[key].type) {
	case NAME:
		puts(choice(key, value, text));
		break;
	case BOOL:
		puts(value ? "true" : "false");
		break;
	case SIZE:
		puts(size_print(value, text));
		break;
	case MS:
		printf("%" PRIu64 " ms\n", value);
		break;
	case SECONDS:
		printf("%" PRIu64 " s\n", value);
		break;
	case COUNT:
		printf("%" PRIu64 "\n", value);
		break;
	default:
		printf("%" PRIu64 " in the list\n", value);
	}
}

static const struct {
	const char *name;
	size_t at;
} counters[] = {
#define COUNTER(name) { #name, offsetof(struct status_page, name) }
	COUNTER(loaded_libs), COUNTER(live_allocs), COUNTER(live_bytes),
	COUNTER(mapped_bytes), COUNTER(peak_bytes), COUNTER(denied_allocs),
	COUNTER(calls), COUNTER(timeouts), COUNTER(restarts),
	COUNTER(audit_sent), COUNTER(audit_dropped),
#undef COUNTER
};

enum { COUNTERS = sizeof(counters) / sizeof(counters[0]) };

static uint64_t counter(const struct status_page *page, unsigned i)
{
	uint64_t value;

	memcpy(&value, (const char *)page + counters[i].at, sizeof(value));
	return value;
}

static void print_unenforced(const struct status_page *page)
{
	const char *before = "not enforced in this release: ";
	bool some = false;

	for (unsigned key = 0; key < KEYS; key++) {
		if (!page->unenforced[key])
			continue;
		printf("%s%s", before, policy_keys[key].name);
		before = ", ";
		some = true;
	}
	if (some)
		putchar('\n');
}

static void print_libraries(const struct status_page *page)
{
	char limit[SIZE_TEXT], live[SIZE_TEXT];

	for (unsigned i = 0; i < STATUS_LIBRARIES; i++) {
		const struct status_library *library = &page->libraries[i];

		if (!library->name[0])
			continue;
		printf("%s  %s: %s in %" PRIu64, i ? "" : "libraries:\n",
		       escaped(library->name),
		       size_print(library->live_bytes, live),
		       library->live_allocs);
		printf(" allocations, of %s and %" PRIu64 " (0: no limit)\n",
		       size_print(library->memory_limit, limit),
		       library->max_allocs);
	}
}

void page_print(const struct status_page *page)
{
	char mode[32], profile[32];

	printf("process %" PRId32 ": %s\n", page->pid, escaped(page->exe));
	printf("mode %s, profile %s", choice(KEY_mode, page->mode, mode),
	       choice(KEY_profile, page->profile, profile));
	printf(", %s", escaped(page->isolation));
	printf(" (%s)\n", escaped(page->layers));
	puts("settings:");
	for (unsigned key = 0; key < KEYS; key++)
		if (says_something(page, key))
			print_setting(page, key);
	print_unenforced(page);
	puts("counters:");
	for (unsigned i = 0; i < COUNTERS; i++)
		printf("  %-18s %" PRIu64 "\n", counters[i].name,
		       counter(page, i));
	print_libraries(page);
	printf("refused: %" PRIu64 "\n", violations(page));
	for (unsigned right = 0; right < RIGHTS; right++)
		if (page->violations[right])
			printf("  %-18s %" PRIu64 "\n",
			       policy_right_name(right),
			       page->violations[right]);
}

static void json_setting(const struct status_page *page, enum key key)
{
	enum type type = policy_keys[key].type;
	char text[32];

	printf("\"%s\":", policy_keys[key].name);
	if (type == NAME)
		printf("\"%s\"", choice(key, page->limits[key], text));
	else if (type == BOOL)
		fputs(page->limits[key] ? "true" : "false", stdout);
	else if (type >= GLOBS && !page->given[key])
		fputs("null", stdout);
	else
		printf("%" PRIu64, page->limits[key]);
}

static void json_text(const char *name, const char *value)
{
	printf(",\"%s\":\"%s\"", name, escaped(value));
}

static void json_libraries(const struct status_page *page)
{
	const char *before = "";

	fputs(",\"libraries\":[", stdout);
	for (unsigned i = 0; i < STATUS_LIBRARIES; i++) {
		const struct status_library *library = &page->libraries[i];

		if (!library->name[0])
			continue;
		printf("%s{\"name\":\"%s\"", before, escaped(library->name));
		printf(",\"memory_limit\":%" PRIu64 ",\"max_allocs\":%" PRIu64,
		       library->memory_limit, library->max_allocs);
		printf(",\"live_bytes\":%" PRIu64 ",\"live_allocs\":%" PRIu64 "}",
		       library->live_bytes, library->live_allocs);
		before = ",";
	}
	putchar(']');
}

void page_print_json(const struct status_page *page)
{
	char text[32];
	const char *before = "";

	printf("{\"pid\":%" PRId32, page->pid);
	json_text("exe", page->exe);
	json_text("mode", choice(KEY_mode, page->mode, text));
	json_text("profile", choice(KEY_profile, page->profile, text));
	json_text("isolation", page->isolation);
	json_text("layers", page->layers);
	fputs(",\"limits\":{", stdout);
	for (unsigned key = 0; key < KEYS; key++) {
		fputs(key ? "," : "", stdout);
		json_setting(page, key);
	}
	fputs("},\"not_enforced\":[", stdout);
	for (unsigned key = 0; key < KEYS; key++) {
		if (!page->unenforced[key])
			continue;
		printf("%s\"%s\"", before, policy_keys[key].name);
		before = ",";
	}
	fputs("],\"violations\":{", stdout);
	for (unsigned right = 0; right < RIGHTS; right++)
		printf("%s\"%s\":%" PRIu64, right ? "," : "",
		       policy_right_name(right), page->violations[right]);
	putchar('}');
	for (unsigned i = 0; i < COUNTERS; i++)
		printf(",\"%s\":%" PRIu64, counters[i].name, counter(page, i));
	json_libraries(page);
	putchar('}');
}
