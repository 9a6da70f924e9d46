/* Topics: publishes and subscriptions follow Zipf's law, what is due is what the subscribers of
 * each publish's topic sum up to, and clients that hear all topics hear what they would without. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "models/push_run.h"
#include "models/topics.h"
#include "sim/error.h"
#include "tests/support/fleet_case.h"
#include "tests/support/near.h"
#include "tests/support/push_case.h"

static struct parameters with_topics(int64_t count, double skew, int64_t each, int64_t clients)
{
    struct parameters p = push_case_plain();
    p.workload.topics = (struct topic_params){ count, skew, each, TOPIC_POPULAR };
    p.clients = clients;
    return p;
}

/* Zipf's law: of all publishes, those of topic t. */
static double share_of(const struct topic_params *p, uint32_t t)
{
    double all = 0;
    for (int64_t i = 0; i < p->count; i++)
        all += pow((double)i + 1, -p->skew);
    return pow((double)t + 1, -p->skew) / all;
}

static void build(struct topics *t, const struct parameters *p, struct schedule *s)
{
    schedule_build(s, p, 3, 1);
    topics_init(t, p, s, 3, 1);
}

/* Of n draws with probability p each, so many; 5 standard deviations fail once in 1.7 million. */
static void assert_binomial(double count, double n, double p)
{
    if (!(fabs(count - n * p) <= 5 * sqrt(n * p * (1 - p)) + 1))
        fail_msg("%g of %g, expected %g", count, n, n * p);
}

static void publishes_follow_zipf(void **state)
{
    (void)state;
    for (int skew = 0; skew <= 2; skew++) {
        struct parameters p = with_topics(50, skew, 1, 20);
        struct schedule s;
        struct topics t;
        double count[50] = { 0 }, shares = 0;
        p.workload.phase[0].rate_hz = 1e5;
        build(&t, &p, &s);
        for (uint32_t i = 0; i < t.publishes; i++)
            count[t.topic_of[i]]++;
        for (uint32_t k = 0; k < 50; k++) {
            double share = share_of(&p.workload.topics, k);
            double first = share_of(&p.workload.topics, 0);
            assert_near(share, first * pow(k + 1, -skew), 1e-12);
            assert_binomial(count[k], t.publishes, share);
            shares += share;
        }
        assert_near(shares, 1, 1e-12);
        topics_close(&t);
        schedule_close(&s);
    }
}

/* Does the client's feed have the topic? */
static bool subscribes(const struct topics *t, uint32_t client, uint32_t topic)
{
    for (uint32_t k = t->hear_from[topic]; k < t->hear_from[topic + 1]; k++)
        if (t->hearing[k] == topics_feed(t, client))
            return true;
    return false;
}

/* Two topics each: topic k is the first with p_k, or the second after another one. */
static double chosen_of_two(const struct topic_params *p, uint32_t k)
{
    double own = share_of(p, k), chosen = own;
    for (uint32_t j = 0; j < p->count; j++) {
        double other = share_of(p, j);
        chosen += j == k ? 0 : other * own / (1 - other);
    }
    return chosen;
}

static void subscriptions_follow_zipf(void **state)
{
    (void)state;
    for (int64_t each = 1; each <= 2; each++) {
        struct parameters p = with_topics(10, 1, each, 20000);
        struct schedule s;
        struct topics t;
        double total = 0;
        build(&t, &p, &s);
        for (uint32_t k = 0; k < 10; k++) {
            double count = 0;
            for (uint32_t i = 0; i < 20000; i++)
                count += subscribes(&t, i, k);
            double expected = each == 1 ? share_of(&p.workload.topics, k)
                                        : chosen_of_two(&p.workload.topics, k);
            assert_binomial(count, 20000, expected);
            total += count;
        }
        assert_true(total == 20000.0 * (double)each); /* different ones */
        assert_true(t.feeds == (each == 1 ? 10 : 45));
        topics_close(&t);
        schedule_close(&s);
    }
}

/* Subscribers of each publish's topic, summed. */
static double hearers(const struct topics *t, uint32_t clients)
{
    double sum = 0;
    for (uint32_t i = 0; i < t->publishes; i++)
        for (uint32_t c = 0; c < clients; c++)
            sum += subscribes(t, c, t->topic_of[i]);
    return sum;
}

