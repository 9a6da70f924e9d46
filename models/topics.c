#include "models/topics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/random_purpose.h"
#include "models/schedule.h"
#include "sim/error.h"

struct draws { /* what is drawn, and from which streams */
    const struct topic_params *p;
    uint64_t seed;
    uint32_t replication, clients;
};

/* -- popularity ---------------------------------------------------------------------------- */

static double weight(double skew, uint32_t t)
{
    return pow((double)t + 1, -skew);
}

/* Sums of the weights up to and with each topic. */
static double *sums_of_weights(double skew, uint32_t count)
{
    double *sum = mem_alloc(count * sizeof *sum), all = 0;
    for (uint32_t t = 0; t < count; t++)
        sum[t] = all += weight(skew, t);
    return sum;
}

/* The first topic whose sum is above a uniform draw. */
static uint32_t draw(const double *sum, uint32_t count, struct random_stream *rs)
{
    double at = random_stream_uniform(rs) * sum[count - 1];
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sum[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void draw_publishes(struct topics *t, const struct draws *d, uint32_t replication)
{
    struct random_stream rs;
    double *sum = sums_of_weights(d->p->skew, t->count);
    random_stream_init(&rs, d->seed, replication, RANDOM_TOPICS, 0);
    for (uint32_t i = 0; i < t->publishes; i++)
        t->topic_of[i] = draw(sum, t->count, &rs);
    free(sum);
}

/* -- subscriptions ------------------------------------------------------------------------- */

/* Draws `each` different topics, ascending. Drawing one after another without putting back is
 * taking the smallest of exponential times with the weights as their rates (Efraimidis, Spirakis,
 * Information Processing Letters 97, 2006). */
static void draw_set(const double *rate, uint32_t count, uint32_t each,
                     struct random_stream *rs, double *time, uint32_t *set)
{
    enum { AHEAD = 64 };
    double drawn[AHEAD];
    uint32_t n = 0, k;
    for (uint32_t t = 0; t < count; t++) {
        if (t % AHEAD == 0)
            random_stream_exponentials(rs, 1, drawn, count - t < AHEAD ? count - t : AHEAD);
        double at = drawn[t % AHEAD] / rate[t];
        if (n == each && at >= time[n - 1])
            continue;
        n += n < each;
        for (k = n - 1; k > 0 && time[k - 1] > at; k--) {
            time[k] = time[k - 1];
            set[k] = set[k - 1];
        }
        time[k] = at;
        set[k] = t;
    }
    for (uint32_t i = 1; i < each; i++) {
        uint32_t t = set[i];
        for (k = i; k > 0 && set[k - 1] > t; k--)
            set[k] = set[k - 1];
        set[k] = t;
    }
}

static uint32_t *draw_sets(const struct topics *t, const struct draws *d, uint32_t each)
{
    double skew = d->p->choice == TOPIC_EVEN ? 0 : d->p->skew;
    uint32_t *sets = mem_alloc(((size_t)d->clients * each + 1) * sizeof *sets);
    double *sum = sums_of_weights(skew, t->count), *rate = mem_alloc(t->count * sizeof *rate);
    double *time = mem_alloc(each * sizeof *time);
    for (uint32_t i = 0; i < t->count; i++)
        rate[i] = weight(skew, i);
    for (uint32_t i = 0; i < d->clients; i++) {
        struct random_stream rs;
        random_stream_init(&rs, d->seed, d->replication, RANDOM_SUBSCRIPTIONS, i);
        if (each == 1)
            sets[i] = draw(sum, t->count, &rs);
        else
            draw_set(rate, t->count, each, &rs, time, &sets[(size_t)i * each]);
    }
    free(sum);
    free(rate);
    free(time);
    return sets;
}

/* -- feeds --------------------------------------------------------------------------------- */

struct sets {
    uint32_t *items; /* `each` topics of each client */
    uint32_t each;
};

static int compare_sets(const struct sets *s, uint32_t a, uint32_t b)
{
    return memcmp(&s->items[(size_t)a * s->each], &s->items[(size_t)b * s->each],
                  s->each * sizeof *s->items);
}

static int by_set(const void *a, const void *b, void *sets)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = compare_sets(sets, x, y);
    return order != 0 ? order : (x > y) - (x < y);
}

/* Clients with the same set share a feed; writes for each feed a client that has it. */
static uint32_t *number_feeds(struct topics *t, struct sets *sets, uint32_t clients)
{
    uint32_t *order = mem_alloc((clients + (size_t)1) * sizeof *order), feed = 0;
    t->feed_of = mem_alloc((clients + (size_t)1) * sizeof *t->feed_of);
    for (uint32_t i = 0; i < clients; i++)
        order[i] = i;
    qsort_r(order, clients, sizeof *order, by_set, sets);
    for (uint32_t i = 0; i < clients; i++) {
        feed += i > 0 && compare_sets(sets, order[feed], order[i]) != 0;
        t->feed_of[order[i]] = feed;
        order[feed] = order[i];
    }
    t->feeds = feed + 1;
    return order;
}

/* Which feeds hear a topic, from the set of each feed's client. */
static void list_hearing(struct topics *t, const struct sets *sets, const uint32_t *client)
{
    uint32_t each = sets->each;
    t->hearing = mem_alloc((size_t)t->feeds * each * sizeof *t->hearing);
    for (uint32_t f = 0; f < t->feeds; f++)
        for (uint32_t k = 0; k < each; k++)
            t->hear_from[sets->items[(size_t)client[f] * each + k] + 1]++;
    for (uint32_t i = 0; i < t->count; i++)
        t->hear_from[i + 1] += t->hear_from[i];
    uint32_t *next = mem_alloc(t->count * sizeof *next);
    memcpy(next, t->hear_from, t->count * sizeof *next);
    for (uint32_t f = 0; f < t->feeds; f++)
        for (uint32_t k = 0; k < each; k++)
            t->hearing[next[sets->items[(size_t)client[f] * each + k]]++] = f;
    free(next);
}

static void make_room(struct topics *t)
{
    t->first = mem_alloc((t->feeds + (size_t)1) * sizeof *t->first);
    for (uint32_t f = 0; f < t->feeds; f++)
        t->first[f + 1] = 1; /* where the sums over the feed end */
    for (uint32_t i = 0; i < t->publishes; i++)
        for (uint32_t k = t->hear_from[t->topic_of[i]]; k < t->hear_from[t->topic_of[i] + 1];
             k++)
            t->first[t->hearing[k] + 1]++;
    for (uint32_t f = 0; f < t->feeds; f++) {
        assert(t->first[f + 1] <= UINT32_MAX - t->first[f]);
        t->first[f + 1] += t->first[f];
    }
}

/* -- life ---------------------------------------------------------------------------------- */

static void one_feed(struct topics *t)
{
    t->feeds = 1;
    t->hearing = mem_alloc(sizeof *t->hearing);
    t->hear_from[1] = 1;
}

void topics_init(struct topics *t, const struct parameters *p, const struct schedule *s,
                 uint64_t seed, uint32_t replication)
{
    const struct topic_params *w = &p->workload.topics;
    struct draws d = { w, seed, replication, s->clients };
    uint32_t each = w->each > 0 ? (uint32_t)w->each : 1;
    *t = (struct topics){ .count = w->count > 0 ? (uint32_t)w->count : 1,
                          .publishes = schedule_publishes(s) };
    t->topic_of = mem_alloc((t->publishes + (size_t)1) * sizeof *t->topic_of);
    t->hear_from = mem_alloc((t->count + (size_t)1) * sizeof *t->hear_from);
    if (t->count == 1 || s->clients == 0) {
        one_feed(t);
    } else {
        each = each < t->count ? each : t->count;
        struct sets sets = { draw_sets(t, &d, each), each };
        uint32_t *client = number_feeds(t, &sets, s->clients);
        list_hearing(t, &sets, client);
        free(client);
        free(sets.items);
        draw_publishes(t, &d, p->workload.same_arrivals ? 1 : replication);
    }
    make_room(t);
}

void topics_close(struct topics *t)
{
    free(t->topic_of);
    free(t->feed_of);
    free(t->first);
    free(t->hear_from);
    free(t->hearing);
    *t = (struct topics){ 0 };
}

void topics_by_feed(const struct topics *t, uint32_t n, uint32_t *clients)
{
    uint32_t *next = mem_alloc((t->feeds + (size_t)1) * sizeof *next);
    for (uint32_t i = 0; i < n; i++)
        next[topics_feed(t, i) + 1]++;
    for (uint32_t f = 0; f < t->feeds; f++)
        next[f + 1] += next[f];
    for (uint32_t i = 0; i < n; i++)
        clients[next[topics_feed(t, i)]++] = i;
    free(next);
}
