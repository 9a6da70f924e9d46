/* topics.h - which topic a publish goes to, and which topics a client subscribes to.
 *
 * Popularity follows Zipf's law (Breslau et al., INFOCOM 1999, for requests of documents; Liu,
 * Ramasubramanian, Sirer, IMC 2005, for RSS feeds and their subscribers): topic t of 0 … count - 1
 * has a share in proportion to 1 / (t + 1)^skew. A publish goes to one topic. A client subscribes
 * to `each` different ones, drawn one after another, by popularity or evenly.
 *
 * Clients that subscribe to the same topics hear the same messages: those of a feed. Messages are
 * numbered feed by feed, each with room for all that can be published to it, so that what a
 * client's queue holds is a range of numbers whatever it subscribes to. With one topic there is one
 * feed, and a message has the number of its publish.
 */
#ifndef PUSHSIM_MODELS_TOPICS_H
#define PUSHSIM_MODELS_TOPICS_H

#include <stdint.h>

#include "sim/random_stream.h"

/* How a client draws its topics: by popularity, as publishes do, or all alike. */
enum topic_choice { TOPIC_POPULAR, TOPIC_EVEN };

struct topic_params {
    int64_t count;            /* topics, 1..1e5; 0 is 1 */
    double skew;              /* Zipf's exponent, 0..10; 0: all the same */
    int64_t each;             /* topics of one client, 1..count; 0 is 1 */
    enum topic_choice choice; /* of the clients */
};

struct topics {
    uint32_t count;      /* topics, >= 1 */
    uint32_t publishes;  /* of the schedule */
    uint32_t *topic_of;  /* by publish, in the order of the schedule; owned */
    uint32_t feeds;      /* different subscriptions, >= 1 */
    uint32_t *feed_of;   /* by client; NULL: there is only one; owned */
    uint32_t *first;     /* by feed and one more: number of its first message; owned */
    uint32_t *hear_from; /* by topic and one more: where its feeds start in `hearing`; owned */
    uint32_t *hearing;   /* the feeds with that topic, ascending; owned */
};

struct parameters;
struct schedule;

/* The topics of the schedule's publishes are drawn from (seed, replication, RANDOM_TOPICS), with
 * same_arrivals from those of replication 1; client i's subscriptions from (seed, replication,
 * RANDOM_SUBSCRIPTIONS, i). */
void topics_init(struct topics *t, const struct parameters *p, const struct schedule *s,
                 uint64_t seed, uint32_t replication);
void topics_close(struct topics *t);

/* The feed that a client hears. */
static inline uint32_t topics_feed(const struct topics *t, uint32_t client)
{
    return t->feed_of ? t->feed_of[client] : 0;
}
/* Clients 0 … n - 1 so that those with the same feed are neighbours, else in their order. */
void topics_by_feed(const struct topics *t, uint32_t n, uint32_t *clients);

#endif
