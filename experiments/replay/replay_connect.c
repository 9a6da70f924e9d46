/* replay_connect.c - before time 0: the initial clients and the publisher connect, the server counts
 * them, the limit is set; and whether the server is still what was started.
 */
#include <math.h>

#include "experiments/replay/port_owner.h"
#include "experiments/replay/replay_internal.h"

#define CONNECTS_AT_ONCE    64 /* handshakes in progress while the initial clients connect */
#define CONNECT_PATIENCE_MS 120000
#define PUBLISHER_TRIES     3 /* failed connects of each of its connections: it will not do */

/* A restart that is under way is the experiment's, as is the end by its limit of memory. */
int replay_check_alive(struct replay *r)
{
    struct cgroup_usage now;
    struct error ignored;
    bool restarting =
        r->faults.restarts > 0 && uv_is_active((const uv_handle_t *)&r->faults.again);
    if (restarting || server_process_alive(&r->server))
        return 0;
    if (r->p->memory_limit_bytes > 0 && cgroup_read(&r->group, &now, &ignored) == 0 &&
        now.oom_kills > 0)
        return 0;
    return server_process_ended(&r->server, &r->group, r->err);
}

/* ---- connecting ---- */

/* Of those that were connected, too: an event stream does not end. */
static bool any_failed(const struct replay *r)
{
    return r->clients.counters.failed + r->clients.counters.ended > 0;
}

static bool publisher_gives_up(const struct replay *r)
{
    return r->publisher.unreached >= PUBLISHER_TRIES * PUBLISHER_CONNECTIONS;
}

static bool initial_connected(struct replay *r)
{
    while (r->asked < r->s->initial && r->clients.pending < CONNECTS_AT_ONCE)
        client_connect(&r->clients.clients[r->asked++]);
    return any_failed(r) || publisher_gives_up(r) ||
           (r->clients.open == r->s->initial && r->publisher.open == PUBLISHER_CONNECTIONS);
}

static int check_clients(struct replay *r)
{
    if (r->clients.counters.failed > 0)
        return error_set(r->err, ERR_STATE, "a client could not connect: %s", r->clients.why);
    if (r->clients.counters.ended > 0)
        return error_set(r->err, ERR_STATE,
                         "a client's connection ended before anything was published: %s",
                         r->clients.why);
    return 0;
}

static int connect_initial(struct replay *r)
{
    bool done = replay_run_until(r, initial_connected, CONNECT_PATIENCE_MS);
    int rc = replay_check_alive(r);
    rc = rc ? rc : check_clients(r);
    if (rc)
        return rc;
    if (publisher_gives_up(r) || (!done && r->clients.open == r->s->initial))
        return error_set(r->err, ERR_STATE,
                         "the publisher could not connect to %s: %u of %d connections: %s",
                         r->publish.host, r->publisher.open, PUBLISHER_CONNECTIONS,
                         *r->publisher.unreached_why ? r->publisher.unreached_why
                                                     : "no answer");
    if (!done)
        return error_set(r->err, ERR_STATE, "only %u of %u clients connected in %d s",
                         r->clients.open, r->s->initial, CONNECT_PATIENCE_MS / 1000);
    return 0;
}

/* ---- the server's counters ---- */

/* A counter that the description names must be there. */
static bool are_named(struct replay *r, const struct server_stats *stats)
{
    const char *const names[] = { r->spec->stats_subscribers, r->spec->stats_dropped,
                                  r->spec->stats_depth_mean, r->spec->stats_depth_max };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] && isnan(server_stats_value(stats, names[i]))) {
            error_set(&r->uncounted, ERR_STATE, "http://%s%s tells no counter '%s'",
                      r->stats.host, r->stats.path, names[i]);
            r->misnamed = true;
        }
    return !r->misnamed;
}

static bool all_counted(struct replay *r)
{
    struct server_stats stats;
    if (server_stats_fetch(&stats, &r->stats, STATS_PATIENCE_MS, &r->uncounted))
        return false;
    if (!are_named(r, &stats))
        return true; /* waiting would not help */
    double counted = server_stats_value(&stats, r->spec->stats_subscribers);
    r->collected.full = server_stats_value(&stats, "gc_full");
    r->collected.pause_s = server_stats_value(&stats, "gc_full_pause");
    error_set(&r->uncounted, ERR_STATE, "%g of %u", counted, r->s->initial);
    return isnan(counted) || counted >= r->s->initial;
}

static int count_all(struct replay *r)
{
    if (!r->spec->stats_url ||
        (replay_run_until(r, all_counted, STATS_PATIENCE_MS) && !r->misnamed))
        return 0;
    if (r->misnamed)
        return error_set(r->err, ERR_STATE, "%s", r->uncounted.text);
    return error_set(r->err, ERR_STATE, "the server does not count all its subscribers: %s",
                     r->uncounted.text);
}

/* ---- quiet, then the limit ---- */

static int settle(struct replay *r)
{
    int64_t idle_ms = r->options->settle_ms ? r->options->settle_ms : 300;
    int rc = count_all(r);
    if (rc)
        return rc;
    replay_idle(r, idle_ms);
    replay_edge_connected(r);
    if (!r->p->limit_after_connect)
        return 0;
    struct cgroup_limits limits = replay_limits(r->p, true);
    rc = cgroup_set_limits(&r->group, &limits, r->err);
    replay_idle(r, idle_ms);
    return rc;
}

/* Who serves the clients must be what is limited and counted. */
static int check_owner(struct replay *r)
{
    int port = ntohs(r->subscribe.address.sin_port);
    if (port_is_of_group(&r->group, port))
        return 0;
    return error_set(r->err, ERR_STATE,
                     "what listens at port %d was not started by the command, but by a service "
                     "outside of its cgroup (as docker and systemctl do), where the limit does "
                     "not hold; start the server itself",
                     port);
}

int replay_connect(struct replay *r)
{
    int rc = connect_initial(r);
    rc = rc ? rc : check_owner(r);
    rc = rc ? rc : settle(r);
    rc = rc ? rc : replay_check_alive(r);
    return rc ? rc : check_clients(r);
}
