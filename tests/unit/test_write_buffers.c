/* What write buffers weigh (models/push_server_held.c): a copy for each connection, or one payload
 * for all and a reference each; each stack has its way; a payload that queues hold too counts
 * once; and nothing but memory depends on it. What bounded queues weigh: their bound, whatever
 * they drop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "models/push_run.h"
#include "tests/support/near.h"
#include "tests/support/push_case.h"

#define S INT64_C(1000000000)

#define CLIENTS 20
#define MESSAGE 64 /* bytes of bookkeeping */

/* 20 clients, 20 publishes of 10,000 B a second, 10 s; a socket holds one. The first `early` stop
 * reading at 2 s, the others at 5 s, for good. */
static struct parameters scene(int early, int64_t write_high_bytes)
{
    struct parameters p = push_case_plain();
    p.server.protocol = PROTOCOL_WEBSOCKET;
    p.server.queue_policy = POLICY_NONE;
    p.server.write_high_bytes = write_high_bytes;
    p.server.write_low_bytes = write_high_bytes / 4;
    p.clients = CLIENTS;
    p.network.socket_bytes = 10004; /* with a head of 4 bytes */
    p.workload.payload_bytes = 10000;
    p.workload.drain_ns = S;
    p.workload.phase[0] = (struct phase_params){ "steady", 10 * S, 20, true, 0, 0, 0 };
    p.memory = (struct memory_params){ .message_bytes = MESSAGE, .shared_payload = true };
    p.class_count = 2;
    p.classes[0] = (struct client_class){ .share = early, .stall_at_ns = 2 * S };
    p.classes[1] = (struct client_class){ .share = CLIENTS - early, .stall_at_ns = 5 * S };
    return p;
}

static double end_of(struct parameters p, enum write_buffers buffers, const char *name)
{
    struct run_record r;
    p.memory.buffers = buffers;
    push_case_run(&p, 1, &r);
    double value = run_record_value(&r, name);
    run_record_close(&r);
    return value;
}

/* All stop at once: each buffer holds the same messages, all that are in flight but one in the
 * socket. */
static void test_copies_and_references(void **state)
{
    (void)state;
    struct parameters p = scene(CLIENTS, INT64_C(1) << 40);
    double each = end_of(p, BUFFERS_COPIES, "in_flight") / CLIENTS - 1;
    assert_true(each > 150 && each < 165);
    double copies = end_of(p, BUFFERS_COPIES, "memory.end.write_buffers");
    double wire = copies / (CLIENTS * each);
    assert_true(wire >= 10004 && wire <= 10014); /* RFC 6455, 5.2: a head of 4 to 14 bytes */
    double references = end_of(p, BUFFERS_REFERENCES, "memory.end.write_buffers");
    assert_near(references, each * wire + CLIENTS * each * MESSAGE, 0);
    assert_near(end_of(p, BUFFERS_REFERENCES, "memory.end.sockets"), CLIENTS * wire, 0);
    p.memory.sockets_apart = true;
    assert_near(end_of(p, BUFFERS_REFERENCES, "memory.end.sockets"), 0, 0);
}

/* Two messages fill a buffer, the rest queues. What the late ones' buffers refer to lies in the
 * queues of the early ones, where it counts. */
static void test_payloads_in_queues_too(void **state)
{
    (void)state;
    struct parameters p = scene(CLIENTS / 2, 15000);
    double copies = end_of(p, BUFFERS_COPIES, "memory.end.write_buffers");
    double wire = copies / (2 * CLIENTS);
    assert_true(wire >= 10004 && wire <= 10014);
    assert_near(end_of(p, BUFFERS_REFERENCES, "memory.end.write_buffers"),
                2 * wire + 2 * CLIENTS * MESSAGE, 0);
    p.memory.shared_payload =
        false; /* queues hold copies: the references have payloads of their own */
    assert_near(end_of(p, BUFFERS_REFERENCES, "memory.end.write_buffers"),
                4 * wire + 2 * CLIENTS * MESSAGE, 0);
}

static void test_each_stack_has_its_way(void **state)
{
    (void)state;
    static const struct {
        enum loop_kind loop;
        int64_t deflate_window;
        enum write_buffers is;
    } cases[] = {
        { LOOP_ASYNCIO, 0, BUFFERS_COPIES },  { LOOP_UVLOOP, 0, BUFFERS_COPIES },
        { LOOP_NODE, 0, BUFFERS_REFERENCES }, { LOOP_NGINX, 0, BUFFERS_REFERENCES },
        { LOOP_NODE, 15, BUFFERS_COPIES }, /* compressed for each connection anew */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = scene(CLIENTS, INT64_C(1) << 40);
        p.server.loop = cases[i].loop;
        p.memory.deflate_window = cases[i].deflate_window;
        p.websocket.deflate_ratio = 0.9;
        const char *name = "memory.end.write_buffers";
        double stack = end_of(p, BUFFERS_OF_STACK, name);
        double copies = end_of(p, BUFFERS_COPIES, name);
        assert_near(stack, end_of(p, cases[i].is, name), 0);
        assert_true(cases[i].is == BUFFERS_COPIES ? stack == copies : stack < copies / 10);
    }
}

