/* host_pace_loop.h - the small work that host_pace.h times.
 *
 * On x86-64 it is written as machine code: a compiler's own loop is another one with every change
 * around it. The same C, inlined into its only caller, had two moves more in a step than when there
 * was a second one, and took 1.017 ns at best in place of 0.906 (gcc 12, Intel Xeon, 2026-11-26):
 * rows of the two builds could not be compared. So the instructions are always these, and the loop
 * has a cache line of its own: by gcc 12 and clang 14 at any level, and behind any padding, its
 * fast samples take 0.898 to 0.900 ns, and it goes with gcc's 0.906 to 2 % where the host is slow.
 * Several steps in a row are no better: of four or eight in a row, every twentieth to fifth sample
 * takes 4 % longer. Elsewhere a compiler's loop does the same work; there the paces of two builds
 * need not be on one scale.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_HOST_PACE_LOOP_H
#define PUSHSIM_EXPERIMENTS_REPLAY_HOST_PACE_LOOP_H

#include <stdint.h>

#ifdef __x86_64__
/* Ours to look at (tests): the loop's first byte, and that behind its branch. */
extern const unsigned char host_pace_loop_begin[], host_pace_loop_end[];
#endif

/* `steps` steps over six words that hardly wait for each other: as many operations a cycle as the
 * core has ports for. steps > 0. */
void host_pace_loop(uint64_t words[6], uint64_t steps);

#endif
