/* host_facts.h - what the host is, read and not assumed: the parameters of its scheduler for the
 * model, and the facts that are stored with every row measured on it. No host name.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_HOST_FACTS_H
#define PUSHSIM_EXPERIMENTS_REPLAY_HOST_FACTS_H

#include <stddef.h>
#include <stdint.h>

#include "models/cpu.h"

#define HOST_FACTS_MAX 16

struct host_fact {
    char key[24];    /* e.g. "kernel", "tick" */
    char value[128]; /* for people; where a value could not be read it says so */
};

struct host_facts {
    struct cpu_host_params cpu;            /* for the model */
    struct host_fact list[HOST_FACTS_MAX]; /* the same and more, as text */
    int count;                             /* facts in the list */
};

/* Reads all of it; never fails. `root` stands before /proc and /sys ("" for this host; a test
 * gives a directory). Sources: clock_getres(CLOCK_MONOTONIC_COARSE), which is the tick;
 * /proc/sys/kernel/sched_cfs_bandwidth_slice_us; debugfs sched/features; uname; /proc/cpuinfo. */
void host_facts_read(struct host_facts *facts, const char *root);

/* The value of a key, or NULL. */
const char *host_facts_get(const struct host_facts *facts, const char *key);

/* One line: "Linux 6.18.44, 2 x AMD EPYC, 250 Hz, cgroup v1". Returns text. */
char *host_facts_describe(const struct host_facts *facts, char *text, size_t size);

/* From 6.18 on tasks are throttled one by one on their return to user mode. `release` as uname
 * gives it: "6.18.44-x". */
enum cpu_generation host_facts_generation(const char *release);

struct host_time {  /* /proc/stat, all CPUs, clock ticks of 1 / _SC_CLK_TCK since the boot */
    uint64_t all;   /* of any kind */
    uint64_t steal; /* wanted by this machine, given to another by the hypervisor */
};

void host_time_read(struct host_time *time,
                    const char *root); /* zeros when it cannot be read */
/* The stolen share of the time between two readings, 0..1. */
double host_time_steal(struct host_time before, struct host_time after);

#endif
