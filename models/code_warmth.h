/* code_warmth.h - a program that is compiled while it runs is dearer at first.
 *
 * V8 starts every function in its interpreter, counts what it executes and compiles what is hot,
 * first simply, then with optimisations (v8.dev/docs/ignition, /docs/turbofan); the compiler's own
 * threads share the process's CPUs and its quota. So what is dear does not depend on the clock but
 * on how much work the process has done since its start: a limit, or few messages, keep it dear for
 * longer. With `done` the work done so far, in CPU time that it costs when all is compiled,
 *
 *     factor = 1 + excess * (1 + done / work) * exp(-done / work)
 *
 * Interpreting is dear from the first message and gets less (the 1); compiling begins when
 * functions have become hot and is over when they are all done (the done / work). A process
 * pays 2 * excess * work more in its life, however slowly it lives. Measured on Node 20 with `ws`:
 * 110 clients and 33 messages a second cost 216 ms in the first second and 60 in the fourth; under
 * a limit of 144m the same excess of 0.15 s is spread over two seconds. By thread: of the excess
 * 100 to 120 ms are V8's compiler threads (whatever the load), 60 to 110 ms the main thread.
 */
#ifndef PUSHSIM_MODELS_CODE_WARMTH_H
#define PUSHSIM_MODELS_CODE_WARMTH_H

struct code_warmth {
    double excess;  /* share that the first work costs more, >= 0; 0 = no effect */
    double work_ns; /* after which 74 % of the excess is left, >= 0; 0 = no effect */
    double done_ns; /* since the process has started */
};

/* Mean factor of the next `ns` (>= 0) of work, which is then done. */
double code_warmth_factor(struct code_warmth *warmth, double ns);

#endif
