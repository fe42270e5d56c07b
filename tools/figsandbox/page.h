/*
 * page.h - prints a status page, for people and as JSON.
 * SPDX-License-Identifier: MIT
 */
#ifndef TOOLS_PAGE_H
#define TOOLS_PAGE_H

#include "preload/status_page.h"

/* One line of a list, and the line above the first. */
void page_print_heading(void);
void page_print_line(const struct status_page *page);

/* All there is to say, a line each. */
void page_print(const struct status_page *page);

/* One JSON object, without a newline. */
void page_print_json(const struct status_page *page);

#endif
