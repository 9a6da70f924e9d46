#include "analysis/calibration_stage.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/calibration_scatter.h"

#define SEARCH_STEPS      100 /* of a simplex of some six dimensions */
#define SEARCH_WIDE       0.3 /* of logarithms */
#define SEARCH_NEAR       0.2
#define CHOICE_ITERATIONS 10 /* a loop that is wrong misses by more than what is left to gain */
#define CODE_STAGES       8 /* of Node, code_warmth.h; no run's figures are fine enough to fit it */

/* -- stages ----------------------------------------------------------------------------------- */

/* What each stage varies, and where the runs can tell it. */
enum where {
    EVERYWHERE,
    HELD_WRITES, /* server_holds_writes(): taking and writing are apart, so item is told from
                    write; but a message's enqueue only in one sum with wake */
    DIRECT,      /* the others: the first byte tells enqueue; item is one sum with write */
    WOKEN,       /* hops > 0: a wake-up of its own */
    COMPILED,    /* a program that is compiled while it runs */
    LATE_ACKED,  /* server_waits_for_acks(): some writes wait, so sending is told from write */
    SETTLED,     /* Node, hops = 0: the callbacks of the writes follow the fan-out */
    BEATEN,      /* runs with heartbeats: calibration_measured() */
};
struct varied {
    const char *option;
    enum where where;
    double guess; /* 0: the option's default */
};
/* A name that starts with "cost.sse." or "cost.websocket." counts only where that protocol was
 * measured. */
static const struct varied mean_options[] = {
    { "cost.publish", EVERYWHERE, 0 },
    { "cost.enqueue", DIRECT, 0 },
    { "cost.iteration", EVERYWHERE, 0 },
    { "cost.ack", EVERYWHERE, 2000 },
    { "cost.transmit", LATE_ACKED, 1000 },
    { "cost.sse.wake", WOKEN, 0 },
    { "cost.sse.state", EVERYWHERE, 0 },
    { "cost.sse.write", EVERYWHERE, 0 },
    { "cost.sse.write-kib", EVERYWHERE, 0 },
    { "cost.sse.write-state", HELD_WRITES, 3000 },
    { "cost.sse.item-kib", HELD_WRITES, 500 },
    { "cost.websocket.wake", WOKEN, 0 },
    { "cost.websocket.state", EVERYWHERE, 0 },
    { "cost.websocket.write", EVERYWHERE, 0 },
    { "cost.websocket.write-kib", EVERYWHERE, 0 },
    { "cost.websocket.write-state", HELD_WRITES, 3000 },
    { "cost.websocket.item-kib", HELD_WRITES, 500 },
    { "cost.sse.settle", SETTLED, 1000 },
    { "cost.websocket.settle", SETTLED, 1000 },
    { "cost.sse.heartbeat", BEATEN, 50e3 },
    { "cost.websocket.heartbeat", BEATEN, 100e3 },
    { "cost.cached", EVERYWHERE, 1.5e6 },
    { "cost.warm.saturation", EVERYWHERE, 0 },
    { "cost.warm.time", EVERYWHERE, 0 },
    { "cost.code.excess", COMPILED, 0.5 },
    { "cost.code.work", COMPILED, 0 },
    { "cost.code.compile", COMPILED, 60e6 },
    { "cost.code.parse", COMPILED, 5e6 },
    { "cost.warm.connections", EVERYWHERE, 3000 },
    { "network.delivery", EVERYWHERE, 0 }, /* and waking up: time that costs no CPU */
    { NULL, EVERYWHERE, 0 },
};
/* Refinements, of the same stage: no loop is told from another by them. */
static const struct varied cold_options[] = {
    { "cost.code.first", COMPILED, 10e3 },
    { "cost.code.connection", COMPILED, 20e3 },
    { NULL, EVERYWHERE, 0 },
};
static const struct varied tail_options[] = {
    { "cost.sse.item", HELD_WRITES, 0 },
    { "cost.websocket.item", HELD_WRITES, 0 },
    { "cost.noise", EVERYWHERE, 0 },
    { "cost.interference.rate", EVERYWHERE, 1 },
    { "cost.interference.length", EVERYWHERE, 0 },
    { NULL, EVERYWHERE, 0 },
};
/* What is in one sum with a write is nothing beside it. */
static const struct varied summed_options[] = {
    { "cost.sse.wake", WOKEN, 0 },
    { "cost.websocket.wake", WOKEN, 0 },
    { "cost.sse.item", HELD_WRITES, 0 },
    { "cost.websocket.item", HELD_WRITES, 0 },
    { "cost.sse.item-kib", HELD_WRITES, 500 },
    { "cost.websocket.item-kib", HELD_WRITES, 500 },
    { "cost.sse.write-state", HELD_WRITES, 3000 },
    { "cost.websocket.write-state", HELD_WRITES, 3000 },
    { NULL, EVERYWHERE, 0 },
};

