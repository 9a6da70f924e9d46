/* Scavenges come where a semi-space is full and copy what the fan-out under way has allocated; a
 * semi-space grows by what survives: by hand, as a property, and as Node counts them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "models/young_generation.h"
#include "sim/random_stream.h"

/* One that has grown. */
static struct young_generation grown(double space, double used)
{
    return (struct young_generation){ .most = space, .space = space, .used = used };
}

/* Space 100, fan-outs of 30: three fit (90). The fourth finds 10 free, which is full when it has
 * made 10: these are copied, its other 20 follow. 70 are left: two fit (90), the next copies 10. */
static void what_is_under_way_is_copied(void **state)
{
    (void)state;
    static const double copied[] = { 0, 0, 0, 10, 0, 0, 10 };
    static const double used[] = { 30, 60, 90, 30, 60, 90, 30 };
    struct young_generation y = grown(100, 0);
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
        struct scavenges made = young_generation_pass(&y, 30);
        assert_true(made.bytes == copied[i] && made.count == (copied[i] > 0));
        assert_true(y.used == used[i]);
    }
}

/* To the brim is not over it. */
static void full_is_not_too_full(void **state)
{
    (void)state;
    struct young_generation y = grown(100, 0);
    assert_true(young_generation_pass(&y, 100).count == 0 && y.used == 100);
    struct scavenges made = young_generation_pass(&y, 1); /* all was dead */
    assert_true(made.count == 1 && made.bytes == 0 && y.used == 1);
}

/* A fan-out of 250 in 100: 100 are copied and leave no room; they are copied again, into the old
 * generation, and 100 have room; those are copied (100) and leave none; and again; 50 follow. */
static void survivors_of_two_grow_old(void **state)
{
    (void)state;
    struct young_generation y = grown(100, 0);
    struct scavenges made = young_generation_pass(&y, 250);
    assert_true(made.bytes == 4 * 100 && made.count == 4);
    assert_true(y.used == 50);
    /* with 40 there: 60 are copied, 40 have room; the 60 again and the 40 (100); 40 stay, 60 of
     * them free: 20 follow */
    y = grown(100, 40);
    made = young_generation_pass(&y, 120);
    assert_true(made.bytes == 60 + 100 && made.count == 2);
    assert_true(y.used == 60);
}

/* Of 160: 10 at first. 6 kept, then 5 more: 11 > 10, so 20, and the count begins anew. A fan-out
 * of 30 fills 20 and 20 are copied: not more than the space; they leave no room, and are copied
 * once more: 40 > 20, so 40. 10 follow. The next of 30 fits. One of 45 finds nothing free; nothing
 * of it is there yet; 40 have room and are copied: not more than 40; no room, copied again: 80, so
 * 80. */
static void it_grows_by_what_survives(void **state)
{
    (void)state;
    struct young_generation y;
    young_generation_start(&y, 160);
    assert_true(y.space == 10);
    young_generation_keep(&y, 6);
    assert_true(y.space == 10);
    young_generation_keep(&y, 5);
    assert_true(y.space == 20 && y.survived == 0);
    struct scavenges made = young_generation_pass(&y, 30);
    assert_true(made.count == 2 && made.bytes == 40 && y.space == 40 && y.used == 10);
    made = young_generation_pass(&y, 30);
    assert_true(made.count == 0 && y.used == 40);
    made = young_generation_pass(&y, 45);
    assert_true(made.count == 3 && made.bytes == 80 && y.space == 80 && y.used == 5);
    young_generation_keep(&y, 81);
    young_generation_keep(&y, 1000);
    assert_true(y.space == 160); /* no more than it may have */
}

