/* cmd_cpu.c - `pushsim cpu`: what a CPU limit does to a thread, in the model, on this kernel,
 * both. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/cli/commands.h"
#include "experiments/cli/cpu_arms.h"
#include "experiments/cli/cpu_matrix.h"
#include "experiments/cli/cpu_print.h"
#include "experiments/cli/option_argument.h"
#include "experiments/run/arm.h"
#include "experiments/run/units.h"

enum option_key {
    OPT_QUOTA = 'q',
    OPT_PERIOD = 'p',
    OPT_BURST = 'b',
    OPT_THREADS = 't',
    OPT_CPUS = 'c',
    OPT_WORK = 'w',
    OPT_ARM = 'a',
    OPT_DURATION = 'd',
    OPT_REPEATS = 'r',
    OPT_SEED = 's',
    OPT_FORMAT = 'F',
    OPT_FORMAT_ONCE = 'f', /* its former letter */
    OPT_NEIGHBOUR = 256,
    OPT_TOTAL,
    OPT_WARMTH,
    OPT_MATRIX,
    OPT_LIST,
    OPT_OUTPUT,
    OPT_GAP,
    OPT_SAMPLES,
};

static const struct argp_option options[] = {
    { NULL, 0, NULL, 0, "The limit:", 1 },
    { "quota", OPT_QUOTA, "TIME", 0, "CPU time a period (20ms; 0 = none)", 1 },
    { "period", OPT_PERIOD, "TIME", 0, "length of a period (100ms)", 1 },
    { "burst", OPT_BURST, "TIME", OPTION_ARG_OPTIONAL,
      "unused quota that may be saved up (0; without TIME: a whole quota)", 1 },
    { NULL, 0, NULL, 0, "The load:", 2 },
    { "threads", OPT_THREADS, "N", 0, "threads in the group (1)", 2 },
    { "cpus", OPT_CPUS, "N", 0, "CPUs they are pinned to in turn (1)", 2 },
    { "work", OPT_WORK, "WORK", 0,
      "spin, onoff:SLEEP/WORK (onoff:1ms/0.5ms), touch:BYTES or touch:BYTES:SLEEP/WORK (spin)",
      2 },
    { "neighbour", OPT_NEIGHBOUR, "WEIGHT", 0,
      "a busy group of this weight on each CPU; the group itself has 1024", 2 },
    { "total", OPT_TOTAL, "TIME", 0, "work of each thread in touch (300ms)", 2 },
    { "warmth", OPT_WARMTH, "COST/TIME[/WORK]", 0,
      "touch in the model: the warm-up after a long time off the CPU, the time off after which "
      "63 % of it is due, and the work in which 63 % of it is paid (before any work, if not "
      "given); with --arm both: measured on this host",
      2 },
    { NULL, 0, NULL, 0, "The experiment:", 3 },
    { "arm", OPT_ARM, "ARM", 0, "sim, real (needs to make a cgroup) or both (sim)", 3 },
    { "duration", OPT_DURATION, "TIME", 0, "of each repeat (10s)", 3 },
    { "repeats", OPT_REPEATS, "N", 0, "repeats with fresh phases; the model does 16 N (1)", 3 },
    { "repeat", 0, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 3 }, /* its former name */
    { "seed", OPT_SEED, "N", 0, "of the phases (1)", 3 },
    { "gap", OPT_GAP, "TIME", 0, "shortest wait that counts as a stall (0.2ms)", 3 },
    { "format", OPT_FORMAT, "FORMAT", 0, "table or json (table)", 3 },
    { NULL, OPT_FORMAT_ONCE, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 3 },
    { "samples", OPT_SAMPLES, "FILE", 0, "write every sample to this CSV file: arm,kind,ms",
      3 },
    { NULL, 0, NULL, 0, "Validation:", 4 },
    { "matrix", OPT_MATRIX, "PATTERN", OPTION_ARG_OPTIONAL,
      "the validation matrix, both arms, a verdict a cell; only cells that match (*)", 4 },
    { "list", OPT_LIST, NULL, 0, "list the cells of the matrix", 4 },
    { "output", OPT_OUTPUT, "FILE", 0, "append the matrix's rows to this CSV file", 4 },
    { 0 }
};

