#include "experiments/replay/host_pace_loop.h"

#ifdef __x86_64__

/* words[0..5] in r8, r9, rax, rcx, rdx, r10; the step's number in rdi, a word between in r11; all
 * of them are the caller's to save (System V ABI, AMD64 supplement, 3.2.1). With i the number, a
 * step is
 *   a += b ^ i;  b += c >> 3;  c ^= d + i;  d += e << 1;  e ^= f;  f += i ^ 7; */
__asm__(".text\n"
        ".p2align 6\n"
        ".globl host_pace_loop, host_pace_loop_begin, host_pace_loop_end\n"
        ".type host_pace_loop, @function\n"
        "host_pace_loop:\n"
        "    mov   0(%rdi), %r8\n"
        "    mov   8(%rdi), %r9\n"
        "    mov   16(%rdi), %rax\n"
        "    mov   24(%rdi), %rcx\n"
        "    mov   32(%rdi), %rdx\n"
        "    mov   40(%rdi), %r10\n"
        "    push  %rdi\n"
        "    xor   %edi, %edi\n"
        ".p2align 6\n"
        "host_pace_loop_begin:\n"
        "1:\n"
        "    mov   %r9, %r11\n"
        "    xor   %rdi, %r11\n"
        "    add   %r11, %r8\n"
        "    mov   %rax, %r11\n"
        "    shr   $3, %r11\n"
        "    add   %r11, %r9\n"
        "    lea   (%rcx,%rdi), %r11\n"
        "    lea   (%rcx,%rdx,2), %rcx\n"
        "    xor   %r10, %rdx\n"
        "    xor   %r11, %rax\n"
        "    mov   %rdi, %r11\n"
        "    xor   $7, %r11\n"
        "    add   %r11, %r10\n"
        "    add   $1, %rdi\n"
        "    cmp   %rsi, %rdi\n"
        "    jne   1b\n"
        "host_pace_loop_end:\n"
        "    pop   %rdi\n"
        "    mov   %r8, 0(%rdi)\n"
        "    mov   %r9, 8(%rdi)\n"
        "    mov   %rax, 16(%rdi)\n"
        "    mov   %rcx, 24(%rdi)\n"
        "    mov   %rdx, 32(%rdi)\n"
        "    mov   %r10, 40(%rdi)\n"
        "    ret\n"
        ".size host_pace_loop, . - host_pace_loop\n");

#else

/* The empty statement keeps the compiler from making vectors or a closed form of it. */
void host_pace_loop(uint64_t words[6], uint64_t steps)
{
    uint64_t a = words[0], b = words[1], c = words[2], d = words[3], e = words[4], f = words[5];
    for (uint64_t i = 0; i < steps; i++) {
        a += b ^ i;
        b += c >> 3;
        c ^= d + i;
        d += e << 1;
        e ^= f;
        f += i ^ 7;
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
    }
    words[0] = a, words[1] = b, words[2] = c, words[3] = d, words[4] = e, words[5] = f;
}

#endif
