/* code_compiler.h - a thread of a process that compiles what it runs, or that collects its
 * garbage.
 *
 * V8 hands functions that have become hot to threads of its platform (--concurrent-recompilation,
 * the default; src/compiler-dispatcher/optimizing-compile-dispatcher.h). They belong to the
 * process: their CPU time counts against its quota, and on one CPU the scheduler shares it between
 * them and the event loop. So do those that mark and copy objects (src/heap/concurrent-marking.h,
 * scavenger.h). How much there is to do: code_warmth.h.
 */
#ifndef PUSHSIM_MODELS_CODE_COMPILER_H
#define PUSHSIM_MODELS_CODE_COMPILER_H

#include <stdint.h>

#include "models/cpu.h"

struct code_compiler {
    struct cpu_thread *thread; /* NULL: nothing is compiled; the host's */
};

/* Makes its thread, of the process's group and on this CPU; it sleeps. */
void code_compiler_start(struct code_compiler *c, struct cpu_group *group, int cpu);
/* More to do, ns of CPU time (>= 0), behind what there is. Started, or ns is 0. */
void code_compiler_work(struct code_compiler *c, int64_t ns);
/* What it has done and what there is still to do, ns. */
int64_t code_compiler_done_ns(const struct code_compiler *c);
int64_t code_compiler_left_ns(const struct code_compiler *c);
/* The process has died: what was left to do is not done. */
void code_compiler_kill(struct code_compiler *c);

#endif