struct request {
    struct cpu_plan plan;
    struct cpu_matrix_request matrix;
    const char *samples; /* NULL: none asked for */
    bool sim, real, json;
    bool has_warmth; /* given, not to be measured */
    bool matrix_asked, list_asked;
    int code; /* of the first bad value */
    struct error error;
};

/* Keeps the first bad value for after the parse, so that all usage errors come first. */
static double value_of(struct request *r, const char *option, const char *text, enum unit unit,
                       double low, double high)
{
    double value = low;
    struct error err;
    int code = unit_parse(text, unit, &value, &err);
    if (code == 0 && (value < low || value > high)) {
        char given[UNIT_TEXT_BYTES], from[UNIT_TEXT_BYTES], to[UNIT_TEXT_BYTES];
        code = error_set(&err, ERR_INVALID, "%s is out of range: %s to %s",
                         unit_format(given, unit, value), unit_format(from, unit, low),
                         unit_format(to, unit, high));
    }
    if (code != 0 && r->code == 0)
        r->code = error_set(&r->error, code, "--%s: %s", option, err.text);
    return value;
}

#define HOUR_NS      3.6e12
#define QUOTA_MAX_NS 64e9 /* all of the longest period on as many CPUs as there may be */

/* "A/B": two times. */
static void pair_of(struct request *r, const char *option, const char *text, int64_t *first_ns,
                    int64_t *second_ns)
{
    const char *slash = strchr(text, '/');
    if (slash == NULL) {
        if (r->code == 0)
            r->code =
                error_set(&r->error, ERR_INVALID, "--%s: '%s' is not TIME/TIME", option, text);
        return;
    }
    char *first = mem_printf("%.*s", (int)(slash - text), text);
    *first_ns = (int64_t)value_of(r, option, first, UNIT_TIME, 1000, HOUR_NS);
    *second_ns = (int64_t)value_of(r, option, slash + 1, UNIT_TIME, 1000, HOUR_NS);
    free(first);
}

static void warmth_of(struct request *r, const char *text)
{
    struct cache_warmth *warmth = &r->plan.params.warmth;
    const char *first = strchr(text, '/');
    const char *second = first == NULL ? NULL : strchr(first + 1, '/');
    size_t n = second == NULL ? strlen(text) : (size_t)(second - text);
    char *pair = mem_printf("%.*s", (int)n, text);
    pair_of(r, "warmth", pair, &warmth->saturation_ns, &warmth->time_ns);
    if (second != NULL)
        warmth->work_ns = (int64_t)value_of(r, "warmth", second + 1, UNIT_TIME, 1000, HOUR_NS);
    free(pair);
}

static void touch_of(struct request *r, const char *text)
{
    struct cpu_workload_params *p = &r->plan.params;
    const char *colon = strchr(text, ':');
    size_t n = colon == NULL ? strlen(text) : (size_t)(colon - text);
    char *bytes = mem_printf("%.*s", (int)n, text);
    p->work = CPU_WORK_TOUCH;
    p->off_ns = 0;
    p->on_ns = 10000000;
    r->plan.set_bytes = (size_t)value_of(r, "work", bytes, UNIT_BYTES, 0, 1 << 30);
    if (colon != NULL)
        pair_of(r, "work", colon + 1, &p->off_ns, &p->on_ns);
    free(bytes);
}

static void work_of(struct request *r, const char *text)
{
    struct cpu_workload_params *p = &r->plan.params;
    if (strcmp(text, "spin") == 0) {
        p->work = CPU_WORK_SPIN;
    } else if (strncmp(text, "onoff:", 6) == 0) {
        p->work = CPU_WORK_ONOFF;
        pair_of(r, "work", text + 6, &p->off_ns, &p->on_ns);
    } else if (strncmp(text, "touch:", 6) == 0) {
        touch_of(r, text + 6);
    } else if (r->code == 0) {
        r->code = error_set(&r->error, ERR_INVALID,
                            "--work: '%s' is not spin, onoff:SLEEP/WORK or touch:BYTES", text);
    }
}

