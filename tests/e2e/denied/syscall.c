/*
 * syscall.c - denials of the family syscall.
 * SPDX-License-Identifier: MIT
 */
#include <sys/syscall.h>
#include <time.h>

#include "tests/e2e/denied/denied.h"

enum { DISPATCH = 59 }; /* PR_SET_SYSCALL_USER_DISPATCH */

static struct timeval now = {1, 0};
static struct timex frequency = {.modes = ADJ_FREQUENCY};

/* clang-format off */
DENIED(syscall) { return forbidden(syscall(SYS_chdir, NOWHERE)); }

DENIED(prctl) { return forbidden(prctl(DISPATCH, -1, 0, 0, 0)); }
DENIED(iopl) { return forbidden(iopl(3)); }
DENIED(ioperm) { return forbidden(ioperm(0, 1, 1)); }
DENIED(modify_ldt) { return forbidden(modify_ldt(-1, NULL, 0)); }

DENIED(vhangup) { return forbidden(vhangup()); }
DENIED(klogctl) { return forbidden(klogctl(-1, NULL, 0)); }
DENIED(sethostname) { return forbidden(sethostname("a", 1)); }
DENIED(setdomainname) { return forbidden(setdomainname("a", 1)); }
DENIED(settimeofday) { return forbidden(settimeofday(&now, NULL)); }
DENIED(clock_settime)
{
	return forbidden(clock_settime(-1, &(struct timespec){ 1, 0 }));
}
DENIED(stime) { return forbidden(stime(&now.tv_sec)); }
DENIED(adjtime) { return forbidden(adjtime(&now, NULL)); }
DENIED(adjtimex) { return forbidden(adjtimex(&frequency)); }
DENIED(__adjtimex) { return forbidden(__adjtimex(&frequency)); }
DENIED(ntp_adjtime) { return forbidden(ntp_adjtime(&frequency)); }
DENIED(clock_adjtime)
{
	return forbidden(clock_adjtime(CLOCK_REALTIME, &frequency));
}
/* clang-format on */
