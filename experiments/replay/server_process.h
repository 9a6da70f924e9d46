/* server_process.h - the server under test: started inside a cgroup, on one CPU, ended by
 * SIGKILL.
 *
 * The child joins the cgroup and takes its CPU before exec, so all its threads and children are
 * in both. It leads a process group of its own and is killed when we die. It ends by SIGKILL:
 * uvicorn 0.17.6 waits for open streams on SIGTERM and has no time limit for it.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_SERVER_PROCESS_H
#define PUSHSIM_EXPERIMENTS_REPLAY_SERVER_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "experiments/replay/cgroup.h"
#include "experiments/replay/server_spec.h"
#include "sim/error.h"

struct server_process {
    pid_t pid;  /* also its process group; 0 = not running */
    int log_fd; /* file with its output, which has no name; open while pid is not 0 */
};

struct server_start {
    const struct server_spec *spec;  /* borrowed */
    const struct parameters *params; /* for the placeholders; borrowed */
    const struct cgroup *group;      /* borrowed */
    int port;                        /* of 127.0.0.1, where it is to listen; 1..65535 */
    int cpu;                         /* pinned to it; -1 = not pinned */
    int ready_ms;                    /* the ready check must pass within so long */
};

/* Starts it and waits until it is ready. ERR_UNAVAILABLE: the command cannot be started;
 * ERR_STATE: it ended or did not get ready in time (with the last lines it wrote). */
int server_process_start(struct server_process *server, const struct server_start *how,
                         struct error *err);
/* Kills it and starts it again, without a wait in between: _again does nothing (started: false)
 * while the killed one is not quite gone, and what keeps the new one from running shows in
 * server_process_alive. ERR_IO. */
void server_process_kill(struct server_process *server);
int server_process_again(struct server_process *server, const struct server_start *how,
                         bool *started, struct error *err);
/* It has ended by itself: how, where it went into the background and the last lines it wrote, after
 * "the server ended by itself". ERR_STATE. */
int server_process_ended(struct server_process *server, const struct cgroup *group,
                         struct error *err);
/* Gives back the disk that a long output takes, but for its end; to be called now and then. */
void server_process_trim_log(const struct server_process *server);
/* True while it has not ended by itself. */
bool server_process_alive(struct server_process *server);
/* Kills the process group and reaps it; a second call does nothing. */
void server_process_stop(struct server_process *server);

#endif