static void set_arms(struct request *r, const char *text, struct argp_state *state)
{
    int arm = option_argument_word("arm", text, arm_words, state);
    r->sim = arm != ARM_REAL;
    r->real = arm != ARM_SIM;
}

#define BURST_WHOLE_QUOTA (-1)

/* TIME may stand apart, as that of other options does. */
static int64_t burst_of(struct request *r, const char *arg, struct argp_state *state)
{
    if (arg == NULL && state->next < state->argc && state->argv[state->next][0] != '-')
        arg = state->argv[state->next++];
    return arg ? (int64_t)value_of(r, "burst", arg, UNIT_TIME, 0, QUOTA_MAX_NS)
               : BURST_WHOLE_QUOTA;
}

static bool parse_limit(struct request *r, int key, const char *arg, struct argp_state *state)
{
    struct cpu_group_params *g = &r->plan.params.group;
    if (key == OPT_QUOTA)
        g->quota_ns = (int64_t)value_of(r, "quota", arg, UNIT_TIME, 0, QUOTA_MAX_NS);
    else if (key == OPT_PERIOD)
        g->period_ns = (int64_t)value_of(r, "period", arg, UNIT_TIME, 1e6, 1e9);
    else if (key == OPT_BURST)
        g->burst_ns = burst_of(r, arg, state);
    else
        return false;
    return true;
}