static bool told(const char *option, enum where where, enum loop_kind loop, int64_t hops)
{
    bool is_sse = strncmp(option, "cost.sse.", 9) == 0;
    bool held = server_holds_writes(loop, hops, is_sse ? PROTOCOL_SSE : PROTOCOL_WEBSOCKET);
    return where == EVERYWHERE || where == BEATEN || (where == HELD_WRITES && held) ||
           (where == DIRECT && !held) || (where == WOKEN && hops > 0) ||
           (where == LATE_ACKED && server_waits_for_acks(loop, PROTOCOL_SSE)) ||
           (where == COMPILED && loop == LOOP_NODE) ||
           (where == SETTLED && loop == LOOP_NODE && hops == 0);
}

const char *calibration_unfitted(const char *option, enum loop_kind loop, int64_t hops)
{
    const char *leaf = strrchr(option, '.');
    if (strncmp(option, "cost.", 5) != 0)
        return NULL;
    if (strcmp(option, "cost.gc.free-list") == 0)
        return "not counted by the server: CPython's";
    if (strcmp(leaf, ".young") == 0 || strcmp(leaf, ".kept") == 0)
        return "not counted by the server: Node's, once measured";
    if (strncmp(option, "cost.gc.", 8) == 0 || strcmp(leaf, ".held-objects") == 0)
        return "not counted by the server, or not by time: interference stands for it";
    if (strcmp(leaf, ".renewed-objects") == 0)
        return "not counted by the server: FastAPI's, once measured";
    if (strcmp(leaf, ".first-objects") == 0)
        return "not counted by the server";
    if (strcmp(option, "cost.enqueue") == 0 && !told(option, DIRECT, loop, hops))
        return "in one sum with wake";
    if ((strcmp(leaf, ".item") == 0 || strcmp(leaf, ".item-kib") == 0) &&
        !told(option, HELD_WRITES, loop, hops))
        return "in one sum with write";
    if (strcmp(leaf, ".write-state") == 0 && !told(option, HELD_WRITES, loop, hops))
        return "in one sum with state";
    if (strcmp(leaf, ".settle") == 0 && !told(option, SETTLED, loop, hops))
        return "in one sum with write";
    if (strcmp(option, "cost.transmit") == 0 && !told(option, LATE_ACKED, loop, hops))
        return "in one sum with write";
    if (strcmp(leaf, ".heartbeat") == 0)
        return "the server sends none, or as often as it wants";
    if (strcmp(leaf, ".wake") == 0 && !told(option, WOKEN, loop, hops))
        return "in one sum with write";
    if (strcmp(option, "cost.ready-fd") == 0)
        return "in one sum with publish";
    if (strncmp(option, "cost.code.", 10) == 0 && !told(option, COMPILED, loop, hops))
        return "not compiled while it runs";
    if (strcmp(option, "cost.connection-noise") == 0 || strcmp(option, "cost.code.stages") == 0)
        return "not varied";
    return NULL;
}

void calibration_assign(struct settings *s, const char *option, double value)
{
    struct setting which;
    struct error err;
    int code = settings_find(s, option, &which, &err);
    assert(!code);
    /* the fit may step outside of an option's range; the nearest allowed value stands for it */
    value = fmin(fmax(value, which.option->min), which.option->max);
    code = settings_assign(s, &which, value, &err);
    assert(!code);
    (void)code;
}

static double current(const struct settings *s, const char *option)
{
    struct setting which;
    struct error err;
    int code = settings_find(s, option, &which, &err);
    assert(!code);
    (void)code;
    return settings_number(s, &which);
}

static void assign_all(struct settings *s, const struct calibrated *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        calibration_assign(s, options[i].option, options[i].estimate);
}

