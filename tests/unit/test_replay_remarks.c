/* Remarks below the table of real runs: of what there was, with its cause, and of nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "experiments/replay/replay_remarks.h"

static void add(struct replay_remarks *remarks, const char *metric, double value)
{
    static const char *const zero[] = { "client.strange", "client.duplicates",
                                        "publish.failed", "disconnects",
                                        "lost",           "lost.shared_queue",
                                        "in_flight" };
    struct run_record r;
    run_record_init(&r);
    run_record_metric(&r, metric, "1", value);
    for (size_t i = 0; i < sizeof zero / sizeof *zero; i++)
        run_record_metric(&r, zero[i], "1", 0);
    run_record_metric(&r, "disconnects.client_left", "1", 3);
    run_record_metric(&r, "published", "1", 60);
    run_record_metric(&r, "publish.answered", "1", 60);
    run_record_metric(&r, "due", "1", 600);
    run_record_event(&r, 0, "publish", "12 failed; the first: status 500");
    replay_remarks_add(remarks, &r);
    run_record_close(&r);
}

static void tells_what_there_was(void **state)
{
    (void)state;
    static const struct {
        const char *metric;
        double value[2]; /* of two runs */
        const char *text;
    } cases[] = {
        { "client.strange", { 0, 0 }, "" },
        { "client.strange", { 7, 0 }, "in 1 run 7 messages came that are none" },
        { "client.duplicates",
          { 7, 9 },
          "in 2 runs up to 9 messages came to a connection that" },
        { "publish.failed", { 12, 0 }, "12 publishes failed (the first: status 500)" },
        { "publish.answered", { 58, 60 }, "2 publishes were not answered" },
        { "disconnects", { 3, 3 }, "" }, /* all by clients that left */
        { "disconnects", { 3, 5 }, "2 connections ended that no client closed" },
        { "in_flight", { 5, 0 }, "" },
        { "in_flight", { 300, 0 }, "50 % of the messages had not arrived" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct replay_remarks remarks = { 0 };
        char *text;
        size_t size;
        add(&remarks, cases[i].metric, cases[i].value[0]);
        add(&remarks, cases[i].metric, cases[i].value[1]);
        FILE *out = open_memstream(&text, &size);
        replay_remarks_print(&remarks, out);
        fclose(out);
        if (*cases[i].text ? !strstr(text, cases[i].text) : size > 0)
            fail_msg("%s: '%s'", cases[i].metric, text);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(tells_what_there_was) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
