/* calibration_options.c - what each stage of the fit varies, where the runs can tell it, and from
 * where it starts. */
#include "analysis/calibration_internal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define CODE_STAGES 8 /* of Node, code_warmth.h; no run's figures are fine enough to fit it */

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
    if (strcmp(leaf, ".young") == 0 || strcmp(leaf, ".kept") == 0 || strcmp(leaf, ".mark") == 0)
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
    if (strcmp(option, "cost.connection-noise") == 0 ||
        strcmp(option, "cost.code.stages") == 0 || strcmp(option, "cost.code.late") == 0)
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

void calibration_assign_all(struct settings *s, const struct calibrated *options, size_t count)
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
    if (told("cost.code.stages", COMPILED, server->loop, server->hops)) {
        s.parameters.cost.code_stages = CODE_STAGES;
        s.parameters.cost.code_late = true;
    }
    s.parameters.workload.publishers = REAL_ARM_PUBLISHERS;
    for (const struct varied *v = summed_options; v->option; v++)
        if (!told(v->option, v->where, server->loop, server->hops))
            calibration_assign(&s, v->option, 0);
    calibration_assign_all(&s, c->known, c->known_count);
    return s;
}

size_t calibration_varied(const struct calibration *c, enum calibration_part part,
                          struct fit_parameter *parameters, size_t n)
{
    static const struct varied *const parts[] = { mean_options, cold_options, tail_options };
    const struct settings s = calibration_start(c, &c->cells[0]);
    const struct server_params *server = &s.parameters.server;
    for (const struct varied *varied = parts[part]; varied->option; varied++) {
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
