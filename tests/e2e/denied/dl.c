/*
 * dl.c - denials of the family dl.
 * SPDX-License-Identifier: MIT
 */
#include "tests/e2e/denied/denied.h"

static bool dlerror_says(const char *text)
{
	const char *error = dlerror();

	return error && strstr(error, text);
}

/* clang-format off */
DENIED(dlopen)
{
	return none(dlopen(NOWHERE, RTLD_NOW)) && dlerror_says("allowed_libs");
}
DENIED(dlmopen)
{
	return none(dlmopen(LM_ID_NEWLM, NOWHERE, RTLD_NOW)) &&
	       dlerror_says("a namespace of its own");
}
NOTHING_TO_DENY(dlsym, "it answers an intercepted name with our function")
NOTHING_TO_DENY(dlvsym, "it answers an intercepted name with our function")
NOTHING_TO_DENY(dlclose, "it gives a library back")
NOTHING_TO_DENY(dlerror, "it tells what was refused")

DENIED(iconv_open)
{
	setenv("GCONV_PATH", NOWHERE, 1);
	return refused((long)iconv_open("UTF-8", "nonexistent"));
}
DENIED(__nss_configure_lookup)
{
	return refused(__nss_configure_lookup("hosts", "nonexistent"));
}
/* clang-format on */
