/* host_pace.h - how fast the server's CPU is while a run goes on.
 *
 * A virtual CPU is one thread of a physical core; the other thread may be a stranger's. While it
 * computes, the two share the core's ports and caches: additions that wait for nothing take 0.9 ns
 * alone and 1.7 ns then (Intel Xeon, 2026-11-26), for a tenth of a second or for minutes, and no
 * counter of the guest tells (steal stays 0; a chain of multiplications that wait for each other
 * takes as long). So the same small work (host_pace_loop.h) is timed all along, on that very CPU: a
 * thread that sleeps HOST_PACE_GAP_NS and then takes some 25 us, 0.3 % of the CPU. It is no
 * real-time thread: it waits behind the server as anybody would, and only its own CPU time counts.
 *
 * Beside each sample it reads 32 words of 8 MiB, one after the other, that neither the core's
 * caches nor its address translations hold any more (memory_walk.h): another 0.1 % of the CPU,
 * and each 10 ms some 64 of the 32768 lines that an L2 of 2 MiB leaves to the server. What such a
 * read takes hangs on caches and memory that the whole machine shares, and goes its own way: work
 * of Python on 4 MB of objects, timed beside both figures for minutes, took pace^0.7 x read^0.5
 * to 1, and of the variance that the pace leaves over 5 to 10 s the reads took away 80 to 90 %
 * (Intel Xeon, 2026-11-27; 250 to 350 ns a read). Two looks before and after a run (host_speed.h)
 * do not tell it: they hardly go with each other. Real servers go with both, too
 * (CALIBRATION_PACE_POWER).
 *
 * What both tell is an input of a prediction, as the limit is: it knows nothing of the server.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_HOST_PACE_H
#define PUSHSIM_EXPERIMENTS_REPLAY_HOST_PACE_H

#include <pthread.h>
#include <stdbool.h>

#include "experiments/replay/memory_walk.h"
#include "sim/error.h"

#define HOST_PACE_GAP_NS 10000000

struct host_pace_figures {
    double mean_ns;   /* CPU time of one step, mean of the samples; NAN: there is none */
    double best_ns;   /* of the fastest samples (host_pace_best.h) */
    double read_ns;   /* CPU time of one cold read, mean of the samples */
    double near, far; /* how its samples go together (host_pace_spells.h); NAN: too few */
    long samples;     /* that these are of */
};

struct host_pace {
    pthread_t thread;                 /* takes the samples; if started */
    int cpu;                          /* number of the one that it is pinned to */
    bool started, stop;               /* the thread is there; it is to end (atomic) */
    struct memory_walk walk;          /* beyond the caches */
    struct host_pace_figures figures; /* whole when the thread has ended */
};

/* One sample of the calling thread, wherever it is: CPU time of a step, ns. Takes some 25 us. */
double host_pace_sample(void);
/* From now on, on `cpu`. The struct stays where it is until host_pace_finish. ERR_IO: no thread. */
int host_pace_start(struct host_pace *pace, int cpu, struct error *err);
/* Ends the thread. Without a start, or a second time: nothing, and figures without samples. */
void host_pace_finish(struct host_pace *pace, struct host_pace_figures *figures);

#endif
