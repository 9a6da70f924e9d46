/* settings_control.c - what the slo's control is told to do, and cannot. */
#include "experiments/run/settings_internal.h"
#include "models/client_preset.h"

/* A sweep may well switch the trigger off in some points, so with `never` all is allowed here; what
 * is never begun at all is found by the plan (settings_idle_action). */
int settings_check_control(const struct parameters *p, const char **about, struct error *err)
{
    const struct slo_control_params *c = &p->control;
    if (c->trigger == TRIGGER_NEVER)
        return 0;
    if (c->trigger == TRIGGER_BREACH && !slo_any(&p->slo))
        return settings_conflict(
            about, "slo.control.trigger",
            error_set(err, ERR_INVALID,
                      "slo.control.trigger: breach needs a limit that can be broken (slo.p95, "
                      "slo.p99, slo.drops or slo.reconnects)"));
    if (c->heartbeat_factor > 0 && p->heartbeat.period_ns == 0)
        return settings_conflict(
            about, "slo.control.heartbeats",
            error_set(err, ERR_INVALID,
                      "slo.control.heartbeats has nothing to act on: there are no heartbeats "
                      "(heartbeat.period)"));
    if (c->policy > 0 && c->policy - 1 == (int64_t)p->server.queue_policy)
        return settings_conflict(
            about, "slo.control.policy",
            error_set(err, ERR_INVALID,
                      "slo.control.policy has nothing to switch: server.queue.policy is the "
                      "same"));
    return 0;
}

static bool reconnects(const struct parameters *p, int c)
{
    const struct client_class *k = &p->classes[c];
    int classes = (int)p->class_count;
    const struct reconnect_params *policy =
        k->preset ? &client_presets[k->preset - 1].reconnect : &p->reconnect;
    return policy->kind != RECONNECT_NEVER &&
           client_class_first(p->classes, classes, p->clients, c) <
               client_class_first(p->classes, classes, p->clients, c + 1);
}

int settings_check_connects(const struct settings *s, const char **about, struct error *err)
{
    const struct parameters *p = &s->parameters;
    if (p->control.trigger == TRIGGER_NEVER || p->control.retry_after_ns == 0)
        return 0;
    for (int c = 0; c < p->class_count; c++)
        if (reconnects(p, c))
            return 0;
    return settings_conflict(
        about, "slo.control.retry-after",
        error_set(err, ERR_INVALID,
                  "slo.control.retry-after has nothing to act on: no client ever connects "
                  "again (clients.reconnect.policy, presets)"));
}

const char *settings_idle_action(const struct settings *s)
{
    const struct slo_control_params *c = &s->parameters.control;
    const struct {
        bool given;
        const char *option;
    } actions[] = {
        { c->heartbeat_factor > 0, "slo.control.heartbeats" },
        { c->retry_after_ns > 0, "slo.control.retry-after" },
        { c->low_priority > 0, "slo.control.low-priority" },
        { c->shed_share > 0, "slo.control.shed" },
        { c->policy > 0, "slo.control.policy" },
    };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (actions[i].given && c->trigger == TRIGGER_NEVER)
            return actions[i].option;
    return NULL;
}
