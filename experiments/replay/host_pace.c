#include "experiments/replay/host_pace.h"

#include <math.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "experiments/replay/host_pace_loop.h"

#define WARM_STEPS 2000 /* not timed: the code is cold after the server's */
#define STEPS      20000
#define CLIP       4 /* times the fastest: a longer sample holds an interrupt, not a neighbour */

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double sample(uint64_t *x)
{
    host_pace_loop(x, WARM_STEPS);
    double begin = cpu_ns();
    host_pace_loop(x, STEPS);
    return (cpu_ns() - begin) / STEPS;
}

double host_pace_sample(void)
{
    uint64_t x[6] = { 1, 2, 3, 4, 5, 6 };
    return sample(x);
}

static void *run(void *arg)
{
    struct host_pace *pace = arg;
    const struct timespec gap = { 0, HOST_PACE_GAP_NS };
    uint64_t x[6] = { 1, 2, 3, 4, 5, 6 };
    double sum = 0, best = sample(x);
    long samples = 0;
    while (!__atomic_load_n(&pace->stop, __ATOMIC_RELAXED)) {
        double ns = sample(x);
        best = fmin(best, ns);
        sum += fmin(ns, CLIP * best);
        samples++;
        nanosleep(&gap, NULL);
    }
    pace->figures =
        (struct host_pace_figures){ samples ? sum / (double)samples : NAN, best, samples };
    return NULL;
}

int host_pace_start(struct host_pace *pace, int cpu, struct error *err)
{
    cpu_set_t there;
    pthread_attr_t attr;
    *pace = (struct host_pace){ .cpu = cpu };
    CPU_ZERO(&there);
    CPU_SET(cpu, &there);
    pthread_attr_init(&attr);
    pthread_attr_setaffinity_np(&attr, sizeof there, &there);
    int code = pthread_create(&pace->thread, &attr, run, pace);
    pthread_attr_destroy(&attr);
    if (code)
        return error_set(err, ERR_IO, "no thread on CPU %d: %s", cpu, strerror(code));
    pace->started = true;
    return 0;
}

void host_pace_finish(struct host_pace *pace, struct host_pace_figures *figures)
{
    *figures = (struct host_pace_figures){ NAN, NAN, 0 };
    if (!pace->started)
        return;
    __atomic_store_n(&pace->stop, true, __ATOMIC_RELAXED);
    pthread_join(pace->thread, NULL);
    pace->started = false;
    *figures = pace->figures;
}
