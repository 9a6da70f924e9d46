/* cgroup.h - a control group of our own: make it, limit it, fill it, read it, remove it.
 *
 * Both versions: v1 (hierarchies cpu, cpuacct and memory, together or apart) and v2 (the unified
 * hierarchy; needs the controllers cpu and memory delegated). Source: Linux
 * Documentation/admin-guide/cgroup-v1/, cgroup-v2.rst, scheduler/sched-bwc.rst, kernel/sched/core.c
 * (tg_set_bandwidth: the allowed ranges). A thread's CPU time: scheduler/sched-stats.rst,
 * /proc/PID/schedstat.
 *
 * The root is a parameter, so that a directory tree made by a test serves as a host.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CGROUP_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sim/error.h"

#define CGROUP_ROOT   "/sys/fs/cgroup"
#define CGROUP_PREFIX "pushsim-" /* of our groups' names: pushsim-PID-WHAT */

/* Of the host's hierarchy; CGROUP_NONE: it has no cpu controller. */
enum cgroup_version { CGROUP_NONE, CGROUP_V1, CGROUP_V2 };

struct cgroup_limits { /* all zero: no limit, default weight */
    int64_t quota_ns;  /* CPU time a period, >= 1 ms; 0 = none */
    int64_t period_ns; /* 1 ms .. 1 s; 0 = the kernel's default, 100 ms */
    int64_t burst_ns;  /* 0..quota: unused quota that may be saved up */
    int64_t weight;    /* cpu.shares on the v1 scale (1024 = default), 2..262144; 0 = default */
    int64_t memory_bytes; /* working set above which the kernel kills; 0 = none */
};

struct cgroup_usage {
    int64_t usage_ns; /* CPU time used by all threads that ever were in it */
    int64_t first_ns; /* of it, by the first thread of each process that is in it now */
    uint64_t pids;    /* sum of their numbers: another one when a process has come or gone */
    int64_t throttled_ns;      /* summed over CPUs */
    uint64_t periods;          /* nr_periods: while the period timer was active */
    uint64_t throttled;        /* nr_throttled */
    int64_t memory_bytes;      /* charged now; 0 where memory is not controlled */
    int64_t memory_peak_bytes; /* highest so far; 0 where the kernel does not tell */
    uint64_t oom_kills;        /* processes killed for memory */
};

struct cgroup {
    enum cgroup_version version; /* CGROUP_NONE: it is not made */
    char cpu[PATH_MAX];          /* its directory; on v2 the only one */
    char cpuacct[PATH_MAX];      /* v1: where CPU time is counted; may equal `cpu` */
    char memory[PATH_MAX];       /* empty: memory is not controlled on this host */
    /* descriptors + 1 of locks on these directories, which tell others that the maker lives; 0:
     * none */
    int held[3];
};

/* What stands under `root` (NULL: CGROUP_ROOT). A hybrid host is what its cpu controller is on: v1,
 * or v2 at root/unified. CGROUP_NONE: no cpu controller there. */
enum cgroup_version cgroup_detect(const char *root);

/* Makes the group `name` (no slash; must not exist, but one that a dead maker with the caller's
 * number left is replaced) and sets its limits. root NULL: on v1 the top of each hierarchy; on v2
 * the top where the caller may write there, else its own group, which must be a delegated one. On
 * v2 a parent that holds only the caller is emptied by moving the caller into a sibling,
 * pushsim-self, where it stays: a group with children to limit may hold no process.
 * ERR_INVALID: a limit out of range. ERR_UNAVAILABLE: not possible here; the text says what to do.
 * On error no group of this name is left behind. */
int cgroup_create(struct cgroup *group, const char *root, const char *name,
                  const struct cgroup_limits *limits, struct error *err);

/* Replaces all the limits of a live group. ERR_INVALID, ERR_IO, ERR_UNAVAILABLE. */
int cgroup_set_limits(const struct cgroup *group, const struct cgroup_limits *limits,
                      struct error *err);

/* Moves the process with all its threads; children born later are in it too. ERR_IO. */
int cgroup_add(const struct cgroup *group, pid_t pid, struct error *err);

/* What its counters show now. ERR_IO. */
int cgroup_read(const struct cgroup *group, struct cgroup_usage *usage, struct error *err);

/* CPU time used so far on one CPU by all processes of the host, ns: exact on v1; 0 where it is not
 * counted (v2 knows it only by tick samples). */
int64_t cgroup_host_usage(const char *root, int cpu);

/* Whether a process is in it; those that have ended and wait for their parent count for none. */
bool cgroup_is_populated(const struct cgroup *group);

/* Kills what is still in it (what left the process group that the caller ended) and in groups that
 * it made below, removes them, and waits up to two seconds for ended processes to leave. ERR_IO:
 * still busy. */
int cgroup_remove(struct cgroup *group, struct error *err);

/* Removes the groups that pushsim processes which are gone left behind, with what still runs in
 * them: by name (CGROUP_PREFIX), where no process here has the maker's number and nobody holds the
 * group; a maker in another container has no number here, but it holds its groups. Returns how many
 * directories that were. root as in cgroup_create. */
int cgroup_sweep(const char *root);

#endif