/* Many spaces in one fan-out: as gone through, from any start, and as fast for 1e12 of them. */
static void many_spaces(void **state)
{
    (void)state;
    for (int used = 0; used <= 64; used += 16) {
        struct young_generation few = grown(64, used), many = few;
        struct scavenges all = young_generation_pass(&many, 50 * 64 + 24);
        struct scavenges some = young_generation_pass(&few, 7 * 64 + 24);
        assert_true(all.bytes - some.bytes == 2 * 43 * 64 && many.used == few.used);
        assert_true(all.count - some.count == 2 * 43);
        assert_true(young_generation_pass(&many, 64e12).bytes >= 127e12);
    }
}

/* Fan-outs of more than half a space settle: each has one scavenge, of what the space has above
 * it. */
static void fan_outs_in_step(void **state)
{
    (void)state;
    const uint64_t seed = 20261126;
    struct random_stream rs;
    random_stream_init(&rs, seed, 0, 0, 0);
    for (int i = 0; i < 1000; i++) {
        double bytes = 50.5 + 49 * random_stream_uniform(&rs), copied = NAN;
        double start = 100 * random_stream_uniform(&rs);
        struct young_generation y = grown(100, start);
        for (int k = 0; k < 4; k++)
            copied = young_generation_pass(&y, bytes).bytes;
        if (!(fabs(copied - (100 - bytes)) <= 1e-9)) {
            print_message("seed %llu, case %d: %g from %g\n", (unsigned long long)seed, i,
                          bytes, start);
            fail();
        }
    }
}

/* 2,000 event streams, 4 KiB: 11.7 MB lay between two scavenges, 4.25 MB were copied, in 15.95 MB
 * that the semi-space could use. */
static void as_node_logs_it(void **state)
{
    (void)state;
    struct young_generation y = grown(15.95e6, 0);
    double copied = 0;
    for (int k = 0; k < 12; k++)
        copied = young_generation_pass(&y, 2000 * (4096 + 1750.)).bytes;
    assert_true(fabs(copied - 4.25e6) < 0.05e6);
}

/* Counted with v8.GCProfiler on Node 20.20, 18 fan-outs each: survivors of connects, bytes
 * allocated, the semi-space at the end, scavenges, bytes copied. Where in a fan-out a scavenge
 * falls is chance (a third run, 480 event streams, met 1.5 times what is expected, and a larger
 * space for it). */
static void as_node_counts_it(void **state)
{
    (void)state;
    static const struct {
        double kept, allocated, space;
        int scavenges;
        double copied;
    } runs[] = {
        { 13.75e6, 202.0e6, 16494080, 19, 106.4e6 }, /* 1,900 event streams, 4 KiB */
        { 10.71e6, 59.3e6, 16494080, 6, 7.4e6 },     /* 1,900 WebSockets, 4 KiB */
        { 3.77e6, 16.75e6, 4123520, 5, 2.1e6 },      /* 480 WebSockets, 4 KiB */
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct young_generation y;
        struct scavenges sum = { 0 };
        young_generation_start(&y, 16494080);
        for (int k = 0; k < 100; k++)
            young_generation_keep(&y, runs[i].kept / 100);
        for (int k = 0; k < 18; k++) {
            struct scavenges made = young_generation_pass(&y, runs[i].allocated / 18);
            sum.count += made.count;
            sum.bytes += made.bytes;
        }
        print_message("space %g (%g), scavenges %g (%d), copied %g (%g)\n", y.space,
                      runs[i].space, sum.count, runs[i].scavenges, sum.bytes, runs[i].copied);
        assert_true(y.space == runs[i].space);
        assert_true(fabs(sum.count - runs[i].scavenges) <= 1);
        assert_true(fabs(log(sum.bytes / runs[i].copied)) < log(1.5));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_under_way_is_copied),
        cmocka_unit_test(full_is_not_too_full),
        cmocka_unit_test(survivors_of_two_grow_old),
        cmocka_unit_test(it_grows_by_what_survives),
        cmocka_unit_test(fan_outs_in_step),
        cmocka_unit_test(as_node_logs_it),
        cmocka_unit_test(as_node_counts_it),
        cmocka_unit_test(many_spaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