struct settings calibration_start(const struct calibration *c,
                                  const struct calibration_cell *cell)
{
    struct settings s = cell->point->settings;
    struct server_params *server = &s.parameters.server;
    if (c->loop >= 0)
        server->loop = (enum loop_kind)c->loop;
    if (c->hops >= 0)
        server->hops = c->hops;
    if (told("cost.code.stages", COMPILED, server->loop, server->hops))
        s.parameters.cost.code_stages = CODE_STAGES;
    s.parameters.workload.publishers = REAL_ARM_PUBLISHERS;
    for (const struct varied *v = summed_options; v->option; v++)
        if (!told(v->option, v->where, server->loop, server->hops))
            calibration_assign(&s, v->option, 0);
    assign_all(&s, c->known, c->known_count);
    return s;
}

static size_t add_options(const struct calibration *c, const struct varied *varied,
                          struct fit_parameter *parameters, size_t n)
{
    const struct settings s = calibration_start(c, &c->cells[0]);
    const struct server_params *server = &s.parameters.server;
    for (; varied->option; varied++) {
        if (!calibration_measured(c, varied->option) ||
            !told(varied->option, varied->where, server->loop, server->hops))
            continue;
        double start = current(&s, varied->option);
        assert(n < LEAST_SQUARES_MAX);
        parameters[n++] = (struct fit_parameter){ .name = varied->option,
                                                  .start = start > 0 ? start : varied->guess };
    }
    return n;
}

/* The next stage starts from what this one could tell. */
static void carry_on(struct fit_parameter *parameters, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (parameters[i].identified)
            parameters[i].start = parameters[i].estimate;
}

static void read_fit(const struct fit_parameter *parameters, size_t n,
                     struct calibration_fit *fit)
{
    fit->count = fit->joint = n;
    for (size_t i = 0; i < n; i++) {
        struct calibrated *o = &fit->options[i];
        snprintf(o->option, sizeof o->option, "%s", parameters[i].name);
        o->identified = parameters[i].identified;
        o->estimate = parameters[i].estimate;
        o->relative_error = parameters[i].relative_error;
    }
}

/* The logarithm of a cost that the data do not tell has so wide an error that costs in one sum with it
 * would not keep their sum: the model bends long before. It is held at its estimate, and the others
 * vary as they do then. */
static void hold_untold(struct calibration_fit *fit)
{
    for (size_t i = 0; i < fit->joint; i++)
        if (!fit->options[i].identified)
            least_squares_hold(fit->covariance, fit->joint, i);
}

struct fitting {
    struct fit_parameter parameters[LEAST_SQUARES_MAX + 1]; /* means, tails, the means' level */
    double expected[LEAST_SQUARES_MAX + 1];
    size_t means, all; /* that are there, without the level */
    struct calibration_stage first, tails, joint;
};

static void prepare(struct calibration *c, struct fitting *f)
{
    f->means = add_options(c, mean_options, f->parameters, 0);
    f->means = add_options(c, cold_options, f->parameters, f->means);
    f->all = add_options(c, tail_options, f->parameters, f->means);
    f->parameters[f->all] = (struct fit_parameter){ .name = "level", .start = 1 };
    for (size_t i = 0; i <= f->all; i++)
        f->expected[i] = f->parameters[i].start;
    struct calibration_stage all = { .calibration = c,
                                     .parameters = f->parameters,
                                     .count = f->all,
                                     .expected = f->expected,
                                     .quantiles = true };
    f->joint = f->tails = f->first = all;
    f->first.count = f->means;
    f->first.quantiles = false;
    f->tails.parameters += f->means;
    f->tails.expected += f->means;
    f->tails.count = f->all - f->means + 1;
    f->tails.held = f->parameters;
    f->tails.held_count = f->means;
    f->tails.levelled = true;
}

static int fit_means(struct calibration *c, struct fitting *f, struct calibration_fit *made,
                     struct error *err)
{
    int code = calibration_stage_fit(&f->first, 0.02, 30, &made->means, err);
    if (code == 0) {
        carry_on(f->parameters, f->means);
        read_fit(f->parameters, f->means, made);
        calibration_host_power(c, made);
        code = calibration_stage_fit(&f->first, 0.02, 15, &made->means, err);
    }
    carry_on(f->parameters, f->means);
    return code ? error_wrap(err, code, "fit of the mean costs") : 0;
}

static void start_from_here(struct fit_parameter *parameters, size_t n)
{
    for (size_t i = 0; i < n; i++)
        parameters[i].start = parameters[i].estimate;
}

