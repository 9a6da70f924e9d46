#include "experiments/replay/host_speed.h"

#include <sched.h>
#include <stdint.h>

#include "experiments/replay/memory_walk.h"
#include "experiments/replay/thread_pin.h"
#include "experiments/run/monotonic.h"

#define WORDS  (4u << 20 >> 3) /* of the memory walked through: more than an L2 cache holds */
#define STEPS  50000
#define ROUNDS 3

/* Constants of Knuth's MMIX generator: full period modulo any power of two. */
static uint64_t step(uint64_t x)
{
    return x * 6364136223846793005u + 1442695040888963407u;
}

static double time_work(volatile uint64_t *sink)
{
    int64_t begin_ns = monotonic_thread_cpu_ns();
    uint64_t x = *sink;
    for (int i = 0; i < 4 * STEPS; i++) {
        x = step(x);
        __asm__ volatile("" : "+r"(x)); /* else clang makes one multiplication of eight */
    }
    *sink = x;
    return (double)(monotonic_thread_cpu_ns() - begin_ns) / (4 * STEPS);
}

static double time_memory(struct memory_walk *walk)
{
    int64_t begin_ns = monotonic_thread_cpu_ns();
    walk->at = 0; /* the same words each time */
    memory_walk_go(walk, STEPS);
    return (double)(monotonic_thread_cpu_ns() - begin_ns) / STEPS;
}

void host_speed_measure(struct host_speed *speed, int cpu)
{
    cpu_set_t before;
    volatile uint64_t sink = 1;
    struct memory_walk walk;
    memory_walk_init(&walk, WORDS);
    sched_getaffinity(0, sizeof before, &before);
    thread_pin(cpu);
    *speed = (struct host_speed){ 1e9, 1e9 };
    for (int i = 0; i < ROUNDS; i++) {
        double work = time_work(&sink), memory = time_memory(&walk);
        speed->work_ns = work < speed->work_ns ? work : speed->work_ns;
        speed->memory_ns = memory < speed->memory_ns ? memory : speed->memory_ns;
    }
    sched_setaffinity(0, sizeof before, &before);
    memory_walk_close(&walk);
}
