#include <math.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/preset_named.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

static const struct reconnect_params *preset(const char *name)
{
    const struct client_preset *p = preset_named(name);
    assert_non_null(p);
    return &p->reconnect;
}

static void stream(struct random_stream *rs, uint32_t i)
{
    random_stream_init(rs, 7, 0, 1, i);
}

/* Delays that need no draw, from the libraries' own source. */
static void test_published_sequences(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t ms[6];
    } cases[] = {
        { "eventsource-chromium", { 3000, 3000, 3000, 3000, 3000, 3000 } },
        { "eventsource-firefox", { 5000, 5000, 5000, 5000, 5000, 5000 } },
        { "phoenix", { 10, 50, 100, 150, 200, 250 } },
        { "signalr", { 0, 2000, 10000, 30000, -1, -1 } },
        { "websocket-browser", { -1, -1, -1, -1, -1, -1 } },
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct reconnect r = { 0 };
        struct random_stream rs;
        stream(&rs, 0);
        for (int n = 0; n < 6; n++) {
            int64_t ns = reconnect_next(preset(cases[c].name), &r, 0, &rs);
            assert_int_equal(ns, cases[c].ms[n] < 0 ? RECONNECT_GIVE_UP : cases[c].ms[n] * MS);
        }
    }
}

/* So many attempts, then none; 0: for ever. */
static void test_attempts_are_counted(void **state)
{
    (void)state;
    for (int most = 0; most < 4; most++) {
        struct reconnect_params p = *preset("eventsource-chromium");
        struct reconnect r = { 0 };
        struct random_stream rs;
        stream(&rs, 0);
        p.attempts_max = most;
        for (int n = 0; n < 6; n++) {
            bool gives_up = reconnect_next(&p, &r, 0, &rs) == RECONNECT_GIVE_UP;
            assert_int_equal(gives_up, most > 0 && n >= most);
        }
    }
}

static void test_phoenix_ends_at_five_seconds(void **state)
{
    (void)state;
    struct reconnect r = { .attempt = 9 };
    struct random_stream rs;
    stream(&rs, 0);
    assert_int_equal(reconnect_next(preset("phoenix"), &r, 0, &rs), 5 * S);
    r.attempt = 4000000000u;
    assert_int_equal(reconnect_next(preset("phoenix"), &r, 0, &rs), 5 * S);
}

/* Every delay lies where the library's formula puts it, and both ends are approached. */
static void test_jitter_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t attempt;
        int64_t low_ms, high_ms;
    } cases[] = {
        { "websockets-python", 0, 0, 0 }, /* at once, if it had been open */
        { "websockets-python", 1, 0, 5000 },
        { "websockets-python", 2, 3000, 3000 },
        { "websockets-python", 4, 8000, 8000 },
        { "websockets-python", 8, 55000, 55000 },
        { "websockets-python", 20, 60000, 60000 },
        { "socket.io", 0, 500, 1500 },
        { "socket.io", 1, 1000, 3000 },
        { "socket.io", 2, 2000, 5000 },
        { "socket.io", 3, 4000, 5000 },
        { "full-jitter", 0, 0, 1000 },
        { "full-jitter", 3, 0, 8000 },
        { "full-jitter", 40, 0, 60000 },
        { "decorrelated-jitter", 0, 1000, 3000 },
        { "dust-jitter", 0, 3000, 8000 },
        { "destiny-open", 5, 501, 3000 },
        { "destiny-stable", 0, 500, 3000 },
        { "destiny-stable", 10, 500, 60000 },
        { "reconnecting-websocket", 0, 1000, 5000 },
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double low = INFINITY, high = 0;
        for (uint32_t i = 0; i < 2000; i++) {
            struct reconnect r = { .attempt = cases[c].attempt };
            struct random_stream rs;
            stream(&rs, i);
            double ms = (double)reconnect_next(preset(cases[c].name), &r, 0, &rs) / 1e6;
            low = fmin(low, ms);
            high = fmax(high, ms);
        }
        double width = (double)(cases[c].high_ms - cases[c].low_ms);
        assert_true(low >= (double)cases[c].low_ms - 1e-6);
        assert_true(high <= (double)cases[c].high_ms + 1e-6);
        assert_true(low <= (double)cases[c].low_ms + 0.05 * width + 1e-6);
        assert_true(high >= (double)cases[c].high_ms - 0.05 * width - 1e-6);
    }
}

