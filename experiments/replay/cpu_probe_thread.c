/* cpu_probe_thread.c - see cpu_probe_thread.h. */
#include "experiments/replay/cpu_probe_thread.h"

#include <errno.h>
#include <stdbool.h>
#include <time.h>

#include "experiments/run/monotonic.h"

#define LINE_BYTES 64
#define LINE_WORDS (LINE_BYTES / sizeof(uint64_t))
#define UNIT_LINES 1024 /* a unit is some microseconds: short beside any stall */

void cpu_probe_sleep_until(int64_t at_ns)
{
    struct timespec t = { .tv_sec = at_ns / 1000000000, .tv_nsec = at_ns % 1000000000 };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}

static void list_add(struct cpu_probe_list *list, int64_t ns)
{
    if (list->count < CPU_PROBE_ROOM)
        list->ns[list->count] = ns;
    list->count++;
}

void cpu_probe_area_clear(struct cpu_probe_area *area)
{
    area->work_ns = area->ended_ns = area->foreign_ns = 0;
    area->units = area->foreign = 0;
    area->runs.count = area->stalls.count = area->late.count = 0;
}

void cpu_sampler_start(struct cpu_sampler *sampler, struct cpu_probe_area *area, int64_t gap_ns,
                       int64_t now_ns)
{
    *sampler = (struct cpu_sampler){ .area = area,
                                     .witness = { .stat_fd = -1 },
                                     .gap_ns = gap_ns,
                                     .last_ns = now_ns,
                                     .run_ns = -1 };
}

static void stalled(struct cpu_sampler *sampler, int64_t since_ns, int64_t now_ns)
{
    int64_t wait_ns = now_ns - since_ns;
    if (cpu_witness_foreign(&sampler->witness, since_ns, now_ns, sampler->gap_ns)) {
        sampler->area->foreign++;
        sampler->area->foreign_ns += wait_ns;
        return;
    }
    if (sampler->run_ns >= 0)
        list_add(&sampler->area->runs, sampler->run_ns);
    list_add(&sampler->area->stalls, wait_ns);
    sampler->run_ns = 0;
}

static void worked(struct cpu_sampler *sampler, int64_t ns)
{
    struct cpu_probe_area *area = sampler->area; /* written by its own thread alone */
    __atomic_store_n(&area->work_ns, area->work_ns + ns, __ATOMIC_RELAXED);
    if (sampler->run_ns >= 0)
        sampler->run_ns += ns;
}

int64_t cpu_sampler_read(struct cpu_sampler *sampler, int64_t now_ns)
{
    int64_t since_ns = sampler->last_ns, gap_ns = now_ns - since_ns;
    sampler->last_ns = now_ns;
    if (gap_ns > sampler->gap_ns) {
        stalled(sampler, since_ns, now_ns);
        return 0;
    }
    worked(sampler, gap_ns);
    cpu_witness_reading(&sampler->witness, now_ns);
    return gap_ns;
}

void cpu_sampler_wake(struct cpu_sampler *sampler, int64_t asked_ns, int64_t now_ns)
{
    list_add(&sampler->area->late, now_ns - asked_ns);
    if (now_ns - asked_ns > sampler->gap_ns)
        stalled(sampler, asked_ns, now_ns);
    sampler->last_ns = now_ns;
}

/* Reads one half of the line and writes the other. With both at one place a set of few lines is a
 * chain of reads that wait for the write before, and how long they wait is up to the CPU's guesses
 * (store forwarding): one line cost 1.4 to 2.3 us a unit by the process and by what it did before,
 * and 0.76 to 1.11 of itself from one 100 ms to the next. Apart it costs 1.45 us +- 1 %. */
void cpu_probe_touch(char *set, size_t bytes, uint64_t *random)
{
    uint64_t lines = bytes / LINE_BYTES, x = *random, sum = 0;
    for (int i = 0; i < UNIT_LINES; i++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        volatile uint64_t *line = (void *)&set[((x >> 32) * lines >> 32) * LINE_BYTES];
        sum += line[0];
        line[LINE_WORDS / 2] = sum;
    }
    *random = x;
}

/* Sleeps off_ns from the last reading on. */
static void rest(struct cpu_sampler *sampler, int64_t off_ns)
{
    int64_t asked_ns = sampler->last_ns + off_ns;
    cpu_probe_sleep_until(asked_ns);
    cpu_sampler_wake(sampler, asked_ns, monotonic_ns());
}

static void spin(const struct cpu_probe_order *order, struct cpu_sampler *sampler)
{
    const struct cpu_workload_params *p = order->params;
    bool sleeps = p->work == CPU_WORK_ONOFF;
    int64_t done_ns = 0;
    for (int64_t now_ns; (now_ns = monotonic_ns()) < order->end_ns;) {
        done_ns += cpu_sampler_read(sampler, now_ns);
        if (sleeps && done_ns >= p->on_ns) {
            rest(sampler, p->off_ns);
            done_ns = 0;
        }
    }
}

static void touch(const struct cpu_probe_order *order, struct cpu_sampler *sampler)
{
    uint64_t random = 1;
    while (sampler->last_ns < order->end_ns && sampler->area->units < order->units) {
        cpu_probe_touch(order->set, order->set_bytes, &random);
        sampler->area->units++;
        cpu_sampler_read(sampler, monotonic_ns());
        if (order->units_on > 0 && sampler->area->units % order->units_on == 0)
            rest(sampler, order->params->off_ns);
    }
}

void cpu_probe_measure(const struct cpu_probe_order *order, struct cpu_probe_area *area)
{
    struct cpu_sampler sampler;
    cpu_probe_sleep_until(order->go_ns);
    cpu_sampler_start(&sampler, area, order->params->gap_ns, monotonic_ns());
    sampler.witness = order->witness;
    if (order->params->work == CPU_WORK_TOUCH)
        touch(order, &sampler);
    else
        spin(order, &sampler);
    area->ended_ns = sampler.last_ns;
}
