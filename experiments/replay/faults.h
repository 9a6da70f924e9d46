/* faults.h - what befalls the server during a run of the real arm: the `fault` options.
 *
 * deploy-at and crash-at: the server is killed and started again at once, in the same cgroup under
 * the same limits; until it listens, connects are refused. The other of the two does nothing where
 * it finds no server. (After a deploy uvicorn waits for open streams until it is killed, so both
 * end in SIGKILL; only the cause that is counted differs.) The server that is started again
 * authenticates whoever connects, where auth.workers asks for it.
 * leave-at: the clients of the class slow leave. busy-at, blip-at and crash-connects are the
 * model's alone (replay_support.h refuses them).
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_FAULTS_H
#define PUSHSIM_EXPERIMENTS_REPLAY_FAULTS_H

#include <stdint.h>
#include <uv.h>

struct replay;

struct faults {
    uv_timer_t deploy, crash, leave; /* kill, kill, leaving; data: the replay, as of the next */
    uv_timer_t again;                /* next try to start; active while there is no server */
    uint32_t restarts;               /* kills so far, each to be started again */
};

/* Time 0 is about to come: sets the timers. */
void faults_start(struct faults *f, struct replay *r);

#endif
