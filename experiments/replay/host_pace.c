#include "experiments/replay/host_pace.h"

#include <math.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "experiments/replay/host_pace_best.h"
#include "experiments/replay/host_pace_loop.h"
#include "experiments/replay/host_pace_spells.h"
#include "experiments/run/monotonic.h"

#define WARM_STEPS 2000 /* not timed: the code is cold after the server's */
#define STEPS      20000
#define CLIP       4 /* times the fastest: a longer sample holds an interrupt, not a neighbour */
#define WALK_WORDS                                                                             \
    (8u << 20 >> 3) /* at READS in 10 ms it comes by again after 40 s: all is cold */
#define READS                                                                                  \
    32              /* few enough to leave the server its caches: 64 lines with the
                                      pages' own, of the 32768 of 2 MiB */
#define READ_CLIP 4 /* times the mean so far, for the same reason */

static const struct host_pace_figures no_figures = { NAN, NAN, NAN, NAN, NAN, 0 };

static double sample(uint64_t *x)
{
    host_pace_loop(x, WARM_STEPS);
    int64_t begin_ns = monotonic_thread_cpu_ns();
    host_pace_loop(x, STEPS);
    return (double)(monotonic_thread_cpu_ns() - begin_ns) / STEPS;
}

double host_pace_sample(void)
{
    uint64_t x[6] = { 1, 2, 3, 4, 5, 6 };
    return sample(x);
}

static double read_sample(struct memory_walk *walk)
{
    int64_t begin_ns = monotonic_thread_cpu_ns();
    memory_walk_go(walk, READS);
    return (double)(monotonic_thread_cpu_ns() - begin_ns) / READS;
}

static void *run(void *arg)
{
    struct host_pace *pace = arg;
    const struct timespec gap = { 0, HOST_PACE_GAP_NS };
    uint64_t x[6] = { 1, 2, 3, 4, 5, 6 };
    struct host_pace_best best = { 0 };
    struct host_pace_spells spells = { 0 };
    double sum = 0, reads = 0, n = 0;
    host_pace_best_add(&best, sample(x));
    double read_mean = read_sample(&pace->walk);
    while (!__atomic_load_n(&pace->stop, __ATOMIC_RELAXED)) {
        double ns = sample(x);
        host_pace_best_add(&best, ns);
        ns = fmin(ns, CLIP * host_pace_best(&best));
        sum += ns;
        host_pace_spells_add(&spells, monotonic_ns(), ns);
        reads += fmin(read_sample(&pace->walk), READ_CLIP * read_mean);
        n++;
        read_mean = reads / n;
        nanosleep(&gap, NULL);
    }
    if (n > 0)
        pace->figures = (struct host_pace_figures){
            .mean_ns = sum / n,
            .best_ns = host_pace_best(&best),
            .read_ns = read_mean,
            .near = host_pace_spells_covariance(&spells, HOST_PACE_NEAR_NS),
            .far = host_pace_spells_covariance(&spells, HOST_PACE_FAR_NS),
            .samples = (long)n,
        };
    host_pace_spells_close(&spells);
    return NULL;
}

int host_pace_start(struct host_pace *pace, int cpu, struct error *err)
{
    cpu_set_t there;
    pthread_attr_t attr;
    *pace = (struct host_pace){ .cpu = cpu, .figures = no_figures };
    memory_walk_init(&pace->walk, WALK_WORDS);
    CPU_ZERO(&there);
    CPU_SET(cpu, &there);
    pthread_attr_init(&attr);
    pthread_attr_setaffinity_np(&attr, sizeof there, &there);
    int code = pthread_create(&pace->thread, &attr, run, pace);
    pthread_attr_destroy(&attr);
    if (code) {
        memory_walk_close(&pace->walk);
        return error_set(err, ERR_IO, "no thread on CPU %d: %s", cpu, strerror(code));
    }
    pace->started = true;
    return 0;
}

void host_pace_finish(struct host_pace *pace, struct host_pace_figures *figures)
{
    *figures = no_figures;
    if (!pace->started)
        return;
    __atomic_store_n(&pace->stop, true, __ATOMIC_RELAXED);
    pthread_join(pace->thread, NULL);
    memory_walk_close(&pace->walk);
    pace->started = false;
    *figures = pace->figures;
}
