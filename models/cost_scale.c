#include "models/cost_scale.h"

#include <math.h>
#include <stddef.h>

#include "models/random_purpose.h"
#include "sim/random_stream.h"

void cost_scale(struct cost_params *cost, double factor)
{
    double *const all[] = { &cost->publish_ns,         &cost->enqueue_ns,
                            &cost->iteration_ns,       &cost->ready_fd_ns,
                            &cost->warm_saturation_ns, &cost->ack_ns,
                            &cost->transmit_ns,        &cost->gc_object_ns,
                            &cost->scavenge_ns,        &cost->young_byte_ns,
                            &cost->text_byte_ns,       &cost->code_work_ns,
                            &cost->code_compile_ns,    &cost->code_parse_ns,
                            &cost->code_connection_ns, &cost->code_first_ns };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        *all[i] *= factor;
    for (int k = 0; k < PROTOCOLS; k++) {
        struct protocol_costs *p = &cost->by_protocol[k];
        double *const steps[] = { &p->handshake_ns,   &p->disconnect_ns, &p->wake_ns,
                                  &p->state_ns,       &p->item_ns,       &p->item_kib_ns,
                                  &p->write_ns,       &p->write_kib_ns,  &p->message_ns,
                                  &p->write_state_ns, &p->heartbeat_ns,  &p->settle_ns };
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
            *steps[i] *= factor;
    }
}

/* Of a set used in turn, what caches do not hold of it. */
static double spilled(double set, double cached)
{
    return set * set / (set * set + cached * cached);
}

double cost_spilled_share(const struct cost_params *cost, double bytes)
{
    return cost->cached_bytes > 0 ? spilled(bytes, cost->cached_bytes) : 1;
}

double cost_spilled_state(const struct cost_params *cost, double connections)
{
    return cost->warm_connections > 0 ? spilled(connections, cost->warm_connections) : 0;
}

static double slowed(double now_ns, double base_ns, double power)
{
    return now_ns == 0 || base_ns == 0 ? 1 : pow(now_ns / base_ns, power);
}

double cost_pace_factor(const struct cost_params *cost)
{
    return slowed(cost->pace.step_ns, cost->pace_base.step_ns, cost->pace_power) *
           slowed(cost->pace.read_ns, cost->pace_base.read_ns, cost->read_power);
}

double cost_host_factor(const struct cost_params *cost, uint64_t seed, uint32_t replication)
{
    struct random_stream rs;
    if (cost->host_cv == 0)
        return 1;
    random_stream_init(&rs, seed, replication, RANDOM_HOST, 0);
    /* of this mean, the median is 1 */
    return random_stream_lognormal(&rs, sqrt(1 + cost->host_cv * cost->host_cv), cost->host_cv);
}
