/* error.h - error codes and the text that goes with them; the one out-of-memory path.
 *
 * Functions that can fail for a reason the user can mend return 0 or an ERR_* and write the text
 * of the cause into a struct error; callers add context outside ("context: cause").
 */
#ifndef PUSHSIM_SIM_ERROR_H
#define PUSHSIM_SIM_ERROR_H

#include <stddef.h>

enum error_code {
    ERR_INVALID = 1, /* the user's input is wrong (exit 2) */
    ERR_IO,          /* a file, socket or system call failed (exit 1) */
    ERR_UNAVAILABLE, /* this host cannot do it, e.g. no cgroup can be made (exit 1) */
    ERR_STATE,       /* the run failed or was found invalid (exit 1) */
    /* plus a signal's number, from here up: ended by that signal (exits with the same, as shells
     * tell it) */
    ERR_INTERRUPTED = 128,
};

struct error {
    /* Lower case, no full stop, one line (configuration errors: up to three). */
    char text[1024];
};

/* Sets the text and returns `code`, so that `return error_set(err, ERR_IO, "…")` reads well. */
int error_set(struct error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "context: " before the text; returns `code` unchanged. */
int error_wrap(struct error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A run broke one of its own invariants: prints one line and aborts, in every build. */
_Noreturn void error_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Allocation that never fails: prints one line and aborts when memory is out. */
void *mem_alloc(size_t bytes); /* zeroed */
void *mem_realloc(void *block, size_t bytes);
char *mem_strdup(const char *text);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
