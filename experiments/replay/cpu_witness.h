/* cpu_witness.h - whose doing a wait of a measured thread was.
 *
 * A thread waits for its CPU because its group was throttled, because another measured thread had
 * it, or because something else took it: a kernel thread, an agent of the virtual machine, the
 * hypervisor. On a quiet machine the last happens once or twice a second for some 0.5 to 1.5 ms;
 * among the ten stalls a second that a limit of 50 ms in 100 ms makes, that would halve some runs.
 * It is told by what the kernel counts and what the other threads saw, not by how long it lasted: a
 * wait is foreign when in it the group's throttled time did not move and no measured thread of
 * the same CPU read its clock. When in doubt a wait counts as the limit's: a throttling of
 * another CPU, or one that nobody looked at, moves the time too.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CPU_WITNESS_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CPU_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

struct cpu_probe_area;

struct cpu_witness {
    int stat_fd;       /* the group's cpu.stat, borrowed; -1: nothing is foreign */
    int64_t throttled; /* its throttled time at the last look, in its unit */
    const struct cpu_probe_area *areas; /* of all measured threads, borrowed */
    int thread, threads, cpus;          /* whose witness; thread i runs on CPU i mod cpus */
};

/* Was a wait that lasted from since_ns until now foreign? Takes a look at the throttled time, which
 * does not make the kernel account for the thread. */
bool cpu_witness_foreign(struct cpu_witness *witness, int64_t since_ns);

#endif
