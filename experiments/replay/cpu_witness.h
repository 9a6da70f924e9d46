/* cpu_witness.h - whose doing a wait of a measured thread was.
 *
 * A thread waits for its CPU because its group was throttled, because another measured thread had
 * it, or because something else took it: a kernel thread, an agent of the virtual machine, the
 * hypervisor. On a quiet machine the last happens once or twice a second for some 0.5 to 1.5 ms;
 * among the ten stalls a second that a limit of 50 ms in 100 ms makes, that would halve some runs.
 * It is told by what the kernel counts and what the other threads saw, not by how long it lasted: a
 * wait is foreign when the group's throttled time is what it was at a look at most
 * CPU_WITNESS_LOOK_NS before the wait, and the measured threads of the same CPU did not work for
 * longer than the shortest stall in it. When in doubt a wait counts as the limit's: a throttling of
 * another CPU that ends in it moves the time too.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CPU_WITNESS_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CPU_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

struct cpu_probe_area;

/* A look takes some 3 us of the thread's time, which are work as any other. */
#define CPU_WITNESS_LOOK_NS 1000000

struct cpu_witness {
    int stat_fd;       /* the group's cpu.stat, borrowed; -1: nothing is foreign */
    int64_t throttled; /* its throttled time at the last look, in its unit */
    int64_t looked_ns; /* when that was */
    int64_t read_ns;   /* the last reading told */
    int64_t latest_ns; /* work of the other threads of the CPU, looked up after that reading */
    /* The same after the reading before it: a wait may come in between. */
    int64_t neighbours_ns;
    const struct cpu_probe_area *areas; /* of all measured threads, borrowed */
    int thread, threads, cpus;          /* whose witness; thread i runs on CPU i mod cpus */
};

/* To be told of every reading of the clock that ends no wait. */
void cpu_witness_reading(struct cpu_witness *witness, int64_t now_ns);

/* Was the wait from since_ns, at or after the last reading told, to now_ns foreign? Looks at the
 * throttled time, which does not make the kernel account for the thread. gap_ns: the shortest
 * stall. */
bool cpu_witness_foreign(struct cpu_witness *witness, int64_t since_ns, int64_t now_ns,
                         int64_t gap_ns);

#endif
