/*
 * test.h - what every unit test here includes: cmocka and three shorthands.
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A test is a function whose name is a sentence that is true. */
#define TEST(sentence) static void sentence(void **state __attribute__((unused)))

/* Like assert_true, with a printf text that names the case which failed. */
#define CHECK(condition, ...)                          \
	do {                                           \
		if (!(condition)) {                    \
			print_error(__VA_ARGS__);      \
			print_error("\n");             \
			fail_msg("%s", #condition);    \
		}                                      \
	} while (0)

#define RUN(...)                                                        \
	int main(void)                                                  \
	{                                                               \
		const struct CMUnitTest tests[] = { __VA_ARGS__ };      \
                                                                        \
		return cmocka_run_group_tests(tests, NULL, NULL);       \
	}

#endif
