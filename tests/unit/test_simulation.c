/* test_simulation.c - order of events, handles, stopping, and where the clock stands after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sim/simulation.h"

struct trace {
    struct simulation sim;
    char seen[32];  /* names of the events run, in order */
    uint64_t armed; /* handle for the events that use one */
};

static void note(void *subject, void *object)
{
    struct trace *t = subject;
    strcat(t->seen, object);
}

static uint64_t at(struct trace *t, int64_t at_ns, int priority, char *name)
{
    return simulation_at(&t->sim, at_ns, priority, note, t, name);
}

static int set_up(void **state)
{
    static struct trace t;
    t = (struct trace){ 0 };
    simulation_init(&t.sim);
    *state = &t;
    return 0;
}

static int tear_down(void **state)
{
    struct trace *t = *state;
    simulation_close(&t->sim);
    return 0;
}

static void order_is_time_priority_sequence(void **state)
{
    struct trace *t = *state;
    at(t, 20, 0, "e");
    at(t, 10, 5, "d");
    at(t, 10, -5, "a");
    at(t, 10, 0, "b");
    at(t, 10, 0, "c");
    at(t, 0, 32767, "0");
    at(t, 10, -32768, "A");
    simulation_run_until(&t->sim, 20);
    assert_string_equal(t->seen, "0Aabcde");
    assert_int_equal(t->sim.executed, 7);
}

static void until_is_inclusive_and_sets_the_clock(void **state)
{
    struct trace *t = *state;
    at(t, 10, 0, "a");
    at(t, 11, 0, "b");
    simulation_run_until(&t->sim, 10);
    assert_string_equal(t->seen, "a");
    assert_int_equal(t->sim.now_ns, 10);
    simulation_run_until(&t->sim, 100);
    assert_string_equal(t->seen, "ab");
    assert_int_equal(t->sim.now_ns, 100);
    assert_false(simulation_step(&t->sim));
    assert_int_equal(t->sim.now_ns, 100);
}

static void step_moves_to_the_event(void **state)
{
    struct trace *t = *state;
    at(t, 7, 0, "a");
    at(t, 7, 0, "b");
    assert_true(simulation_step(&t->sim));
    assert_string_equal(t->seen, "a");
    assert_int_equal(t->sim.now_ns, 7);
}

static void stop_here(void *subject, void *object)
{
    struct trace *t = subject;
    note(subject, object);
    simulation_stop(&t->sim);
}

static void stop_keeps_the_clock(void **state)
{
    struct trace *t = *state;
    simulation_at(&t->sim, 5, 0, stop_here, t, "s");
    at(t, 5, 0, "a");
    simulation_run_until(&t->sim, 50);
    assert_string_equal(t->seen, "s");
    assert_int_equal(t->sim.now_ns, 5);
    simulation_run_until(&t->sim, 50);
    assert_string_equal(t->seen, "sa");
}

static void handles_are_gone_after_the_event(void **state)
{
    struct trace *t = *state;
    uint64_t first = at(t, 5, 0, "a"), second = at(t, 6, 0, "b");
    assert_true(first != 0 && second != 0 && first != second);
    assert_true(event_queue_pending(&t->sim.queue, first));
    simulation_run_until(&t->sim, 5);
    assert_false(event_queue_pending(&t->sim.queue, first));
    assert_false(simulation_cancel(&t->sim, first));
    /* the slot is used again; the old handle must not reach the new event */
    uint64_t third = at(t, 7, 0, "c");
    assert_false(simulation_cancel(&t->sim, first));
    assert_false(simulation_reschedule(&t->sim, first, 9));
    assert_true(simulation_cancel(&t->sim, second));
    assert_false(simulation_cancel(&t->sim, second));
    assert_true(event_queue_pending(&t->sim.queue, third));
    assert_false(event_queue_pending(&t->sim.queue, 0));
    assert_false(simulation_cancel(&t->sim, 0));
    assert_false(event_queue_pending(&t->sim.queue, UINT64_MAX));
    simulation_run_until(&t->sim, 10);
    assert_string_equal(t->seen, "ac");
}

static void rescheduling_queues_behind_its_equals(void **state)
{
    struct trace *t = *state;
    uint64_t a = at(t, 5, 0, "a"), b = at(t, 10, 0, "b"), c = at(t, 20, 0, "c");
    at(t, 10, 0, "d");
    assert_true(simulation_reschedule(&t->sim, a, 10)); /* later */
    assert_true(simulation_reschedule(&t->sim, b, 10)); /* same time: to the back */
    assert_true(simulation_reschedule(&t->sim, c, 1));  /* earlier */
    simulation_run_until(&t->sim, 30);
    assert_string_equal(t->seen, "cdab");
}

static void not_pending(void *subject, void *object)
{
    struct trace *t = subject;
    assert_false(event_queue_pending(&t->sim.queue, t->armed));
    t->armed = at(t, t->sim.now_ns, 0, object);
}

static void an_event_in_progress_is_not_pending(void **state)
{
    struct trace *t = *state;
    t->armed = simulation_at(&t->sim, 3, 0, not_pending, t, "x");
    at(t, 3, 0, "a");
    simulation_run_until(&t->sim, 3);
    assert_string_equal(t->seen, "ax");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(order_is_time_priority_sequence),
        TEST(until_is_inclusive_and_sets_the_clock),
        TEST(step_moves_to_the_event),
        TEST(stop_keeps_the_clock),
        TEST(handles_are_gone_after_the_event),
        TEST(rescheduling_queues_behind_its_equals),
        TEST(an_event_in_progress_is_not_pending),
    };
    return cmocka_run_group_tests_name("simulation", tests, NULL, NULL);
}
