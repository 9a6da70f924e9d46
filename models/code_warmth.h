/* code_warmth.h - a program that is compiled while it runs is dearer at first.
 *
 * V8 starts every function in its interpreter, counts what it executes and compiles what is hot,
 * first simply, then with optimisations (v8.dev/docs/ignition, /docs/turbofan); the compiler's own
 * threads share the process's CPUs and its quota. So what is dear does not depend on the clock but
 * on how much work the process has done since its start: a limit, or few messages, keep it dear
 * for longer. With `done` the work done so far, in CPU time that it costs when all is compiled,
 *
 *     factor = 1 + excess * Q(stages, stages / 2 * done / work)
 *
 * where Q(k, t) = exp(-t) (1 + t + ... + t^(k-1) / (k-1)!) is how likely a function still waits
 * for the last of k stages, each over after work of an exponential law: 2 stages cool by and by, 8
 * are nearly a step at twice `work`. A process pays 2 * excess * work more in its life, however
 * slowly it lives and however many stages.
 *
 * The compilers' own work is no excess of the loop's: other threads of the process do it
 * (code_compiler.h), as functions become hot: compile * (1 - Q) by then, `compile` in all (less
 * what comes late, below), whatever the load. It takes CPU time and quota, but delays a fan-out
 * only as far as it shares the CPU with it. Until a compiler is through with a function the loop
 * runs it as slowly as before: what is still to be compiled adds its share to Q. With CPU to spare
 * that is over in milliseconds; under a limit compilers and loop take the quota from each other,
 * and the start lasts longer than either would alone. And what the first publish calls for the
 * first time is parsed then, at `parse` (v8.dev/blog/preparser).
 *
 * Measured on Node 20 with `ws`, CPU time by thread and fan-out (/proc/PID/task/N/schedstat; Intel
 * Xeon, 2026-11-27; SSE and WebSocket alike): the compilers' 57 and 62 ms with 15 clients, 62 and
 * 74 with 110, 83 to 103 with 480; on the loop's thread 5 to 7 ms for the first publish, then of
 * 110 clients twice what a fan-out costs later (1.6 ms) for eight, 1.4 times for eight more, none
 * from the 17th on. Compilers work from the second to the 16th fan-out of 110 clients, from the
 * 24th to the 100th of 15: by calls made, not by time; so eight stages. A factor for both at once
 * makes the loop's first fan-outs too dear, and what is left in the end all later ones.
 *
 * Some functions become hot late. On Node 20.20 (--trace-opt and schedstat; AMD EPYC, 2026-11-27;
 * 100 clients, three runs each) the compilers took 90 to 105 ms for SSE: all by 2,000 deliveries
 * but 7 to 10 ms, when the function that fans out is called once more after 6,700; it loops much
 * and is called little (5,700 with 15 clients, 7,200 with 480). For WebSocket they took 84 to 88
 * ms, of which 9 from 2,000 to 3,000 deliveries and 4 to 4,000 (the frames of `ws`), 7 to 8 at
 * 4,900 (what follows the writes), and 7 to 10 at 6,700. Alone and late they meet the fan-outs of
 * that moment, and under a limit take most of a period's quota; no fan-out from 3,300 on was
 * faster than those before, so nothing of the loop waits for them.
 *
 * Where there are many connections that is not all. To 1,900 of them the first fan-outs took the
 * loop 46, 36 and 25 ms where later ones take 15 to 20, and the other threads 57, 37 and 28 ms
 * where compiling takes 60 to 80 in all: what a connection is first written to with is made then
 * (stream state, hidden classes), survives and is copied, and a concurrent marking (one in each
 * such run, by the server's own count) goes through what the connections hold. So the first
 * fan-out costs so much more for each connection, the second half of that, and so on, on the
 * loop's thread and on the others. Nothing of the loop waits for that.
 *
 * Loop and threads have that work only where the heap is marked, which V8 begins when the old
 * generation has grown near its first limit. Measured on Node 20.20 (--trace-gc; AMD EPYC,
 * 2026-11-28; 20 publishes of 100 B in 4 s, one run each of 110, 300, 480, 650, 900, 1,300 and
 * 1,900 connections): one marking with 480 event streams and all above, with 900 WebSockets and
 * all above, none with fewer; the old space held 8.5 to 8.8 MB by then, 4.6 before the first
 * client. By what a connection keeps (cost.*.kept: 8.2 and 5.8 kB) that takes between 3.8 and 4.0
 * MB: mark_bytes. With 1,300 and 1,900 it came within the first fan-outs, with fewer seconds
 * later; here always with the first ones. In the calibration's cells the other threads took 77 to
 * 84 ms with 110 WebSockets, 76 to 97 with 480, 129 to 170 with 1,300 and 1,900.
 *
 * In the 48 cells of a calibration, two runs each, the other threads took 2 to 7 ms where 15
 * clients had 35 to 45 messages, 44 to 68 where 110 had 30, 62 to 94 with 110 and more, 74 to 131
 * with 480, 102 to 194 with 1,300 to 1,900, and no less under a limit (cpu.used.beside).
 */
#ifndef PUSHSIM_MODELS_CODE_WARMTH_H
#define PUSHSIM_MODELS_CODE_WARMTH_H

#include <stdbool.h>

#include "models/parameters.h"

struct code_late {
    double messages; /* delivered since the process has started, >= 0 */
    double share;    /* of the compilers' time, 0..1; 0: the list ends here */
    bool after;      /* in what follows the writes of a fan-out, where anything does; false: as
                        one begins */
};

struct code_warmth {
    double excess;   /* share that the first work costs more, >= 0; 0 = no effect */
    double work_ns;  /* half of what would be all dear, >= 0; 0 = no effect */
    int stages;      /* 1..64: the more, the more sharply the dear time ends */
    double done_ns;  /* work done since the process has started, were all compiled; >= 0 */
    double first_ns; /* more for each connection of the next fan-out; halved by each; >= 0 */
    double connection_ns; /* the same for the other threads, of all fan-outs together, >= 0 */
    double parse_ns;      /* more for its first publish, >= 0 */
    double compile_ns;    /* CPU time of the compilers, but for what comes late, >= 0 */
    double late_ns;       /* all of it, which that is shares of, >= 0; 0: nothing comes late */
    const struct code_late *late; /* the next of them, by messages; static. NULL: none */
    double messages;              /* to the hearers of all fan-outs that began */
};

/* The compilers take compile_ns (>= 0) in all, of which some comes late. */
void code_warmth_split(struct code_warmth *warmth, enum push_protocol protocol,
                       double compile_ns);

/* Mean factor of the next `ns` (>= 0) of work, which is then done; compilers have `left_ns` (>= 0)
 * of CPU time to do before. */
double code_warmth_factor(struct code_warmth *warmth, double ns, double left_ns);

/* A fan-out to `connections` costs the loop so many ns more, and is then through. One to nobody is
 * none, nor is one (0) as long as the heap is not marked. */
double code_warmth_first(struct code_warmth *warmth, double connections);

/* CPU time of the compilers, ns, that the next `ns` (>= 0) of work give rise to; before it is
 * done. */
double code_warmth_compiled(const struct code_warmth *warmth, double ns);

/* CPU time of the collectors, ns, that a fan-out to `connections` gives rise to, and is then
 * through. None (0) as long as the heap is not marked. */
double code_warmth_collected(struct code_warmth *warmth, double connections);

/* CPU time, ns, of compiling what is hot as a fan-out to `connections` begins. */
double code_warmth_late(struct code_warmth *warmth, double connections);

/* The same when its writes are done. */
double code_warmth_later(struct code_warmth *warmth);

#endif
