/*
 * connect.c - a library with a function of its own called connect.
 * SPDX-License-Identifier: MIT
 */
int connect(void);

int connect(void)
{
	return 77;
}
