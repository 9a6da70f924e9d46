/* A run that delivered nothing of what was due fails, and says why; one with nothing due, or with
 * any delivery, does not; the latest delivery. By hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "experiments/replay/delivery_log.h"
#include "experiments/replay/delivery_verdict.h"
#include "tests/support/near.h"

static void names_the_cause(void **state)
{
    (void)state;
    static const struct {
        double due, delivered, strange, failed, answered;
        const char *text;  /* NULL: no complaint */
        const char *ended; /* "": no connection */
    } cases[] = {
        { 600, 600, 0, 0, 60, NULL, "" },
        { 600, 1, 599, 0, 60, NULL, "" },
        { 0, 0, 0, 60, 0, NULL, "" }, /* nobody was connected */
        { 600, 0, 599, 0, 60, "599 messages came, and none begins", "" },
        { 600, 0, 599, 0, 60, "the first began '{\"m\":'", "" },
        { 600, 0, 0, 59, 1, "nothing arrived: 59 of 60 publishes failed: status 404", "" },
        { 600, 0, 0, 0, 0, "none of 60 publishes was answered", "" },
        { 600, 0, 0, 0, 60, "nothing arrived of 600 messages that were due", "" },
        { 4, 0, 0, 0, 60, "connections ended: not a WebSocket frame", "not a WebSocket frame" },
        { 4, 4, 0, 0, 60, NULL, "not a WebSocket frame" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_record r;
        struct error err;
        run_record_init(&r);
        run_record_metric(&r, "due", "1", cases[i].due);
        run_record_metric(&r, "delivered", "1", cases[i].delivered);
        run_record_metric(&r, "published", "1", 60);
        run_record_metric(&r, "client.strange", "1", cases[i].strange);
        run_record_metric(&r, "publish.failed", "1", cases[i].failed);
        run_record_metric(&r, "publish.answered", "1", cases[i].answered);
        const struct delivery_causes causes = { "{\"m\":", "status 404", cases[i].ended };
        int code = delivery_verdict(&r, &causes, &err);
        run_record_close(&r);
        assert_int_equal(code, cases[i].text ? ERR_STATE : 0);
        if (cases[i].text && !strstr(err.text, cases[i].text))
            fail_msg("%s", err.text);
    }
}

/* The beginning of the first, as text. */
static void keeps_the_first_strange_message(void **state)
{
    (void)state;
    static const struct {
        const char *head; /* of eight bytes */
        const char *kept;
    } cases[] = { { "{\"m\":\"00", "{\"m\":\"00" },
                  { "ab\0cdefg", "ab" },
                  { "\n\xff-12345", "?"
                                    "?-12345" },
                  { "99999999", "99999999" } }; /* no number of this run */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schedule s = { .clients = 1 };
        struct delivery_log log;
        delivery_log_init(&log, &s);
        assert_int_equal(delivery_log_number(&log, cases[i].head), -1);
        assert_int_equal(delivery_log_number(&log, "another "), -1);
        assert_string_equal(log.strange_head, cases[i].kept);
        assert_int_equal(log.strange, 2);
        assert_int_equal(log.delivered, 0);
        delivery_log_close(&log);
    }
}

/* The latest of each is told to the nanosecond, as in the simulator, and not by its bucket. */
static void tells_the_latest_exactly(void **state)
{
    (void)state;
    struct action publish = { .kind = ACTION_PUBLISH, .bytes = 100, .measured = true };
    struct schedule s = { .actions = &publish, .count = 1, .clients = 2 };
    struct delivery_log log;
    struct run_record r;
    delivery_log_init(&log, &s);
    run_record_init(&r);
    delivery_log_sent(&log, 1234567);
    delivery_log_add(&log, 0, 0, 20000000);
    delivery_log_add(&log, 0, 1, 30780764);
    delivery_log_record(&log, &r);
    assert_near(run_record_value(&r, "delivery.max"), 0.030780764, 1e-12);
    assert_near(run_record_value(&r, "client.late.max"), 0.001234567, 1e-12);
    run_record_close(&r);
    delivery_log_close(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_cause),
        cmocka_unit_test(keeps_the_first_strange_message),
        cmocka_unit_test(tells_the_latest_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
