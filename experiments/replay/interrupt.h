/* interrupt.h - SIGINT, SIGTERM and SIGHUP while a real run holds a cgroup and processes.
 *
 * They are held back (blocked) and asked for where something is waited for, so that there is no
 * handler and no state of our own: that a signal is pending is the flag. What the caller had them
 * ignored for (nohup, a background job of a script) stays ignored. SIGPIPE is held back with them
 * and then forgotten: a client writes to servers that have closed or died, and is told so by EPIPE.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_INTERRUPT_H
#define PUSHSIM_EXPERIMENTS_REPLAY_INTERRUPT_H

#include <signal.h>

#include "sim/error.h"

/* The signals that are not ignored. */
void interrupt_signals(sigset_t *set);

/* Holds them back in this thread; may be nested. _release puts the mask back as it was: a pending
 * one, but for SIGPIPE, then ends the process, unless an outer hold goes on. */
void interrupt_hold(sigset_t *before);
void interrupt_release(const sigset_t *before);

/* In a child before exec: whatever its parent holds back. */
void interrupt_let_through(void);

/* 0, or ERR_INTERRUPTED + the signal's number: one is pending. It stays so. */
int interrupt_check(struct error *err);
/* Takes the pending ones away: their sender has been heard. */
void interrupt_take(void);

#endif
