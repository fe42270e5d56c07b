/*
 * vfork.S - vfork: ask, then jump to libc's.
 * SPDX-License-Identifier: MIT
 *
 * The child returns first, through the frame of whoever called vfork, and the
 * parent then through the same frame. A C function in between would be left
 * twice, the second time with a frame that the child has overwritten. So when
 * libc's vfork is entered, nothing of ours is on the stack any more.
 */
#ifdef __CET__
#include <cet.h>
#else
#define _CET_ENDBR
#endif

	.text
	.globl	vfork
	.type	vfork, @function
	.globl	__vfork
	.type	__vfork, @function
	.hidden	process_ask_vfork
	.p2align 4
vfork:
__vfork:
	.cfi_startproc
	_CET_ENDBR
	movq	(%rsp), %rdi	/* the caller */
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	process_ask_vfork
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	testq	%rax, %rax
	jz	1f
	jmp	*%rax
1:
	movl	$-1, %eax
	ret
	.cfi_endproc
	.size	vfork, . - vfork
	.size	__vfork, . - __vfork

	.section .note.GNU-stack, "", @progbits
