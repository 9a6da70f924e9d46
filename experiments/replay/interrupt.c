#include "experiments/replay/interrupt.h"

#include <string.h>
#include <time.h>

static const int heard[] = { SIGINT, SIGTERM, SIGHUP };
#define HEARD (sizeof heard / sizeof *heard)

void interrupt_signals(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < HEARD; i++) {
        struct sigaction action;
        if (sigaction(heard[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(set, heard[i]);
    }
}

/* With SIGPIPE, which a write to a peer that has left would end the process by; libuv writes
 * without MSG_NOSIGNAL. */
static void held_signals(sigset_t *set)
{
    interrupt_signals(set);
    sigaddset(set, SIGPIPE);
}

void interrupt_hold(sigset_t *before)
{
    sigset_t set;
    held_signals(&set);
    sigprocmask(SIG_BLOCK, &set, before);
}

void interrupt_release(const sigset_t *before)
{
    const struct timespec at_once = { 0 };
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    if (!sigismember(before, SIGPIPE))
        sigtimedwait(&broken_pipe, NULL, &at_once);
    sigprocmask(SIG_SETMASK, before, NULL);
}

void interrupt_let_through(void)
{
    sigset_t set;
    held_signals(&set);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int interrupt_check(struct error *err)
{
    sigset_t pending;
    sigpending(&pending);
    for (size_t i = 0; i < HEARD; i++)
        if (sigismember(&pending, heard[i]))
            return error_set(err, ERR_INTERRUPTED + heard[i], "interrupted by SIG%s",
                             sigabbrev_np(heard[i]));
    return 0;
}

void interrupt_take(void)
{
    const struct timespec at_once = { 0 };
    sigset_t set;
    interrupt_signals(&set);
    while (sigtimedwait(&set, NULL, &at_once) > 0)
        ;
}