/* 16 s, halved or not, are above the cap of 5 s: nothing is left to keep clients apart. */
static void test_the_cap_undoes_jitter(void **state)
{
    (void)state;
    size_t at_cap = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        struct reconnect fourth = { .attempt = 3 }, fifth = { .attempt = 4 + i };
        struct random_stream rs;
        stream(&rs, i);
        at_cap += reconnect_next(preset("socket.io"), &fourth, 0, &rs) == 5 * S;
        assert_int_equal(reconnect_next(preset("socket.io"), &fifth, 0, &rs), 5 * S);
    }
    assert_in_range(at_cap, 1700, 1800); /* 8 s times 0.5 to 1.5: 7 of 8 draws */
}

/* destinygg/chat-gui#872: mean 1.75 s for ever when open resets; backing off when it must last. */
static double mean_of_rejections(const char *name, int rejections)
{
    struct reconnect r = { 0 };
    struct random_stream rs;
    stream(&rs, 0);
    double sum = 0;
    for (int i = 0; i < rejections; i++) {
        sum += (double)reconnect_next(preset(name), &r, 0, &rs) / 1e9;
        reconnect_opened(preset(name), &r);
        reconnect_lost(preset(name), &r, 20 * MS);
    }
    return sum / rejections;
}

static void test_reset_rule_decides(void **state)
{
    (void)state;
    assert_true(fabs(mean_of_rejections("destiny-open", 4000) - 1.75) < 0.05);
    assert_true(mean_of_rejections("destiny-stable", 4000) > 25);
}

static void test_reset_occasions(void **state)
{
    (void)state;
    struct reconnect_params p = { .kind = RECONNECT_FIXED, .stable_ns = 5 * S };
    static const bool resets[3][4] = {
        /* opened, authenticated, lost early, lost late */
        [RESET_ON_OPEN] = { true, false, false, false },
        [RESET_ON_AUTHENTICATED] = { false, true, false, false },
        [RESET_ON_STABLE] = { false, false, false, true },
    };
    for (int rule = 0; rule < 3; rule++)
        for (int occasion = 0; occasion < 4; occasion++) {
            struct reconnect r = { .attempt = 3, .previous_ns = S };
            p.reset = (enum reconnect_reset)rule;
            if (occasion == 0)
                reconnect_opened(&p, &r);
            else if (occasion == 1)
                reconnect_authenticated(&p, &r);
            else
                reconnect_lost(&p, &r, occasion == 2 ? 5 * S - 1 : 5 * S);
            assert_int_equal(r.attempt, resets[rule][occasion] ? 0 : 3);
        }
}

static void test_retry_after(void **state)
{
    (void)state;
    struct reconnect r = { 0 };
    struct random_stream rs;
    stream(&rs, 0);
    struct reconnect_params obeys = *preset("eventsource-chromium");
    obeys.retry_after = true;
    assert_int_equal(reconnect_next(&obeys, &r, 20 * S, &rs), 20 * S);
    assert_int_equal(reconnect_next(&obeys, &r, 1 * S, &rs), 3 * S);
    /* no EventSource reads the header */
    static const char *const deaf[] = { "eventsource-chromium", "eventsource-firefox",
                                        "eventsource-npm", "eventsource-npm-3" };
    for (size_t i = 0; i < sizeof deaf / sizeof *deaf; i++)
        assert_true(reconnect_next(preset(deaf[i]), &r, 20 * S, &rs) <= 5 * S);
    assert_true(reconnect_next(preset("socket.io"), &r, 20 * S, &rs) <= 5 * S);
}

static void test_preset_table(void **state)
{
    (void)state;
    assert_null(preset_named("no-such-client"));
    for (size_t i = 0; i < client_preset_count; i++) {
        const struct client_preset *p = &client_presets[i];
        assert_ptr_equal(preset_named(p->name), p); /* names are unique */
        assert_true(strlen(p->source) > 20);
        assert_true(p->reconnect.cap_ns >= p->reconnect.floor_ns);
        assert_true(p->reconnect.factor >= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_sequences),
        cmocka_unit_test(test_attempts_are_counted),
        cmocka_unit_test(test_phoenix_ends_at_five_seconds),
        cmocka_unit_test(test_jitter_ranges),
        cmocka_unit_test(test_the_cap_undoes_jitter),
        cmocka_unit_test(test_reset_rule_decides),
        cmocka_unit_test(test_reset_occasions),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_preset_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
