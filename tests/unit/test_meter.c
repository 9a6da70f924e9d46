/* Blame and meter: ranges enter as their single deliveries would, and nothing is lost. */
#include <math.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "models/meter.h"
#include "models/schedule.h"
#include "sim/random_stream.h"
#include "tests/support/near.h"
#include "tests/support/push_case.h"

static int64_t below(struct random_stream *rs, int64_t n)
{
    return (int64_t)(random_stream_u64(rs) % (uint64_t)n);
}

/* n deliveries whose parts are part_ns, the growing one more by `step` from one to the next. */
static void add(struct blame *b, const int64_t part_ns[BLAME_PARTS], enum blame_part growing,
                int64_t step, uint64_t n)
{
    struct histogram_progression p = { .step = step, .left = n };
    struct histogram_share shares[3];
    int64_t known[BLAME_PARTS];
    for (int i = 0; i < BLAME_PARTS; i++) {
        p.next += part_ns[i];
        known[i] = i == (int)growing ? 0 : part_ns[i];
    }
    while (p.left > 0)
        blame_add(b, known, growing, shares, histogram_cut(&p, shares, 3));
}

/* A progression is the same as its values one by one. */
static void blame_of_a_range(void **state)
{
    struct random_stream rs;
    struct blame range, single;
    (void)state;
    random_stream_init(&rs, 3, 0, 1, 0);
    blame_init(&range);
    blame_init(&single);
    for (int i = 0; i < 2000; i++) {
        int64_t part[BLAME_PARTS], step = below(&rs, 1 << below(&rs, 24));
        uint64_t n = 1 + (uint64_t)below(&rs, 200);
        enum blame_part growing = i % 2 ? BLAME_QUEUE : BLAME_PIPELINE;
        for (int k = 0; k < BLAME_PARTS; k++)
            part[k] = below(&rs, (int64_t)1 << below(&rs, 40));
        add(&range, part, growing, step, n);
        for (; n > 0; n--, part[growing] += step)
            add(&single, part, growing, 0, 1);
    }
    assert_memory_equal(range.buckets, single.buckets,
                        (HISTOGRAM_BUCKETS + 1) * sizeof *range.buckets);
    blame_close(&range);
    blame_close(&single);
}

/* Two deliveries, one ten times as late for another reason: the tail blames that reason. */
static void the_tail_has_its_own_blame(void **state)
{
    static const int64_t quick[BLAME_PARTS] = { [BLAME_PIPELINE] = 1000000 };
    static const int64_t late[BLAME_PARTS] = {
        [BLAME_PIPELINE] = 1000000, [BLAME_THROTTLED] = 9000000
    };
    struct blame b;
    double all[BLAME_PARTS], tail[BLAME_PARTS];
    (void)state;
    blame_init(&b);
    add(&b, quick, BLAME_PIPELINE, 0, 10);
    add(&b, late, BLAME_PIPELINE, 0, 1);
    blame_shares(&b, 0, INT64_MAX, all);
    blame_shares(&b, 10000000, INT64_MAX, tail);
    assert_near(all[BLAME_PIPELINE], 11.0 / 20, 1e-12);
    assert_near(all[BLAME_THROTTLED], 9.0 / 20, 1e-12);
    assert_near(tail[BLAME_THROTTLED], 0.9, 1e-12);
    blame_shares(&b, 0, 1000000, tail);
    assert_near(tail[BLAME_PIPELINE], 1, 1e-12);
    assert_near(blame_total_ns(&b, 0, 1000000), 10e6, 1e-12);
    assert_near(blame_total_ns(&b, 1000000, 10000000), 20e6, 1e-12);
    blame_shares(&b, 20000000, INT64_MAX, tail);
    assert_true(isnan(tail[BLAME_THROTTLED]));
    blame_close(&b);
}

#define MS INT64_C(1000000)

/* Sent at 0, 1 ms to the server. There it waits 3 ms for its turn, 1 of these throttled, is
 * handled in 2 ms, half a millisecond of it throttled, written 3 ms later, half of them throttled;
 * then 5 ms in buffers and 2 ms to the client: 16 ms. */
static void each_part_by_hand(void **state)
{
    static const double expected_ms[2][BLAME_PARTS] = {
        { [BLAME_NETWORK] = 3,
          [BLAME_LOOP] = 2,
          [BLAME_THROTTLED] = 3,
          [BLAME_PIPELINE] = 3, /* half of it in its callback */
          [BLAME_BUFFERS] = 5 },
        { [BLAME_NETWORK] = 3,
          [BLAME_LOOP] = 2,
          [BLAME_THROTTLED] = 3,
          [BLAME_PIPELINE] = 1.5,
          [BLAME_QUEUE] = 1.5, /* it found others there */
          [BLAME_BUFFERS] = 5 },
    };
    struct network_params network = { .publish_ns = MS, .delivery_ns = 2 * MS };
    struct run_record record;
    (void)state;
    run_record_init(&record);
    for (int k = 0; k < 4; k++) {
        struct publish_record publish = { .measured = true,
                                          .arrived_ns = MS,
                                          .started_ns = 4 * MS,
                                          .handled_ns = 6 * MS,
                                          .arrived_throttled_ns = 10 * MS,
                                          .started_throttled_ns = 11 * MS,
                                          .handled_throttled_ns = 11 * MS + MS / 2 };
        bool queued = k % 2, own_times = k / 2;
        struct delivery_run run = { .publish = &publish,
                                    .n = 1,
                                    .first_ns = 9 * MS,
                                    .throttled_ns = 13 * MS,
                                    .buffered_ns = 5 * MS,
                                    .queued = queued };
        int64_t at_ns[] = { 0 };
        double shares[BLAME_PARTS];
        struct meter m;
        meter_init(&m, &network, 1, &record);
        meter_due(&m, 0, 1);
        if (own_times)
            meter_deliver_at(&m, &run, at_ns);
        else
            meter_deliver(&m, &run);
        assert_int_equal(m.delivery.max, 16 * MS);
        blame_shares(&m.blame, 0, INT64_MAX, shares);
        for (int i = 0; i < BLAME_PARTS; i++)
            assert_near(16 * shares[i], expected_ms[queued][i], 1e-9);
        meter_close(&m);
    }
    run_record_close(&record);
}

