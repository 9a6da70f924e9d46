/* host_pace_best.h - the fastest of many samples of a pace, of which single ones are too fast.
 *
 * A thread's CPU clock runs behind now and then: of 12,000 samples of 20 us on a host with other
 * work, seven took 0.31 to 0.66 ns a step where the core needs 0.90 (Intel Xeon guest, 2026-11-27;
 * what the hypervisor stole is taken off when the kernel learns of it, update_rq_clock_task in
 * kernel/sched/core.c, whoever runs then). Each has a value of its own, while samples with nobody
 * beside them agree to 2 % and are many. So the fastest counts only with HOST_PACE_AGREE - 1
 * others hardly slower. In 33 spells of 3 s that the plain minimum served well the mean pace
 * stayed what it was, to 0.001 %, and so did the best in all but one, whose fast samples were
 * single ones (6 %).
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_HOST_PACE_BEST_H
#define PUSHSIM_EXPERIMENTS_REPLAY_HOST_PACE_BEST_H

#define HOST_PACE_LOWEST 64   /* samples that are kept */
#define HOST_PACE_AGREE  3    /* that have to be alike */
#define HOST_PACE_WITHIN 1.02 /* a factor: so near is alike */

struct host_pace_best {
    double ns[HOST_PACE_LOWEST]; /* the lowest so far, rising; zeros to begin with */
    int count;                   /* of them, 0..HOST_PACE_LOWEST */
};

void host_pace_best_add(struct host_pace_best *best, double ns);
/* The lowest that HOST_PACE_AGREE - 1 more exceed by no more than HOST_PACE_WITHIN; where none has
 * them, the lowest. NAN: there is no sample. */
double host_pace_best(const struct host_pace_best *best);

#endif
