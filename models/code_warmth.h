/* code_warmth.h - a program that is compiled while it runs is dearer at first.
 *
 * V8 starts every function in its interpreter, counts what it executes and compiles what is hot,
 * first simply, then with optimisations (v8.dev/docs/ignition, /docs/turbofan); the compiler's own
 * threads share the process's CPUs and its quota. So what is dear does not depend on the clock but
 * on how much work the process has done since its start: a limit, or few messages, keep it dear for
 * longer. With `done` the work done so far, in CPU time that it costs when all is compiled,
 *
 *     factor = 1 + excess * Q(stages, stages / 2 * done / work)
 *
 * where Q(k, t) = exp(-t) (1 + t + ... + t^(k-1) / (k-1)!) is how likely a function still waits for
 * the last of k stages, each over after work of an exponential law: 2 stages cool by and by, 8 are
 * nearly a step at twice `work`. A process pays 2 * excess * work more in its life, however slowly it
 * lives and however many stages. Measured on Node 20 with `ws`: 110 clients and 33 messages a second
 * cost 216 ms in the first second and 60 in the fourth; under a limit of 144m the same excess of
 * 0.15 s is spread over two seconds. By thread: of the excess 100 to 120 ms are V8's compiler threads
 * (whatever the load), 60 to 110 ms the main thread. By fan-out of 110 clients (process.cpuUsage()
 * about each; 1.35 ms once compiled): three to four times that for the first eight, 107 ms more in
 * the first 16, 3 ms from the 17th to the 32nd; so eight stages.
 */
#ifndef PUSHSIM_MODELS_CODE_WARMTH_H
#define PUSHSIM_MODELS_CODE_WARMTH_H

struct code_warmth {
    double excess;  /* share that the first work costs more, >= 0; 0 = no effect */
    double work_ns; /* half of what would be all dear, >= 0; 0 = no effect */
    int stages;     /* 1..64 */
    double done_ns; /* since the process has started */
};

/* Mean factor of the next `ns` (>= 0) of work, which is then done. */
double code_warmth_factor(struct code_warmth *warmth, double ns);

#endif
