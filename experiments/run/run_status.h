/* run_status.h - what became of a run. */
#ifndef PUSHSIM_EXPERIMENTS_RUN_RUN_STATUS_H
#define PUSHSIM_EXPERIMENTS_RUN_RUN_STATUS_H

enum run_status {
    RUN_DONE,    /* its figures count */
    RUN_INVALID, /* measured, but the load client or the host may have made the figures */
    RUN_FAILED,  /* there are no figures */
};

/* "done", "invalid", "failed": as the database has them. */
extern const char *const run_status_words[];

/* Of one of these words. */
enum run_status run_status_of(const char *word);

#endif
