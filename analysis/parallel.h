/* parallel.h - the same work for each index, on several threads.
 *
 * Who does which index hangs on the moment, so work for one index must write only what is its own
 * and read nothing that another writes: then the result is the same to the bit for any number of
 * threads. Sums over indices are for the caller, in order, afterwards.
 */
#ifndef PUSHSIM_ANALYSIS_PARALLEL_H
#define PUSHSIM_ANALYSIS_PARALLEL_H

#include <stddef.h>

#include "sim/error.h"

/* Called from several threads at once, once for each index. */
typedef void parallel_fn(size_t index, void *context);

/* Calls work(0..count-1), on up to `jobs` threads (below 2: on the caller's alone), and returns
 * when all is done. The caller's thread is one of them; where no other can be started, it does
 * everything. */
void parallel_each(size_t count, int jobs, parallel_fn *work, void *context);

/* The same of work that may fail: 0 or an error, with its text. */
typedef int parallel_try_fn(size_t index, void *context, struct error *err);

/* All is tried, whatever fails. Returns the error of the least index that failed, or 0. */
int parallel_try(size_t count, int jobs, parallel_try_fn *work, void *context,
                 struct error *err);

#endif