/* Latencies fall into the second in which the client sees them, wherever the range is split. */
static void seconds_split_a_range(void **state)
{
    struct network_params network = { 0 };
    struct run_record record;
    struct publish_record publish = { .planned_ns = 0, .measured = true };
    struct meter m;
    (void)state;
    run_record_init(&record);
    meter_init(&m, &network, 10, &record);
    meter_due(&m, 0, 10);
    struct delivery_run run = {
        .publish = &publish, .n = 10, .first_ns = 500000000, .step_ns = 100000000
    };
    meter_deliver(&m, &run); /* at 0.5 .. 1.4 s */
    meter_close_windows(&m, 2000000000);
    assert_int_equal(record.point_count, 8); /* p50, p95, p99, p999 of each second */
    assert_string_equal(record.points[0].name, "delivery.p50");
    assert_near(record.points[0].value, 0.7, 0.7 / 128); /* of 0.5 .. 0.9 */
    assert_near(record.points[4].value, 1.2, 1.2 / 128); /* of 1.0 .. 1.4 */
    assert_int_equal(meter_in_flight(&m), 0);
    meter_close(&m);
    run_record_close(&record);
}

/* What a child that calls meter_check says before it is aborted; "" if it ends well. */
static void last_words(const struct meter *m, char *words, size_t room)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        meter_check(m);
        _exit(0);
    }
    close(ends[1]);
    size_t said = 0;
    for (ssize_t n; (n = read(ends[0], words + said, room - 1 - said)) > 0;)
        said += (size_t)n;
    words[said] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(said > 0 ? WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT : status == 0);
}

/* Of 3 messages due to each of 10 connections, 2 come and 1 is held. What is off is told by the
 * check's own words: an assertion's would be another's, and gone with NDEBUG. */
static void what_does_not_sum_is_told(void **state)
{
    static const struct {
        uint32_t connection, n; /* one message less is held for these */
        uint64_t held;          /* more */
        const char *words;      /* NULL: it sums */
    } rows[] = {
        { 0, 0, 0, NULL },
        { 4, 1, 0, "connection 4 has 1 that" },
        { 7, 3, 0, "connection 7 has 1 that" },
        { 0, 0, 2, "10 in flight, 12 held" },
    };
    struct network_params network = { 0 };
    struct run_record record;
    (void)state;
    run_record_init(&record);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct meter m;
        char words[256];
        meter_init(&m, &network, 10, &record);
        for (int k = 0; k < 3; k++)
            meter_due(&m, 0, 10);
        meter_drop(&m, 0, 10, 1);
        meter_lose(&m, 0, 0, 10, 1);
        meter_hold(&m, 0, rows[i].connection, 1);
        uint32_t rest = rows[i].connection + rows[i].n;
        meter_hold(&m, rest, 10 - rest, 1);
        m.held += rows[i].held;
        last_words(&m, words, sizeof words);
        if (rows[i].words ? !strstr(words, rows[i].words) : *words != '\0')
            fail_msg("row %zu: said \"%s\"", i, words);
        meter_close(&m);
    }
    run_record_close(&record);
}

static void phases_make_the_schedule(void **state)
{
    struct parameters p = push_case_plain();
    struct schedule s;
    (void)state;
    p.workload.phases = 3;
    p.workload.phase[0] = (struct phase_params){ "warm-up", 1000000000, 10, false, 0, 0, 0 };
    p.workload.phase[1] = (struct phase_params){ "pause", 500000000, 0, true, 0, 0, 0 };
    p.workload.phase[2] = (struct phase_params){ "burst", 1000000000, 40, true, 0, 0, 0 };
    schedule_build(&s, &p, 1, 0);
    assert_int_equal(s.count, 50);
    assert_int_equal(s.end_ns, 2500000000);
    assert_int_equal(s.actions[0].at_ns, 50000000);
    assert_false(s.actions[9].measured);
    assert_int_equal(s.actions[10].at_ns, 1512500000);
    assert_true(s.actions[10].measured);
    assert_int_equal(s.initial, 3);
    schedule_close(&s);
    p.workload.arrivals = ARRIVAL_POISSON;
    p.workload.phases = 1;
    p.workload.phase[0].duration_ns = INT64_C(10000000000000);
    schedule_build(&s, &p, 1, 0);
    assert_in_range(s.count, 100000 - 4 * 317, 100000 + 4 * 317); /* four standard deviations */
    schedule_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blame_of_a_range),
        cmocka_unit_test(the_tail_has_its_own_blame),
        cmocka_unit_test(each_part_by_hand),
        cmocka_unit_test(seconds_split_a_range),
        cmocka_unit_test(what_does_not_sum_is_told),
        cmocka_unit_test(phases_make_the_schedule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
