/*
 * dl.S - dlopen, dlmopen, dlsym and dlvsym: ask, then jump to libc's.
 * SPDX-License-Identifier: MIT
 *
 * libc's functions look at their return address to find out whose RUNPATH,
 * $ORIGIN, namespace or "next" library is meant. So they must be entered by a
 * jump, with the program's return address on the stack, which no C compiler
 * promises. The question is a C function over a struct dl_call (dl.h), which
 * lies on the stack here:
 *
 *	 0  arguments 1 to 3 as the program gave them; the question may change
 *	    them, and they are what libc gets
 *	24  the return address
 *	32  padding, so that the stack is aligned at the call
 *
 * The question returns libc's function; or NULL, and then the first argument is
 * the answer to the program.
 */
#ifdef __CET__
#include <cet.h>
#else
#define _CET_ENDBR
#endif

.macro ASK_THEN_JUMP name, question
	.globl	\name
	.type	\name, @function
	.hidden	\question
	.p2align 4
\name:
	.cfi_startproc
	_CET_ENDBR
	movq	(%rsp), %rax
	subq	$40, %rsp
	.cfi_adjust_cfa_offset 40
	movq	%rdi, (%rsp)
	movq	%rsi, 8(%rsp)
	movq	%rdx, 16(%rsp)
	movq	%rax, 24(%rsp)
	movq	%rsp, %rdi
	call	\question
	movq	(%rsp), %rdi
	movq	8(%rsp), %rsi
	movq	16(%rsp), %rdx
	addq	$40, %rsp
	.cfi_adjust_cfa_offset -40
	testq	%rax, %rax
	jz	1f
	jmp	*%rax
1:
	movq	%rdi, %rax
	ret
	.cfi_endproc
	.size	\name, . - \name
.endm

	.text
	ASK_THEN_JUMP dlopen, dl_open
	ASK_THEN_JUMP dlmopen, dl_open_in
	ASK_THEN_JUMP dlsym, dl_symbol
	ASK_THEN_JUMP dlvsym, dl_version

	.section .note.GNU-stack, "", @progbits