/* With the means' proportions, not their level: what tails add to every mean, the means give back. */
static void look_for_tails(struct fitting *f, double width)
{
    struct fit_parameter *level = &f->parameters[f->all];
    level->start = 1;
    calibration_stage_search(&f->tails, width, SEARCH_STEPS);
    start_from_here(f->parameters + f->means, f->all - f->means);
    for (size_t i = 0; i < f->means; i++)
        if (calibration_is_level(f->parameters[i].name))
            f->parameters[i].start *= level->estimate;
}

/* Means first, then what the tails tell with the means' proportions held, then all of it together:
 * each stage starts near its goal, since the quantiles of a simulation are a rough surface to walk
 * on. Where the walk ends, tails are looked for once more, and the last stage, which knows which
 * figures are rough and tells the errors, begins with what was found. */
int calibration_run(struct calibration *c, struct calibration_fit *fit, struct error *err)
{
    struct fitting f;
    struct calibration_fit made = { 0 };
    prepare(c, &f);
    int code = fit_means(c, &f, &made, err);
    if (code)
        return code;
    look_for_tails(&f, SEARCH_WIDE);
    for (size_t i = 0; i < f.all; i++)
        f.parameters[i].estimate = f.parameters[i].start;
    read_fit(f.parameters, f.all, &made);
    calibration_scatter(c, &made);
    code = calibration_stage_fit(&f.joint, 0.05, 20, &made.quantiles, err);
    if (code == 0) {
        start_from_here(f.parameters, f.all);
        look_for_tails(&f, SEARCH_NEAR);
        code = calibration_stage_fit_last(c, &f.joint, made.covariance, &made.quantiles, err);
    }
    if (code)
        return error_wrap(err, code, "fit of the quantiles");
    made.residuals = calibration_stage_count(&f.joint) - f.all;
    read_fit(f.parameters, f.all, &made);
    hold_untold(&made);
    *fit = made;
    return 0;
}

/* Schwarz's criterion of the means under c's loop, with a variance that nobody knows: N ln(chi2 / N) +
 * p ln N, p the parameters that the N figures tell, not those that a guess alone holds. */
static int judge_loop(const struct calibration *c, double *criterion, struct error *err)
{
    struct fit_parameter parameters[LEAST_SQUARES_MAX];
    struct fit_result result;
    double expected[LEAST_SQUARES_MAX];
    size_t n = add_options(c, mean_options, parameters, 0);
    for (size_t k = 0; k < n; k++)
        expected[k] = parameters[k].start;
    struct calibration_stage means = {
        .calibration = c, .parameters = parameters, .count = n, .expected = expected
    };
    int code = calibration_stage_fit(&means, 0.02, CHOICE_ITERATIONS, &result, err);
    if (code)
        return error_wrap(err, code, "fit of the mean costs");
    double figures = (double)(calibration_stage_count(&means) - n);
    *criterion = figures * log(result.chi2 / figures) + result.freedom * log(figures);
    return 0;
}

int calibration_choose_loop(struct calibration *c, struct error *err)
{
    static const struct {
        enum loop_kind loop;
        int hops;
    } kinds[] = { { LOOP_NODE, 0 }, { LOOP_UVLOOP, 1 }, { LOOP_ASYNCIO, 1 } };
    struct calibration trial = *c; /* one simulation a run tells loops apart */
    trial.draws = 1;
    double best = INFINITY;
    size_t chosen = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        double criterion = INFINITY;
        trial.loop = kinds[i].loop;
        trial.hops = kinds[i].hops;
        int code = judge_loop(&trial, &criterion, err);
        if (code)
            return code;
        if (criterion < best) {
            best = criterion;
            chosen = i;
        }
    }
    c->loop = kinds[chosen].loop;
    c->hops = kinds[chosen].hops;
    return 0;
}

void calibration_settings(const struct calibration *c, const struct calibration_fit *fit,
                          const struct calibration_cell *cell, struct settings *out)
{
    *out = calibration_start(c, cell);
    assign_all(out, fit->options, fit->count);
}

void calibration_predict(const struct calibration *c, const struct calibration_fit *fit,
                         const struct calibration_cell *cell, double out[CALIBRATION_METRICS])
{
    struct settings s;
    calibration_settings(c, fit, cell, &s);
    calibration_medians(c, &s, cell, out);
}
