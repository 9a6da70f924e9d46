/* memory_walk.h - reads that wait for each other, all over a stretch of memory.
 *
 * Each word holds the place of the next one, so that a reader cannot run ahead, and the places
 * are those of Knuth's MMIX generator, so that no prefetcher guesses them; every word is on the
 * way once.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_MEMORY_WALK_H
#define PUSHSIM_EXPERIMENTS_REPLAY_MEMORY_WALK_H

#include <stdint.h>

struct memory_walk {
    uint64_t *next;     /* owned: of each word the place, in words, of the one after it */
    uint64_t words, at; /* how many; the one that is read next */
};

/* words: a power of two. Writes them all. Small pages, whatever the kernel's mood about large
 * ones: a read costs the way to its page as well. */
void memory_walk_init(struct memory_walk *walk, uint64_t words);
/* Of a walk that is all zeros: nothing. */
void memory_walk_close(struct memory_walk *walk);
/* Goes on from where it is. */
void memory_walk_go(struct memory_walk *walk, int reads);

#endif
