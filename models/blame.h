/* blame.h - where the latency of deliveries went: parts that sum to the latency exactly.
 *
 * Sums are kept for each bucket of the latency histogram, so that the share of every part can be
 * told for all deliveries and for those in the tail, once the tail's threshold is known.
 */
#ifndef PUSHSIM_MODELS_BLAME_H
#define PUSHSIM_MODELS_BLAME_H

#include <stdint.h>

#include "sim/histogram.h"

enum blame_part {
    BLAME_NETWORK,   /* publisher to server, server to client */
    BLAME_THROTTLED, /* the server wanted to run and its cgroup was throttled */
    BLAME_LOOP,      /* the publish request waited for its turn in the loop */
    BLAME_PIPELINE,  /* from the start of the publish callback to the write, for a message that
                        found its connection's queue empty */
    BLAME_QUEUE,     /* in the outbound queue behind earlier messages */
    BLAME_BUFFERS,   /* written, waiting in buffers for the client to read */
    BLAME_PARTS,
};

struct blame_sums {               /* of the deliveries in one bucket */
    int64_t part_ns[BLAME_PARTS]; /* summed over them */
};

struct blame {
    struct blame_sums *buckets; /* owned; HISTOGRAM_BUCKETS + 1, the last one for overflow */
};

const char *blame_part_name(enum blame_part part);

void blame_init(struct blame *b);
void blame_close(struct blame *b);
/* Deliveries whose latencies are n shares: alike in all parts but the growing one, which is what is
 * left of each latency (>= 0; part_ns[growing] is 0). */
void blame_add(struct blame *b, const int64_t part_ns[BLAME_PARTS], enum blame_part growing,
               const struct histogram_share *shares, size_t n);
void blame_merge(struct blame *into, const struct blame *from);
/* Each part's share of the summed latency, for latencies in the buckets of from_ns .. to_ns (>= 0);
 * NAN when there are none. */
void blame_shares(const struct blame *b, int64_t from_ns, int64_t to_ns,
                  double share[BLAME_PARTS]);
/* The summed latency of the deliveries in these buckets, ns. */
double blame_total_ns(const struct blame *b, int64_t from_ns, int64_t to_ns);

#endif
