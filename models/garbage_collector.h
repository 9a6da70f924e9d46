/* garbage_collector.h - when a CPython process collects its whole heap.
 *
 * CPython 3.11, Modules/gcmodule.c: every container counts in generation 0 when it is allocated
 * and no longer when it is freed (not below 0). Above 700 the youngest generation is collected
 * (gc_alloc, gc_collect_generations); what survives goes to the next one. After more than 10 of
 * these the next collection takes generation 1 too, after more than 10 of those generation 2, that
 * is everything, but only if what has survived a collection of generation 1 since the last full
 * one is at least a quarter of what survived that (long_lived_pending, long_lived_total). A full
 * collection visits every object: its pause grows with the connections, and falls wherever the
 * count happens to come to its end.
 *
 * What connections hold stays. What a fan-out allocates (asyncio: the handle of each task that is
 * woken) is there until the tasks have run and is freed then, so a fan-out counts only by its
 * height: up to 913 subscribers collect nothing: uvloop keeps 250 handles for reuse, and the
 * publish's request itself is 37 objects. Beside its handle each task needs a tuple of its
 * arguments; once freed it lies in a list of up to 2,000 of one length (Objects/tupleobject.c,
 * PyTuple_MAXFREELIST), where it neither counts nor comes off the count, until a full collection
 * empties the list (clear_freelists). So the first fan-out counts twice: gc.get_count grew by
 * 3,555 for 1,900 tasks, and by 1,651 each time after; for 3,000 by 5,755 and 3,752. A task that
 * ran and waits again holds as much as before, but what it waits with (coroutine, future,
 * callbacks) is new, one freed for one allocated: the count does not move, yet all of that is
 * young, and grows old once more with every collection of generation 1, for what dies there is not
 * taken off long_lived_pending. So fan-outs alone keep the quarter full: a collection of all comes
 * with every 133rd of any kind. Measured on FastAPI, uvloop 0.17, Python 3.11 with gc.callbacks
 * and gc.get_objects: some 136 objects an event stream, 217 a WebSocket, so 133 collections, of
 * which the last is a full one, take 685 or 430 connects; 5 and 4 objects renewed by a wake-up.
 * 1,500 event streams are collected with the 8th fan-out; 0.4 us an object are 90 ms then; and
 * with the 66th of 2,000, of two collections each. Young collections are part of what a delivery
 * costs.
 */
#ifndef PUSHSIM_MODELS_GARBAGE_COLLECTOR_H
#define PUSHSIM_MODELS_GARBAGE_COLLECTOR_H

#include <stdint.h>

struct garbage_collector {
    double threshold; /* objects above which generation 0 is collected, >= 1; 0: never any */
    /* Objects; collections of generation 0; of generation 1, since the next older one was
     * collected. */
    double count[3];
    double live;          /* objects that are there */
    double young;         /* of them, not yet through a collection of generation 1 */
    double renewed;       /* as young as these, in the place of old ones */
    double kept;          /* freed ones that wait for reuse and are not counted again */
    double pending;       /* went through one since the last full collection */
    double total;         /* there after the last full collection */
    uint64_t collections; /* of any generation */
    uint64_t full;        /* of them */
};

/* A process has started: `live` objects of its own, of which the last full collection left all, and
 * `allocated` counted since. */
void garbage_collector_start(struct garbage_collector *gc, double threshold, double live,
                             double allocated);
/* n (>= 0) objects that stay; those visited by full collections meanwhile, 0: there was none. */
double garbage_collector_hold(struct garbage_collector *gc, double n);
/* They go. */
void garbage_collector_free(struct garbage_collector *gc, double n);
/* A fan-out that wakes n tasks: `height` objects that are all there before the first is freed
 * again, and one for each task, of which up to `most` (0: there are no such objects) are kept,
 * once they were there. Those that a collection takes off the list in this very fan-out are not
 * missed in it. Returns as hold does. */
double garbage_collector_fan_out(struct garbage_collector *gc, double height, double n,
                                 double most);
/* n objects were freed and allocated anew, one by one; the same ones each time. */
void garbage_collector_renew(struct garbage_collector *gc, double n);

#endif