/* Memory alone depends on it, and references never weigh more than copies and their bookkeeping. */
static void test_nothing_else_changes(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        struct random_stream rs;
        random_stream_init(&rs, seed, 0, 9, 0);
        struct parameters p = push_case_random(&rs);
        struct schedule s;
        struct run_record copies, references;
        push_case_schedule(&s, &p, &rs);
        p.memory_limit_bytes = 0;
        run_record_init(&copies);
        run_record_init(&references);
        p.memory.buffers = BUFFERS_COPIES;
        push_run(&p, &s, seed, 1, &copies);
        p.memory.buffers = BUFFERS_REFERENCES;
        push_run(&p, &s, seed, 1, &references);
        for (size_t i = 0; i < copies.metric_count; i++) {
            double x = copies.metrics[i].value, y = references.metrics[i].value;
            bool same = x == y || (x != x && y != y);
            if (!same && strncmp(copies.metrics[i].name, "memory.", 7) != 0)
                fail_msg("seed %u: %s %.17g, %.17g", seed, copies.metrics[i].name, x, y);
        }
        schedule_close(&s);
        run_record_close(&copies);
        run_record_close(&references);
    }
}

#define BOUND 4

/* Half of the clients stop at 2 s, the others at 5 s; a socket and a write buffer hold two
 * messages each, then a queue its bound. Queues that drop the newest hold what came first after
 * each stop: two sets of messages; those that drop the oldest hold the newest of all: one. */
static void test_bounded_queues_weigh_their_bound(void **state)
{
    (void)state;
    static const enum queue_policy policies[] = { POLICY_DROP_OLDEST, POLICY_DROP_NEWEST };
    for (int k = 0; k < 2; k++) {
        struct parameters p = scene(CLIENTS / 2, 15000);
        const char *name = "memory.end.queues";
        p.server.queue_policy = policies[k];
        p.server.queue_bound = BOUND;
        double wire = end_of(p, BUFFERS_COPIES, "memory.end.write_buffers") / (2 * CLIENTS);
        double messages = CLIENTS * BOUND * MESSAGE;
        assert_near(end_of(p, BUFFERS_COPIES, name), (k + 1) * BOUND * wire + messages, 0);
        assert_near(end_of(p, BUFFERS_REFERENCES, "memory.end.write_buffers"),
                    4 * wire + 2 * CLIENTS * MESSAGE, 0);
        p.memory.shared_payload = false;
        assert_near(end_of(p, BUFFERS_COPIES, name), CLIENTS * BOUND * wire + messages, 0);
    }
}

/* All clients stop, and their queues hold BOUND messages each. */
static void run_bounded(enum queue_policy policy, struct run_record *r)
{
    struct parameters p = scene(CLIENTS, 15000);
    p.server.queue_policy = policy;
    p.server.queue_bound = BOUND;
    push_case_run(&p, 1, r);
}

/* Whose queue is full is thrown out: of the messages after the stop one is in the socket, two in
 * the write buffer (the second goes in below the mark), BOUND in the queue; the next one finds no
 * room. All of them but the one in the socket, which nobody reads, are lost by that cause, none by
 * another, and none is dropped. */
static void test_slow_consumers_lose_by_their_cause(void **state)
{
    (void)state;
    struct run_record r;
    run_bounded(POLICY_DISCONNECT, &r);
    double lost = CLIENTS * (2 + BOUND + 1);
    assert_near(run_record_value(&r, "lost.slow_consumer"), lost, 0);
    assert_near(run_record_value(&r, "lost"), lost, 0);
    assert_near(run_record_value(&r, "in_flight"), CLIENTS, 0);
    assert_near(run_record_value(&r, "dropped"), 0, 0);
    assert_near(run_record_value(&r, "disconnects.slow_consumer"), CLIENTS, 0);
    run_record_close(&r);
}

/* Queues that drop their newest: each message after the stop that finds the queue full is dropped,
 * and none is lost. In the socket, write buffer and queue are as many as above, and stay there. */
static void test_dropped_newest_are_not_lost(void **state)
{
    (void)state;
    struct run_record r;
    run_bounded(POLICY_DROP_NEWEST, &r);
    double due = run_record_value(&r, "due"), delivered = run_record_value(&r, "delivered");
    double held = CLIENTS * (1 + 2 + BOUND);
    assert_near(run_record_value(&r, "in_flight"), held, 0);
    assert_true(due - delivered > held);
    assert_near(run_record_value(&r, "dropped"), due - delivered - held, 0);
    assert_near(run_record_value(&r, "lost"), 0, 0);
    assert_near(run_record_value(&r, "disconnects"), 0, 0);
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_and_references),
        cmocka_unit_test(test_payloads_in_queues_too),
        cmocka_unit_test(test_each_stack_has_its_way),
        cmocka_unit_test(test_nothing_else_changes),
        cmocka_unit_test(test_bounded_queues_weigh_their_bound),
        cmocka_unit_test(test_slow_consumers_lose_by_their_cause),
        cmocka_unit_test(test_dropped_newest_are_not_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