/* E(deliveries a publish) = sum over topics p_t n_t; its variance likewise. */
static void assert_mean(const struct topics *t, const struct parameters *p, double due)
{
    double mean = 0, squares = 0;
    for (uint32_t k = 0; k < t->count; k++) {
        double n = 0, share = share_of(&p->workload.topics, k);
        for (uint32_t c = 0; c < (uint32_t)p->clients; c++)
            n += subscribes(t, c, k);
        mean += share * n;
        squares += share * n * n;
    }
    double sd = sqrt((squares - mean * mean) * t->publishes);
    assert_true(fabs(due - mean * t->publishes) <= 5 * sd);
}

static void due_is_what_subscribers_sum_to(void **state)
{
    static const struct {
        int64_t topics, each, workers, pods;
    } cases[] = {
        { 8, 1, 1, 0 }, { 8, 3, 1, 0 }, { 8, 3, 2, 0 }, { 8, 2, 1, 3 }, { 1, 1, 1, 0 }
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = with_topics(cases[i].topics, 1, cases[i].each, 300);
        struct parameters fleet = fleet_case(cases[i].pods, 300, 0);
        struct schedule s;
        struct topics t;
        struct run_record r;
        p.server.workers = cases[i].workers;
        p.host.cpus = (int)cases[i].workers;
        p.fleet = fleet.fleet;
        p.control = fleet.control;
        p.startup_ns = fleet.startup_ns;
        p.workload.phase[0].duration_ns = 4000000000;
        p.workload.phase[0].rate_hz = 25;
        build(&t, &p, &s);
        run_record_init(&r);
        push_run(&p, &s, 3, 1, &r);
        double due = hearers(&t, 300);
        assert_true(run_record_value(&r, "due") == due);
        assert_true(run_record_value(&r, "delivered") == due);
        assert_mean(&t, &p, due);
        run_record_close(&r);
        topics_close(&t);
        schedule_close(&s);
    }
}

static bool same_value(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void assert_same(uint32_t number, const struct run_record *a, const struct run_record *b)
{
    assert_int_equal(a->metric_count, b->metric_count);
    for (size_t i = 0; i < a->metric_count; i++)
        if (!same_value(a->metrics[i].value, b->metrics[i].value))
            fail_msg("case %u: %s is %.17g with topics, %.17g without", number,
                     a->metrics[i].name, a->metrics[i].value, b->metrics[i].value);
}

/* Everybody subscribes to all topics: one feed, and nothing changes. */
static void all_topics_are_one(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < 60; number++) {
        struct run_record r[2];
        for (int topics = 0; topics < 2; topics++) {
            struct random_stream rs;
            struct schedule s;
            random_stream_init(&rs, 7, number, 1, 0);
            struct parameters p = push_case_random(&rs);
            push_case_schedule(&s, &p, &rs);
            p.workload.topics = (struct topic_params){ topics ? 5 : 1, 1, topics ? 5 : 1, 0 };
            run_record_init(&r[topics]);
            push_run(&p, &s, 7, number, &r[topics]);
            schedule_close(&s);
        }
        assert_same(number, &r[1], &r[0]);
        run_record_close(&r[0]);
        run_record_close(&r[1]);
    }
}

/* The queue of a client holds messages of its own topics alone, and so its bound counts. */
static void a_bound_counts_own_topics(void **state)
{
    struct parameters p = with_topics(2, 0, 1, 40);
    struct schedule s;
    struct topics t;
    struct run_record r;
    double dropped = 0, count[2] = { 0 };
    int64_t at[20];
    (void)state;
    for (int i = 0; i < 20; i++)
        at[i] = 0; /* polled and handled together */
    push_case_publishes(&s, 40, at, 20, 1000000000);
    p.server.queue_bound = 3;
    topics_init(&t, &p, &s, 5, 1);
    for (uint32_t i = 0; i < 20; i++)
        count[t.topic_of[i]]++;
    for (uint32_t c = 0; c < 40; c++)
        dropped += fmax(0, count[subscribes(&t, c, 1)] - 3);
    run_record_init(&r);
    push_run(&p, &s, 5, 1, &r);
    assert_true(run_record_value(&r, "due") == hearers(&t, 40));
    assert_true(dropped > 0 && run_record_value(&r, "dropped") == dropped);
    assert_true(run_record_value(&r, "queue.depth.max") == 3);
    run_record_close(&r);
    topics_close(&t);
    schedule_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(publishes_follow_zipf),
        cmocka_unit_test(subscriptions_follow_zipf),
        cmocka_unit_test(due_is_what_subscribers_sum_to),
        cmocka_unit_test(all_topics_are_one),
        cmocka_unit_test(a_bound_counts_own_topics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
