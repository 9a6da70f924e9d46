/* Clients that close when they heard nothing for too long, where what is published is not what each
 * of them is sent: one queue for all, or one send after another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/push_run.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

/* A publish each second for 20 s; whoever has closed stays away, and nothing is heard later. */
static double silent_of(const struct parameters *q, double *delivered)
{
    struct parameters p = *q;
    struct run_record r;
    p.reconnect = (struct reconnect_params){ .kind = RECONNECT_NEVER, .cap_ns = S };
    p.workload.drain_ns = 0;
    p.workload.phase[0] = (struct phase_params){ "steady", 20 * S, 1, true, 0, 0, 0 };
    push_case_run(&p, 1, &r);
    double silent = run_record_value(&r, "disconnects.silence");
    *delivered = run_record_value(&r, "delivered");
    run_record_close(&r);
    return silent;
}

/* Of four clients each gets every fourth message: 4 s lie between two of them. In the first 2.5 s
 * two have got one. */
static void in_a_shared_queue_the_others_messages_are_not_heard(void **state)
{
    double delivered;
    struct parameters p = push_case_plain();
    (void)state;
    p.clients = 4;
    p.server.fan_out = FAN_OUT_SHARED;
    p.class_count = 1;
    p.classes[0] = (struct client_class){ .share = 1, .silence_timeout_ns = 4500 * MS };
    assert_true(silent_of(&p, &delivered) == 0 && delivered == 20);
    p.classes[0].silence_timeout_ns = 2500 * MS;
    assert_true(silent_of(&p, &delivered) >= 2);
}

/* The one that reads nothing from 2 s on keeps the sending task from all: what is published goes
 * to nobody, and the nine that listen close. */
static void in_one_send_after_another_a_stalled_one_silences_all(void **state)
{
    double delivered;
    struct parameters p = push_case_plain();
    (void)state;
    p.clients = 10;
    p.server.fan_out = FAN_OUT_SEQUENTIAL;
    p.server.write_high_bytes = p.server.write_low_bytes = 1;
    p.network.socket_bytes = 4096;
    p.workload.payload_bytes = 3000;
    p.class_count = 2;
    p.classes[0] = (struct client_class){ .share = 9, .silence_timeout_ns = 4 * S };
    p.classes[1] = (struct client_class){ .share = 1 };
    assert_true(silent_of(&p, &delivered) == 0 && delivered == 200);
    p.classes[1].stall_at_ns = 2 * S;
    assert_true(silent_of(&p, &delivered) == 9);
    assert_true(delivered < 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_a_shared_queue_the_others_messages_are_not_heard),
        cmocka_unit_test(in_one_send_after_another_a_stalled_one_silences_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
