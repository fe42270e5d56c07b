/*
 * cpu.c - what ld.so thinks of this processor when it chooses a library.
 * SPDX-License-Identifier: MIT
 *
 * glibc keeps its findings to itself, so they are made again, by its rules:
 * sysdeps/x86/dl-hwcaps_subdirs.c for the levels, cpu_features.c for the names.
 * A feature counts only if the kernel saves its registers (XCR0).
 */
#include "preload/cpu.h"

#include <cpuid.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	V2_1C = bit_CMPXCHG16B | bit_POPCNT | bit_SSE3 | bit_SSE4_1 |
		bit_SSE4_2 | bit_SSSE3,
	V3_1C = bit_AVX | bit_F16C | bit_FMA | bit_MOVBE,
	V3_7B = bit_AVX2 | bit_BMI | bit_BMI2,
	V3_EXTC = bit_LZCNT,
	XCR0_AVX = 0x6,
	XCR0_AVX512 = 0xe6
};

#define V4_7B ((unsigned)bit_AVX512F | bit_AVX512BW | bit_AVX512CD | \
	       bit_AVX512DQ | bit_AVX512VL)

struct features {
	unsigned leaf1_c, leaf7_b, extended_c, xcr0;
	bool intel;
};

static struct features detect(void)
{
	struct features f = { 0 };
	unsigned a = 0, b = 0, c = 0, d = 0, high;

	if (__get_cpuid(0, &a, &b, &c, &d))
		f.intel = b == signature_INTEL_ebx && c == signature_INTEL_ecx;
	__get_cpuid(1, &a, &b, &f.leaf1_c, &d);
	__get_cpuid_count(7, 0, &a, &f.leaf7_b, &c, &d);
	__get_cpuid(0x80000001, &a, &b, &f.extended_c, &d);
	if (f.leaf1_c & bit_OSXSAVE)
		__asm__("xgetbv" : "=a"(f.xcr0), "=d"(high) : "c"(0));
	return f;
}

static bool has(unsigned features, unsigned wanted)
{
	return (features & wanted) == wanted;
}

static bool is_v3(const struct features *f)
{
	return has(f->leaf1_c, V3_1C) && has(f->leaf7_b, V3_7B) &&
	       has(f->extended_c, V3_EXTC) && has(f->xcr0, XCR0_AVX);
}

static bool is_v4(const struct features *f)
{
	return has(f->leaf7_b, V4_7B) && has(f->xcr0, XCR0_AVX512);
}

enum { KNOWN = 1 << 7, INTEL = 1 << 3, LEVEL = 7 };

/* CPUID takes microseconds in a virtual machine, so it is asked once. */
static unsigned processor(void)
{
	static unsigned known;
	unsigned found = __atomic_load_n(&known, __ATOMIC_RELAXED);
	struct features f;

	if (found)
		return found;
	f = detect();
	found = KNOWN | (f.intel ? INTEL : 0);
	if (!has(f.leaf1_c, V2_1C) || !has(f.extended_c, bit_LAHF_LM))
		found |= 1;
	else if (!is_v3(&f))
		found |= 2;
	else
		found |= is_v4(&f) ? 4 : 3;
	__atomic_store_n(&known, found, __ATOMIC_RELAXED);
	return found;
}

unsigned cpu_level(void)
{
	return processor() & LEVEL;
}

/* Knights Landing (AVX512ER) calls itself otherwise; it is long gone. */
const char *cpu_platform(void)
{
	return processor() & INTEL && cpu_level() >= 3 ? "haswell" : "x86_64";
}

const char *const *cpu_old_names(void)
{
	static const char *const plain[] = { "x86_64", NULL };
	static const char *const wide[] = { "avx512_1", "x86_64", NULL };

	return processor() & INTEL && cpu_level() == 4 ? wide : plain;
}
