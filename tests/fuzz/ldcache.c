/*
 * ldcache.c - fuzzes the reader of /etc/ld.so.cache.
 * SPDX-License-Identifier: MIT
 *
 * Input: a name, a newline, the cache; the processor's level is the length of
 * the name.
 */
#include "preload/ldcache.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t len = end ? (size_t)(end - data) : size;
	char *name = malloc(len + 1), *cache;
	const char *file;

	size = end ? size - len - 1 : 0;
	cache = malloc(size); /* exact, so that the sanitizer sees its end */
	memcpy(name, data, len);
	name[len] = '\0';
	if (end)
		memcpy(cache, end + 1, size);
	file = ldcache_find(cache, size, name, 1 + (unsigned)len % 4);
	if (file && (file < cache || file + strlen(file) >= cache + size))
		abort();
	free(name);
	free(cache);
	return 0;
}
