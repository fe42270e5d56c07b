/*
 * late.c - a program whose library has done all the work by now.
 * SPDX-License-Identifier: MIT
 */
int main(void)
{
	return 0;
}
