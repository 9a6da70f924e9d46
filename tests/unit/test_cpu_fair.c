/* Who runs next: turns by weight, protection, and what a sleeper keeps. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "models/cpu_fair.h"

#define MS 1000000LL

/* Ticks of 4 ms; at each the winner is picked again. One letter a tick: who ran. */
static void run_ticks(struct fair_queue *queue, struct fair_entity *entities, int ticks,
                      char *who)
{
    for (int i = 0; i < ticks; i++) {
        struct fair_entity *best = fair_queue_pick(queue);

        if (best != queue->running)
            fair_queue_run(queue, best);
        who[i] = (char)('a' + (best - entities));
        fair_queue_charge(queue, 4 * MS);
    }
    who[ticks] = '\0';
}

static void test_turns_by_weight(void **state)
{
    static const struct {
        int64_t weights[3];
        const char *turns;
    } cases[] = {
        { { 1024, 1024 }, "abababababab" },   { { 1024, 256 }, "abaaaabaaaabaaaab" },
        { { 256, 1024 }, "babbbbabbbbabbb" }, { { 1024, 1024, 1024 }, "abcabcabcabc" },
        { { 2048, 1024 }, "abaabaabaaba" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fair_entity entities[3] = { { 0 } };
        struct fair_queue queue;
        char who[64];

        fair_queue_init(&queue, 1400000, 4 * MS);
        for (int j = 0; j < 3 && cases[i].weights[j] > 0; j++) {
            entities[j].weight = cases[i].weights[j];
            fair_queue_add(&queue, &entities[j]);
        }
        run_ticks(&queue, entities, (int)strlen(cases[i].turns), who);
        assert_string_equal(who, cases[i].turns);
        fair_queue_close(&queue);
    }
}

/* A sleeper whose time is owed preempts a neighbour only after the neighbour's protected slice. */
static void test_protection(void **state)
{
    static const struct {
        int64_t ran_ns;
        int best;
    } cases[] = { { 500000, 0 }, { 1399999, 0 }, { 1400000, 1 }, { 3000000, 1 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fair_entity entities[2] = { { .weight = 1024 }, { .weight = 1024 } };
        struct fair_queue queue;

        fair_queue_init(&queue, 1400000, 4 * MS);
        fair_queue_add(&queue, &entities[0]);
        fair_queue_run(&queue, &entities[0]);
        fair_queue_charge(&queue, cases[i].ran_ns);
        fair_queue_add(&queue, &entities[1]);
        assert_ptr_equal(fair_queue_pick(&queue), &entities[cases[i].best]);
        fair_queue_close(&queue);
    }
}

/* Who has had more than its share stays queued until the others have caught up. */
static void test_delayed_sleep(void **state)
{
    struct fair_entity entities[2] = { { .weight = 1024 }, { .weight = 1024 } };
    struct fair_queue queue;

    (void)state;
    fair_queue_init(&queue, 1400000, 4 * MS);
    fair_queue_add(&queue, &entities[0]);
    fair_queue_add(&queue, &entities[1]);
    fair_queue_run(&queue, &entities[0]);
    fair_queue_charge(&queue, 4 * MS);
    assert_false(fair_queue_remove(&queue, &entities[0], true));
    assert_true(entities[0].delayed);
    fair_queue_run(&queue, fair_queue_pick(&queue));
    assert_ptr_equal(queue.running, &entities[1]);
    fair_queue_charge(&queue, 4 * MS);
    assert_ptr_equal(fair_queue_pick(&queue), &entities[0]); /* repaid: it falls out now */
    assert_true(fair_queue_remove(&queue, &entities[0], false));
    assert_int_equal(entities[0].lag_ns, 0);
    fair_queue_close(&queue);
}

/* The lag on leaving is the lag after coming back, however long the sleep. */
static void test_lag_is_kept(void **state)
{
    struct fair_entity entities[2] = { { .weight = 1024 }, { .weight = 2048 } };
    struct fair_queue queue;

    (void)state;
    fair_queue_init(&queue, 1400000, 4 * MS);
    fair_queue_add(&queue, &entities[0]);
    fair_queue_add(&queue, &entities[1]);
    fair_queue_run(&queue, &entities[1]);
    fair_queue_charge(&queue, 3 * MS); /* v: 0 and 1.5 ms; mean 1 ms */
    assert_true(fair_queue_remove(&queue, &entities[0], true));
    assert_int_equal(entities[0].lag_ns, 1 * MS);
    fair_queue_charge(&queue, 400 * MS); /* v of the other: 201.5 ms */
    fair_queue_add(&queue, &entities[0]);
    assert_int_equal(entities[0].vruntime_ns, 200 * MS); /* 1 ms behind the new mean of 201 */
    fair_queue_close(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns_by_weight),
        cmocka_unit_test(test_protection),
        cmocka_unit_test(test_delayed_sleep),
        cmocka_unit_test(test_lag_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
