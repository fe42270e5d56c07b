/*
 * policy.c - fuzzes TOML texts: what is accepted is printed and read back.
 * SPDX-License-Identifier: MIT
 */
#include "tests/fuzz/round_trip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t name = sizeof(variable_name) - 1;
	char *variable = malloc(name + size + 1);

	MUST(variable);
	memcpy(variable, variable_name, name);
	memcpy(variable + name, data, size);
	variable[name + size] = '\0';
	check_policy((char *[]){variable, NULL}, NULL);
	free(variable);
	return 0;
}
