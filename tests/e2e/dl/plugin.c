/*
 * plugin.c - a library that gives a number; built many times.
 * SPDX-License-Identifier: MIT
 */
int answer(void);

#ifdef NEEDS
int needed(void);

int answer(void)
{
	return needed();
}
#else
int answer(void)
{
	return ANSWER;
}

int needed(void);

int needed(void)
{
	return ANSWER;
}
#endif
