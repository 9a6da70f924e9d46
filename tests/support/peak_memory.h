/* peak_memory.h - the most memory that a piece of work had resident at once.
 *
 * The work runs in a child process of its own, so that neither earlier work nor what an allocator
 * keeps of it counts. getrusage(2): ru_maxrss.
 */
#ifndef PUSHSIM_TESTS_SUPPORT_PEAK_MEMORY_H
#define PUSHSIM_TESTS_SUPPORT_PEAK_MEMORY_H

#include <stdint.h>

typedef void peak_memory_fn(void *context);

/* Bytes, in whole KiB; -1 when the child did not end well. What the work changes is lost. */
int64_t peak_memory_bytes(peak_memory_fn *work, void *context);

#endif
