/* host_speed.h - how fast a CPU is just now: the same small work, timed.
 *
 * A virtual machine's CPU is not the same from hour to hour (its neighbours share cores and
 * caches): the costs of a server drift with it by a quarter. The two figures, taken before and
 * after each run, tell how much of a difference between two runs is the host's.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_HOST_SPEED_H
#define PUSHSIM_EXPERIMENTS_REPLAY_HOST_SPEED_H

struct host_speed {
    double work_ns;   /* CPU time of one multiply-and-add that waits for the one before */
    double memory_ns; /* CPU time of one read that waits for the one before, over 4 MiB */
};

/* Takes about 10 ms of `cpu`, where the calling thread moves for the time; the best of three. */
void host_speed_measure(struct host_speed *speed, int cpu);

#endif
