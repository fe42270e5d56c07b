/*
 * memory.S - the names of the malloc family: jumps through one table.
 * SPDX-License-Identifier: MIT
 *
 * See allocator.h. Those that take more arguments than what they lead to, a
 * block's size or std::nothrow, leave them where nobody looks.
 */
#define __ASSEMBLER__ 1
#include "preload/allocator.h"

#ifdef __CET__
#include <cet.h>
#else
#define _CET_ENDBR
#endif

	.hidden	allocator

.macro STUB name, place
	.globl	\name
	.type	\name, @function
	.p2align 4
\name:
	.cfi_startproc
	_CET_ENDBR
	jmp	*allocator + 8 * \place(%rip)
	.cfi_endproc
	.size	\name, . - \name
.endm

	.text
	STUB malloc, ALLOCATOR_MALLOC
	STUB free, ALLOCATOR_FREE
	STUB cfree, ALLOCATOR_FREE
	STUB free_sized, ALLOCATOR_FREE
	STUB free_aligned_sized, ALLOCATOR_FREE
	STUB calloc, ALLOCATOR_CALLOC
	STUB realloc, ALLOCATOR_REALLOC
	STUB reallocarray, ALLOCATOR_REALLOCARRAY
	STUB memalign, ALLOCATOR_MEMALIGN
	STUB aligned_alloc, ALLOCATOR_ALIGNED_ALLOC
	STUB posix_memalign, ALLOCATOR_POSIX_MEMALIGN
	STUB valloc, ALLOCATOR_VALLOC
	STUB pvalloc, ALLOCATOR_PVALLOC

	/* operator new, new[], and with std::nothrow_t or std::align_val_t */
	STUB _Znwm, ALLOCATOR_NEW
	STUB _Znam, ALLOCATOR_NEW
	STUB _ZnwmRKSt9nothrow_t, ALLOCATOR_NEW_NOTHROW
	STUB _ZnamRKSt9nothrow_t, ALLOCATOR_NEW_NOTHROW
	STUB _ZnwmSt11align_val_t, ALLOCATOR_NEW_ALIGNED
	STUB _ZnamSt11align_val_t, ALLOCATOR_NEW_ALIGNED
	STUB _ZnwmSt11align_val_tRKSt9nothrow_t, ALLOCATOR_NEW_ALIGNED_NOTHROW
	STUB _ZnamSt11align_val_tRKSt9nothrow_t, ALLOCATOR_NEW_ALIGNED_NOTHROW

	/* operator delete, delete[], and with a size besides */
	STUB _ZdlPv, ALLOCATOR_DELETE
	STUB _ZdaPv, ALLOCATOR_DELETE
	STUB _ZdlPvm, ALLOCATOR_DELETE
	STUB _ZdaPvm, ALLOCATOR_DELETE
	STUB _ZdlPvRKSt9nothrow_t, ALLOCATOR_DELETE
	STUB _ZdaPvRKSt9nothrow_t, ALLOCATOR_DELETE
	STUB _ZdlPvSt11align_val_t, ALLOCATOR_DELETE_ALIGNED
	STUB _ZdaPvSt11align_val_t, ALLOCATOR_DELETE_ALIGNED
	STUB _ZdlPvmSt11align_val_t, ALLOCATOR_DELETE_ALIGNED
	STUB _ZdaPvmSt11align_val_t, ALLOCATOR_DELETE_ALIGNED
	STUB _ZdlPvSt11align_val_tRKSt9nothrow_t, ALLOCATOR_DELETE_ALIGNED
	STUB _ZdaPvSt11align_val_tRKSt9nothrow_t, ALLOCATOR_DELETE_ALIGNED

	.section .note.GNU-stack, "", @progbits
