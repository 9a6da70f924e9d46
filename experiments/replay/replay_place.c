/* replay_place.c - where a run of the real arm takes place: CPUs, priority, descriptors,
 * addresses. */
#include "experiments/replay/replay_internal.h"

#include <arpa/inet.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "experiments/run/options.h"

void replay_choose_cpus(struct replay *r)
{
    int found[2] = { -1, -1 };
    for (int cpu = 0, n = 0; cpu < CPU_SETSIZE && n < 2; cpu++)
        if (CPU_ISSET(cpu, &r->cpus_before))
            found[n++] = cpu;
    r->server_cpu = r->options->server_cpu >= 0 ? r->options->server_cpu : found[0];
    r->client_cpu = r->options->client_cpu >= 0 ? r->options->client_cpu
                    : found[1] >= 0             ? found[1]
                                                : found[0];
}

int replay_two_cpus(struct error *err)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) || CPU_COUNT(&set) > 1)
        return 0;
    return error_set(err, ERR_UNAVAILABLE,
                     "server and load client need a CPU each, and this process has but one");
}

/* What the process starts does not inherit it. */
void replay_go_first(bool first)
{
    struct sched_param priority = { .sched_priority = first };
    sched_setscheduler(0, (first ? SCHED_FIFO : SCHED_OTHER) | SCHED_RESET_ON_FORK, &priority);
}

void replay_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int find_endpoint(struct replay *r, struct endpoint *e, const char *text)
{
    char *url = server_spec_expand(r->spec, text, r->p, r->port);
    int rc = endpoint_parse(e, url, r->err);
    free(url);
    return rc ? error_wrap(r->err, rc, "server '%s'", r->spec->name) : 0;
}

int replay_check_free(struct replay *r)
{
    struct endpoint ready;
    int rc = find_endpoint(r, &ready, r->spec->ready);
    if (rc)
        return rc;
    const struct endpoint *const all[] = { &ready, &r->publish, &r->subscribe };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (endpoint_is_taken(all[i]))
            return error_set(r->err, ERR_STATE,
                             "server '%s': port %d is already in use, by something else",
                             r->spec->name, ntohs(all[i]->address.sin_port));
    return 0;
}

int replay_find_endpoints(struct replay *r)
{
    bool sse = r->p->server.protocol == PROTOCOL_SSE;
    const char *subscribe = sse ? r->spec->sse : r->spec->websocket;
    if (!subscribe)
        return error_set(r->err, ERR_INVALID, "server '%s' has no %s URL", r->spec->name,
                         protocol_words[r->p->server.protocol]);
    int rc = endpoint_free_port(&r->port, r->err);
    if (rc == 0)
        rc = find_endpoint(r, &r->publish, r->spec->publish);
    if (rc == 0)
        rc = find_endpoint(r, &r->subscribe, subscribe);
    if (rc == 0 && sse && schedule_messages(r->s) > 0)
        rc = r->spec->message
                 ? find_endpoint(r, &r->message, r->spec->message)
                 : error_set(r->err, ERR_INVALID,
                             "server '%s' has no message URL, and the clients send",
                             r->spec->name);
    if (rc == 0 && r->spec->stats_url)
        rc = find_endpoint(r, &r->stats, r->spec->stats_url);
    return rc;
}