static bool parse_load(struct request *r, int key, const char *arg)
{
    struct cpu_workload_params *p = &r->plan.params;
    if (key == OPT_THREADS)
        p->threads = (int)value_of(r, "threads", arg, UNIT_COUNT, 1, 64);
    else if (key == OPT_CPUS)
        p->host.cpus = (int)value_of(r, "cpus", arg, UNIT_COUNT, 1, 64);
    else if (key == OPT_WORK)
        work_of(r, arg);
    else if (key == OPT_NEIGHBOUR)
        p->neighbour_weight = (int64_t)value_of(r, "neighbour", arg, UNIT_COUNT, 2, 262144);
    else if (key == OPT_TOTAL)
        p->total_ns = (int64_t)value_of(r, "total", arg, UNIT_TIME, 1e6, HOUR_NS);
    else if (key == OPT_WARMTH)
        warmth_of(r, arg);
    else
        return false;
    r->has_warmth = r->has_warmth || key == OPT_WARMTH;
    return true;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const formats[] = { "table", "json", NULL };
    struct request *r = state->input;
    if (parse_limit(r, key, arg, state) || parse_load(r, key, arg))
        return 0;
    switch (key) {
    case OPT_ARM:
        set_arms(r, arg, state);
        return 0;
    case OPT_FORMAT:
    case OPT_FORMAT_ONCE:
        r->json = option_argument_word("format", arg, formats, state) == 1;
        return 0;
    case OPT_DURATION:
        r->plan.params.duration_ns =
            (int64_t)value_of(r, "duration", arg, UNIT_TIME, 1e6, HOUR_NS);
        return 0;
    case OPT_REPEATS:
        r->plan.repeats = (int)value_of(r, "repeats", arg, UNIT_COUNT, 1, CPU_REPEATS_MAX);
        return 0;
    case OPT_SEED:
        r->plan.seed = (uint64_t)value_of(r, "seed", arg, UNIT_COUNT, 0, 9007199254740992.0);
        return 0;
    case OPT_MATRIX:
        r->matrix_asked = true;
        r->matrix.pattern = arg == NULL ? "*" : arg;
        return 0;
    case OPT_LIST:
        r->list_asked = true;
        return 0;
    case OPT_GAP:
        r->plan.params.gap_ns = (int64_t)value_of(r, "gap", arg, UNIT_TIME, 1000, 1e9);
        return 0;
    case OPT_SAMPLES:
        r->samples = arg;
        return 0;
    case OPT_OUTPUT:
        r->matrix.output = arg;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected argument '%s'", arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    NULL,
    "What a CPU limit does to a thread: how long it runs, how long it stalls, how late it "
    "wakes.\v"
    "The real arm makes a cgroup and removes it again. A run is the work from the end of one "
    "stall to the beginning of the next; a stall is a wait for the CPU of more than --gap, in "
    "the middle "
    "of work or at a wake-up; lateness is how much later than asked a sleep ended. Example:\n\n"
    "  pushsim cpu --quota 20ms --period 100ms --arm both --repeats 8 --duration 2s",
    NULL,
    NULL,
    NULL
};

static int check(struct request *r)
{
    struct cpu_group_params *g = &r->plan.params.group;
    if (g->burst_ns == BURST_WHOLE_QUOTA)
        g->burst_ns = g->quota_ns;
    if (r->code == 0 && g->quota_ns != 0 && g->quota_ns < 1000000)
        r->code =
            error_set(&r->error, ERR_INVALID, "--quota: below the kernel's smallest, 1ms");
    if (r->code == 0 && g->burst_ns > g->quota_ns)
        r->code = error_set(&r->error, ERR_INVALID, "--burst: above the quota");
    return r->code;
}

static int run_arms(struct request *r, struct cpu_arm *sim, struct cpu_arm *real)
{
    struct cpu_plan *plan = &r->plan;
    int code = 0;
    if (r->sim && r->real)
        code = cpu_arms_read_host(&plan->params.host, plan->seed, &r->error);
    if (code == 0 && r->sim && r->real && plan->params.work == CPU_WORK_TOUCH && !r->has_warmth)
        code = cpu_arms_warmth(plan, 1, real, &plan->params.warmth, &r->error);
    else if (code == 0 && r->real)
        code = cpu_arms_real(plan, 1, real, &r->error);
    if (code == 0 && r->sim)
        cpu_arm_sim(plan, sim);
    return code;
}

static int write_samples(struct request *r, const struct cpu_arm *sim,
                         const struct cpu_arm *real)
{
    FILE *file = fopen(r->samples, "w");
    if (file == NULL)
        return error_set(&r->error, ERR_IO, "%s: %s", r->samples, strerror(errno));
    cpu_print_samples(file, sim, real);
    if (fclose(file) != 0)
        return error_set(&r->error, ERR_IO, "%s: %s", r->samples, strerror(errno));
    return 0;
}

static void show(const struct request *r, const struct cpu_arm *sim, const struct cpu_arm *real)
{
    if (!r->json) {
        cpu_print_table(stdout, &r->plan, sim, real);
        return;
    }
    json_t *object = cpu_print_json(sim, real);
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(object);
}

int cmd_cpu(int argc, char **argv)
{
    struct request r = { .plan = { .repeats = 1, .seed = 1 }, .sim = true };
    struct cpu_arm sim = { 0 }, real = { 0 };
    cpu_workload_defaults(&r.plan.params);
    r.plan.params.total_ns = 300000000;
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    if (check(&r) != 0)
        return command_fail(r.code, &r.error);
    if (r.list_asked) {
        cpu_matrix_list(stdout);
        return EXIT_DONE;
    }
    r.matrix.seed = r.plan.seed;
    r.code = r.matrix_asked ? cpu_matrix_run(&r.matrix, stdout, &r.error)
                            : run_arms(&r, &sim, &real);
    if (r.code == 0 && r.samples != NULL)
        r.code = write_samples(&r, &sim, &real);
    if (r.code != 0)
        return command_fail(r.code, &r.error);
    if (!r.matrix_asked)
        show(&r, &sim, &real);
    cpu_arm_close(&sim);
    cpu_arm_close(&real);
    return EXIT_DONE;
}
