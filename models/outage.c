#include "models/outage.h"

#include <math.h>
#include <stdlib.h>

#include "sim/error.h"

#define RTO_MIN_NS INT64_C(200000000)
#define RTO_MAX_NS INT64_C(120000000000)

void outage_begin(struct outage *o, int64_t from_ns, int64_t until_ns, double share,
                  uint32_t count)
{
    outage_close(o);
    *o = (struct outage){ from_ns, until_ns, share,
                          mem_alloc((count + (size_t)1) * sizeof *o->clients) };
}

void outage_close(struct outage *o)
{
    free(o->clients);
    *o = (struct outage){ 0 };
}

bool outage_hits(const struct outage *o, uint32_t client)
{
    return floor((client + 1.0) * o->share) > floor(client * o->share);
}

int64_t outage_through_ns(int64_t sent_ns, int64_t until_ns)
{
    int64_t at_ns = sent_ns, rto_ns = RTO_MIN_NS;
    while (at_ns < until_ns) {
        at_ns += rto_ns;
        rto_ns = 2 * rto_ns < RTO_MAX_NS ? 2 * rto_ns : RTO_MAX_NS;
    }
    return at_ns;
}
