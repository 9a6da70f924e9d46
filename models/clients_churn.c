/* clients_churn.c - what happens to clients at random: stalls and silent losses, one Poisson
 * process for each class and kind, and stalls at a given age of the connection.
 */
#include "models/clients_internal.h"

static int64_t stall_end_ns(struct clients *c, const struct client_class *k)
{
    if (k->stall_ns == 0)
        return INT64_MAX;
    double ns = random_stream_exponential(&c->churn, (double)k->stall_ns);
    return c->sim->now_ns + (int64_t)ns;
}

static void stall(struct clients *c, uint32_t client, int64_t until_ns)
{
    CLIENTS_COUNT(c, client, stalls);
    c->params.server->stalled(c->params.server_object, client, until_ns);
}

void clients_stall(struct clients *c, uint32_t client, int64_t until_ns)
{
    if (c->state[client] == CLIENT_OPEN)
        stall(c, client, until_ns);
}

/* A client that stops `stall_at_ns` after connecting: only its present connection stops. */
static void stall_due(void *subject, void *object)
{
    struct clients *c = subject;
    uint32_t client = (uint32_t)(uintptr_t)object;
    const struct client_class *k = clients_class_of(c, client);
    if (c->state[client] == CLIENT_OPEN &&
        c->sim->now_ns - c->list[client].since_ns >= k->stall_at_ns)
        stall(c, client, k->stall_ns == 0 ? INT64_MAX : c->sim->now_ns + k->stall_ns);
}

void clients_stall_at_start(struct clients *c, uint32_t client)
{
    int64_t at = clients_class_of(c, client)->stall_at_ns;
    if (at > 0)
        simulation_at(c->sim, c->sim->now_ns + at, 0, stall_due, c, (void *)(uintptr_t)client);
}

static double churn_rate(const struct clients *c, int klass, bool loss, uint32_t *first,
                         uint32_t *n)
{
    const struct clients_params *p = &c->params;
    const struct client_class *k = &p->classes[klass];
    *first = (uint32_t)client_class_first(p->classes, p->class_count, p->count, klass);
    *n = (uint32_t)client_class_first(p->classes, p->class_count, p->count, klass + 1) - *first;
    return (loss ? k->loss_rate_hz : k->stall_rate_hz) * *n;
}

static void churned(void *subject, void *object);

static void next_churn(struct clients *c, uintptr_t which)
{
    uint32_t first, n;
    double rate = churn_rate(c, (int)(which / 2), which % 2, &first, &n);
    if (rate <= 0)
        return;
    double gap = random_stream_exponential(&c->churn, 1e9 / rate);
    simulation_at(c->sim, c->sim->now_ns + (int64_t)gap, 0, churned, c, (void *)which);
}

/* object: class x 2 + (1 for losses). Members that are not open are passed over. */
static void churned(void *subject, void *object)
{
    struct clients *c = subject;
    uintptr_t which = (uintptr_t)object;
    uint32_t first, n;
    churn_rate(c, (int)(which / 2), which % 2, &first, &n);
    uint32_t client = first + (uint32_t)(random_stream_uniform(&c->churn) * n);
    if (c->state[client] == CLIENT_OPEN && which % 2)
        clients_vanish(c, client);
    else if (c->state[client] == CLIENT_OPEN)
        stall(c, client, stall_end_ns(c, &c->params.classes[which / 2]));
    next_churn(c, which);
}

void clients_start(struct clients *c)
{
    for (int k = 0; k < c->params.class_count; k++) {
        next_churn(c, (uintptr_t)k * 2);
        next_churn(c, (uintptr_t)k * 2 + 1);
    }
}
