/* What people write is read exactly, what is printed reads back, and nonsense is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/run/units.h"
#include "sim/random_stream.h"

static const struct {
    enum unit unit;
    const char *text;
    double value;
} good[] = {
    { UNIT_TIME, "100ms", 100e6 },  { UNIT_TIME, "1.5us", 1500 },
    { UNIT_TIME, "19.4us", 19400 }, { UNIT_TIME, "2h", 7200e9 },
    { UNIT_TIME, "5min", 300e9 },   { UNIT_TIME, "0", 0 },
    { UNIT_TIME, "7µs", 7000 },     { UNIT_TIME, "0.3ms", 300e3 },
    { UNIT_BYTES, "64KiB", 65536 }, { UNIT_BYTES, "512Mi", 0x1p29 },
    { UNIT_BYTES, "1GB", 1e9 },     { UNIT_CPU, "250m", 250 },
    { UNIT_CPU, "0.25", 250 },      { UNIT_CPU, "2", 2000 },
    { UNIT_RATE, "10/s", 10 },      { UNIT_RATE, "600/min", 10 },
    { UNIT_RATE, "12.5Hz", 12.5 },  { UNIT_SHARE, "0.1%", 0.001 },
    { UNIT_SHARE, "20%", 0.2 },     { UNIT_COUNT, "1e6", 1e6 },
    { UNIT_COUNT, "10k", 1e4 },     { UNIT_NUMBER, "0.35", 0.35 },
    { UNIT_TIME, "-1ms", -1e6 },    { UNIT_SECONDS, "400ms", 0.4 },
    { UNIT_SECONDS, "0.4", 0.4 },   { UNIT_SECONDS, "2min", 120 },
    { UNIT_SECONDS, "10", 10 },     { UNIT_SECONDS, "400s", 400 },
};

static const struct {
    enum unit unit;
    const char *text;
    const char *message;
} bad[] = {
    { UNIT_TIME, "100", "'100' lacks a unit (e.g. 100ms)" },
    { UNIT_TIME, "10/s", "'10/s': '/s' is not a unit of time (e.g. 100ms)" },
    { UNIT_TIME, "fast", "'fast' is not a time (e.g. 100ms)" },
    { UNIT_TIME, "", "'' is not a time (e.g. 100ms)" },
    { UNIT_TIME, "0x10ms", "'0x10ms' is not a time (e.g. 100ms)" },
    { UNIT_TIME, "1e400s", "'1e400s' is too large" },
    { UNIT_NUMBER, "nan", "'nan' is not a number (e.g. 0.35)" },
    { UNIT_NUMBER, "inf", "'inf' is not a number (e.g. 0.35)" },
    { UNIT_COUNT, "1.5", "'1.5' is not a whole number" },
    { UNIT_COUNT, "5 apples", "'5 apples' is not a count (e.g. 500)" },
    { UNIT_BYTES, "much", "'much' is not a size (e.g. 64KiB)" },
    { UNIT_CPU, "half", "'half' is not an amount of CPU (e.g. 250m)" },
    { UNIT_PODS, "-1", "'-1' is not a number of pods (e.g. 25%)" },
    { UNIT_SECONDS, "4x", "'4x': 'x' is not a unit of time (e.g. 400ms)" },
    { UNIT_SECONDS, "400",
      "'400' lacks a unit: 400ms or 400s? (without one, seconds up to 10)" },
    { UNIT_CPU, "0,3", "'0,3': a number has no comma (0.3, 4000)" },
    { UNIT_COUNT, "4,000", "'4,000': a number has no comma (0.3, 4000)" },
    { UNIT_BYTES, "64", "'64' lacks a unit (e.g. 64KiB)" },
    { UNIT_CPU, "1%", "'1%': '%' is not a unit of cpu (e.g. 250m)" },
};

static void test_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct error err;
        double value = NAN;
        assert_int_equal(unit_parse(good[i].text, good[i].unit, &value, &err), 0);
        if (value != good[i].value)
            fail_msg("%s: %.17g, not %.17g", good[i].text, value, good[i].value);
    }
}

static void test_refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = { "" };
        double value = 42;
        assert_int_equal(unit_parse(bad[i].text, bad[i].unit, &value, &err), ERR_INVALID);
        assert_string_equal(err.text, bad[i].message);
        assert_true(value == 42);
    }
}

static void test_prints_what_it_reads(void **state)
{
    (void)state;
    struct random_stream rs;
    random_stream_init(&rs, 7, 0, 0, 0);
    for (int i = 0; i < 20000; i++) {
        enum unit unit = (enum unit)(i % (UNIT_SECONDS + 1));
        double value =
            ldexp(1 + random_stream_uniform(&rs), (int)(random_stream_u64(&rs) % 40));
        if (unit == UNIT_SHARE)
            value = ldexp(value, -41);
        if (unit != UNIT_NUMBER && unit != UNIT_SHARE && unit != UNIT_RATE &&
            unit != UNIT_SECONDS)
            value = floor(value);
        char text[UNIT_TEXT_BYTES];
        struct error err;
        double back = NAN;
        assert_int_equal(unit_parse(unit_format(text, unit, value), unit, &back, &err), 0);
        if (!(fabs(back - value) <= 1e-15 * value))
            fail_msg("seed 7 draw %d: %.17g printed as %s", i, value, text);
    }
}

static void test_prints_well(void **state)
{
    (void)state;
    static const struct {
        enum unit unit;
        double value;
        const char *exact;
        const char *brief;
    } cases[] = {
        { UNIT_TIME, 100e6, "100ms", "100ms" },
        { UNIT_SECONDS, 0.4, "0.4", "0.40" },
        { UNIT_SECONDS, 400, "400s", "400s" },
        { UNIT_TIME, 1500, "1500ns", "1.50us" },
        { UNIT_TIME, 90e9, "90s", "90.0s" },
        { UNIT_TIME, 7534000, "7534us", "7.53ms" },
        { UNIT_TIME, 0, "0", "0" },
        { UNIT_BYTES, 65536, "64KiB", "64KiB" },
        { UNIT_CPU, 250, "250m", "250m" },
        { UNIT_RATE, 10, "10/s", "10/s" },
        { UNIT_SHARE, 0.001, "0.1%", "0.10%" },
        { UNIT_COUNT, 1e6, "1000000", "1000000" },
        { UNIT_TIME, 2698e6, "2698ms", "2.70s" },
        { UNIT_TIME, 9.996e6, "9996us", "10.0ms" },
        { UNIT_TIME, 600e9, "10min", "10.0min" },
        { UNIT_SHARE, 0.5, "50%", "50%" },
        { UNIT_PODS, 3, "3", "3" },
        { UNIT_PODS, -25, "25%", "25%" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[UNIT_TEXT_BYTES];
        assert_string_equal(unit_format(text, cases[i].unit, cases[i].value), cases[i].exact);
        unit_format_short(text, cases[i].unit, cases[i].value);
        assert_string_equal(text, cases[i].brief);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_prints_what_it_reads),
        cmocka_unit_test(test_prints_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
