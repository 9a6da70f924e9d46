/* Calibration finds how a made server's costs go with the host's paces, and what noise is left. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "analysis/calibration_internal.h"
#include "sim/random_stream.h"
#include "tests/support/made_server.h"
#include "tests/support/near.h"

#define MET         0.3 /* how much slower the host is that a cell met than another's, a logarithm */
#define READ_SPREAD 0.3 /* of reads that do not go with the pace */

/* The host's mood: what it is told by, and the powers that costs go with; and 8 % beside it. */
struct mood {
    double pace_s, read_s; /* 0: not told */
    double power, read_power;
    double noise;    /* that is left */
    double spread;   /* of the pace */
    double together; /* power of the pace that memory slows down with */
    double misfit;   /* of cells (a logarithm), larger where they met a slow host */
};

/* The powers are found, with errors that tell how well. */
static void check_powers(const struct calibration *c, const struct calibrated *told,
                         const struct mood *mood)
{
    assert_string_equal(told[0].option, "cost.host-pace");
    assert_true(told[0].estimate == 1e9 * mood->pace_s);
    /* of 40 runs; a standard deviation of so many is known to 11 % */
    double spread = hypot(mood->spread, mood->misfit > 0 ? MET : 0);
    assert_near(told[0].relative_error * sqrt((double)c->runs) / spread, 1, 0.35);
    assert_string_equal(told[1].option, "cost.host-power");
    assert_true(told[1].estimate == c->host_power);
    assert_true(fabs(c->host_power - mood->power) < 4 * told[1].relative_error * mood->power);
    if (mood->read_s == 0)
        return;
    assert_string_equal(told[2].option, "cost.host-memory-pace");
    assert_true(told[2].estimate == 1e9 * mood->read_s);
    spread = hypot(READ_SPREAD, mood->together * mood->spread);
    assert_true(mood->misfit > 0 ||
                fabs(told[2].relative_error * sqrt((double)c->runs) / spread - 1) < 0.35);
    assert_string_equal(told[3].option, "cost.host-memory-power");
    assert_true(told[3].estimate == c->read_power);
    if (mood->read_power < 0) {
        assert_true(c->read_power == 0 && told[3].relative_error == 1);
        return;
    }
    assert_true(fabs(c->read_power - mood->read_power) <
                4 * told[3].relative_error * mood->read_power);
    assert_true(fabs(c->read_power - mood->read_power) < 0.1);
}

/* A fit that has found what the server's costs are. */
static void take_truths(const struct made_server *m, struct calibration *c,
                        struct calibration_fit *fit)
{
    *fit = (struct calibration_fit){ .count = m->count };
    c->loop = m->loop;
    c->hops = m->hops;
    for (size_t i = 0; i < m->count; i++) {
        snprintf(fit->options[i].option, sizeof fit->options[i].option, "%s",
                 m->truths[i].option);
        fit->options[i].estimate = m->truths[i].value;
    }
}

static void check_host(const struct mood *mood)
{
    struct planned_store b;
    struct calibration c;
    struct calibration_fit fit;
    struct random_stream rs;
    random_stream_init(&rs, 5, 1, 0, 0);
    planned_store_open(&b, made_experiment);
    made_server_collect(&c, &b, 4, &made_uvloop);
    assert_true(c.pace_s == 0); /* the model has none */
    c.pace_s = mood->pace_s;
    c.read_s = mood->read_s;
    c.host_power = mood->pace_s > 0 ? CALIBRATION_PACE_POWER : CALIBRATION_HOST_POWER;
    take_truths(&made_uvloop, &c, &fit);
    for (size_t i = 0; i < c.cell_count; i++) {
        double met = mood->misfit > 0 ? random_stream_normal(&rs) : 0;
        for (int r = 0; r < c.cells[i].repeats; r++) {
            double slowness = exp(MET * met) * random_stream_lognormal(&rs, 1, mood->spread);
            double reading = mood->read_s > 0 ? random_stream_lognormal(&rs, 1, READ_SPREAD) *
                                                    pow(slowness, mood->together)
                                              : 1;
            c.cells[i].slowness[r] = slowness;
            c.cells[i].reading[r] = reading;
            c.cells[i].edge[EDGE_HOST_PACE][r] = mood->pace_s * slowness;
            c.cells[i].edge[EDGE_HOST_READ][r] = mood->read_s * reading;
            c.cells[i].value[CALIBRATION_CPU][r] *=
                pow(slowness, mood->power) * pow(reading, mood->read_power) *
                exp(mood->misfit * met) * random_stream_lognormal(&rs, 1, 0.08);
        }
    }
    calibration_host_power(&c, &fit);
    calibration_host_noise(&c, &fit);
    const struct calibrated *noise = &fit.options[made_uvloop.count];
    print_message("powers %.3f, %.3f, noise %.3f +- %.0f %%\n", c.host_power, c.read_power,
                  noise->estimate, 100 * noise->relative_error);
    assert_true(fabs(c.host_power - mood->power) < (mood->spread < 0.2 ? 0.25 : 0.1));
    assert_string_equal(noise->option, "cost.host-noise");
    assert_true(fabs(log(noise->estimate / mood->noise)) < 3 * noise->relative_error);
    assert_int_equal(fit.count, made_uvloop.count + 1 + (mood->pace_s > 0 ? 2 : 0) +
                                    (mood->read_s > 0 ? 2 : 0));
    if (mood->pace_s > 0)
        check_powers(&c, noise + 1, mood);
    calibration_close(&c);
    planned_store_close(&b);
}

/* The memory is not known to a prediction: both spreads together, 0.45 x 0.4 and 0.08. */
static void finds_the_host(void **state)
{
    (void)state;
    static const struct mood memory = { .power = 0.45, .noise = 0.197, .spread = 0.4 };
    check_host(&memory);
}

/* The paces are: what is left is the noise alone. */
static void finds_the_pace(void **state)
{
    (void)state;
    static const struct mood step = {
        .pace_s = 1.2e-9, .power = 0.9, .noise = 0.08, .spread = 0.4
    };
    static const struct mood both = { .pace_s = 1.2e-9,
                                      .read_s = 4e-7,
                                      .power = 0.75,
                                      .read_power = 0.5,
                                      .noise = 0.08,
                                      .spread = 0.4 };
    check_host(&step);
    check_host(&both);
}

/* Where the core is shared so is the memory: both times go together, and each power is its own all
 * the same. */
static void tells_paces_apart_that_go_together(void **state)
{
    (void)state;
    static const struct mood both = { .pace_s = 1.2e-9,
                                      .read_s = 4e-7,
                                      .power = 0.9,
                                      .read_power = 0.6,
                                      .noise = 0.08,
                                      .spread = 0.4,
                                      .together = 0.7 };
    check_host(&both);
}

/* Cells of which the model is wrong by 20 %, and by more the slower the host was that they met: no
 * pace, since all runs of a cell have it, but noise. */
static void what_cells_get_wrong_is_no_pace(void **state)
{
    (void)state;
    static const struct mood wrong = { .pace_s = 1.2e-9,
                                       .read_s = 4e-7,
                                       .power = 0.75,
                                       .read_power = 0.5,
                                       .noise = 0.215,
                                       .spread = 0.4,
                                       .misfit = 0.2 };
    check_host(&wrong);
}

/* Runs that got cheaper as memory got slower, by chance: a power of 0, as unsure as a profile may
 * have it; what it would have explained, 0.4 x 0.3, is left with the noise. */
static void no_power_is_negative(void **state)
{
    (void)state;
    static const struct mood falling = { .pace_s = 1.2e-9,
                                         .read_s = 4e-7,
                                         .power = 0.75,
                                         .read_power = -0.4,
                                         .noise = 0.144,
                                         .spread = 0.4 };
    check_host(&falling);
}

/* Of a host of another kind: few runs, near each other, which say 1.9 to 0.15, where one would
 * guess 0.7 to 0.1. A guess that held on would make it 1.1. */
static void believes_another_host(void **state)
{
    (void)state;
    static const struct mood other = {
        .pace_s = 1e-9, .power = 1.9, .noise = 0.08, .spread = 0.1
    };
    check_host(&other);
}

#define SETS 40

/* What the model gets wrong of a cell, 6 %, is in all its repeats, 3 % in each of them alone: the
 * spread is told by little more than ten cells. Forty runs each for itself would make it 0.11. */
static void noise_is_told_by_cells(void **state)
{
    (void)state;
    const double truth = sqrt(0.06 * 0.06 + 0.03 * 0.03);
    struct planned_store b;
    struct calibration c;
    struct calibration_fit fit;
    struct random_stream rs;
    double measured[CALIBRATION_REPEATS][CALIBRATION_REPEATS], within = 0, errors = 0;
    random_stream_init(&rs, 5, 2, 0, 0);
    planned_store_open(&b, made_experiment);
    made_server_collect(&c, &b, 4, &made_uvloop);
    for (size_t i = 0; i < c.cell_count; i++)
        for (int r = 0; r < 4; r++)
            measured[i][r] = c.cells[i].value[CALIBRATION_CPU][r];
    for (int set = 0; set < SETS; set++) {
        take_truths(&made_uvloop, &c, &fit);
        for (size_t i = 0; i < c.cell_count; i++) {
            double cell = random_stream_lognormal(&rs, 1, 0.06);
            for (int r = 0; r < 4; r++)
                c.cells[i].value[CALIBRATION_CPU][r] =
                    measured[i][r] * cell * random_stream_lognormal(&rs, 1, 0.03);
        }
        calibration_host_noise(&c, &fit);
        const struct calibrated *noise = &fit.options[made_uvloop.count];
        errors += noise->relative_error / SETS;
        within += fabs(log(noise->estimate / truth)) < 2 * noise->relative_error;
    }
    print_message("noise told to %.2f, true within two errors in %.0f of %d\n", errors, within,
                  SETS);
    assert_true(errors > 0.15 && errors < 0.35);
    assert_true(within >= 0.75 * SETS); /* a spread of ten is skewed */
    calibration_close(&c);
    planned_store_close(&b);
}

/* Of many calibrations on a host whose powers are as one would guess: they differ by what is told. */
static void powers_are_as_sure_as_they_say(void **state)
{
    (void)state;
    struct planned_store b;
    struct calibration c;
    struct calibration_fit fit;
    struct random_stream rs;
    double measured[CALIBRATION_REPEATS][CALIBRATION_REPEATS], host = 0, read = 0;
    random_stream_init(&rs, 5, 3, 0, 0);
    planned_store_open(&b, made_experiment);
    made_server_collect(&c, &b, 4, &made_uvloop);
    take_truths(&made_uvloop, &c, &fit);
    c.pace_s = 1e-9;
    c.read_s = 4e-7;
    for (size_t i = 0; i < c.cell_count; i++)
        for (int r = 0; r < 4; r++)
            measured[i][r] = c.cells[i].value[CALIBRATION_CPU][r];
    for (int set = 0; set < SETS; set++) {
        for (size_t i = 0; i < c.cell_count; i++)
            for (int r = 0; r < 4; r++) {
                double slowness = random_stream_lognormal(&rs, 1, 0.3);
                double reading = random_stream_lognormal(&rs, 1, 0.2) * sqrt(slowness);
                c.cells[i].slowness[r] = slowness;
                c.cells[i].reading[r] = reading;
                c.cells[i].value[CALIBRATION_CPU][r] = measured[i][r] *
                                                       pow(slowness, CALIBRATION_PACE_POWER) *
                                                       pow(reading, CALIBRATION_READ_POWER) *
                                                       random_stream_lognormal(&rs, 1, 0.08);
            }
        c.host_power = CALIBRATION_PACE_POWER;
        c.read_power = CALIBRATION_READ_POWER;
        calibration_host_power(&c, &fit);
        host += pow((c.host_power - CALIBRATION_PACE_POWER) / c.host_error, 2) / SETS;
        read += pow((c.read_power - CALIBRATION_READ_POWER) / c.read_error, 2) / SETS;
    }
    print_message("in told errors: %.2f, %.2f\n", sqrt(host), sqrt(read));
    assert_true(host > 0.3 && host < 1.6 && read > 0.3 && read < 1.6); /* each +- 0.22 */
    calibration_close(&c);
    planned_store_close(&b);
}

/* Real runs of a made server that share no random numbers with each other or with what is simulated
 * of them, on a host with 8 % of noise. Returns the standard deviation that chance alone has. */
static double measure_apart(struct calibration *c, const struct calibration_fit *fit, int set,
                            struct random_stream *rs)
{
    double squares = 0;
    for (size_t i = 0; i < c->cell_count; i++) {
        struct calibration_cell *cell = &c->cells[i];
        struct settings costs;
        double cpu[4], mean = 0;
        calibration_settings(c, fit, cell, &costs);
        for (int r = 0; r < 4; r++) {
            double one[CALIBRATION_METRICS];
            cell->replication[r] = 1000 * set + 4 * (int64_t)i + r + 1;
            calibration_simulate(c, &costs, cell, r, 1, 1000, one);
            cpu[r] = log(one[CALIBRATION_CPU]);
            mean += cpu[r] / 4;
            cell->value[CALIBRATION_CPU][r] =
                one[CALIBRATION_CPU] * random_stream_lognormal(rs, 1, 0.08);
        }
        for (int r = 0; r < 4; r++)
            squares += pow(cpu[r] - mean, 2) / 3;
    }
    return sqrt(squares / (double)c->cell_count);
}

/* A server whose publishes differ by their own mean: what that makes of a run's CPU time, and of
 * four simulations of it, is in the model, and not told again as noise of the host. */
static void chance_of_the_model_is_no_noise(void **state)
{
    (void)state;
    static const struct made_truth wild[] = { { "cost.publish", 3e6 }, { "cost.noise", 1 } };
    static const struct made_server server = { LOOP_UVLOOP, 2, wild, 2, 0 };
    static const char alike[] =
        "question: q\n"
        "workload: { phases: [{ name: load, duration: 8s, rate: 9/s }] }\n"
        "sweep: { clients.count: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13] }\n";
    struct planned_store b;
    struct calibration c;
    struct calibration_fit fit;
    struct random_stream rs;
    double squares = 0, within = 0, chance = 0;
    random_stream_init(&rs, 5, 4, 0, 0);
    planned_store_open(&b, alike);
    made_server_collect(&c, &b, 4, &server);
    c.draws = 4;
    for (int set = 0; set < SETS; set++) {
        take_truths(&server, &c, &fit);
        chance += measure_apart(&c, &fit, set, &rs) / SETS;
        calibration_host_noise(&c, &fit);
        const struct calibrated *noise = &fit.options[2];
        squares += noise->estimate * noise->estimate / SETS;
        within += fabs(log(noise->estimate / 0.08)) < 2 * noise->relative_error;
    }
    print_message("noise %.3f, true 0.08, within two errors in %.0f of %d; chance %.3f\n",
                  sqrt(squares), within, SETS, chance);
    assert_true(chance > 0.09);
    assert_true(sqrt(squares) > 0.07 && sqrt(squares) < 0.09);
    assert_true(within >= 0.75 * SETS);
    calibration_close(&c);
    planned_store_close(&b);
}

/* Runs of costs without any chance lie nearer to each other than on any host: the least spread is
 * a bound, so nothing is said of how well it is known. */
static void least_noise_is_a_bound(void **state)
{
    (void)state;
    static const struct made_truth still[] = { { "cost.publish", 320e3 }, { "cost.noise", 0 } };
    static const struct made_server server = { LOOP_UVLOOP, 2, still, 2, 0 };
    struct planned_store b;
    struct calibration c;
    struct calibration_fit fit;
    planned_store_open(&b, made_experiment);
    made_server_collect(&c, &b, 2, &server);
    take_truths(&server, &c, &fit);
    calibration_host_noise(&c, &fit);
    assert_near(fit.options[2].estimate, 0.01, 1e-5);
    assert_true(fit.options[2].relative_error == 1);
    assert_true(fit.noise_left == 1);
    calibration_close(&c);
    planned_store_close(&b);
}

/* Cells that the costs were fitted to lie nearer to them than others would: without its cell a fit that
 * has taken half of it from there would be twice as far off. The costs' own errors are a part of that,
 * so where they are drawn as well, a root of a half is left. Beyond three quarters no more is made of it. */
static void what_the_fit_has_followed_is_farther_off(void **state)
{
    (void)state;
    static const struct made_truth still[] = { { "cost.publish", 320e3 }, { "cost.noise", 0 } };
    static const struct made_server server = { LOOP_UVLOOP, 2, still, 2, 0 };
    static const struct {
        double leverage, farther, left;
    } cases[] = { { 0, 1, 1 }, { 0.5, 2, 0.70711 }, { 0.75, 4, 0.5 }, { 0.95, 4, 0.5 } };
    struct planned_store b;
    struct calibration c;
    struct calibration_fit fit;
    struct random_stream rs;
    double plain = 0;
    random_stream_init(&rs, 5, 5, 0, 0);
    planned_store_open(&b, made_experiment);
    made_server_collect(&c, &b, 2, &server);
    for (size_t i = 0; i < c.cell_count; i++) {
        double off = random_stream_lognormal(&rs, 1, 0.05);
        for (int r = 0; r < 2; r++)
            c.cells[i].value[CALIBRATION_CPU][r] *= off;
    }
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        take_truths(&server, &c, &fit);
        for (size_t i = 0; i < c.cell_count; i++)
            c.cells[i].leverage = cases[k].leverage;
        calibration_host_noise(&c, &fit);
        double spread = sqrt(log1p(pow(fit.options[2].estimate, 2)));
        plain = k == 0 ? spread : plain;
        print_message("leverage %.2f: %.4f, left %.4f\n", cases[k].leverage, spread,
                      fit.noise_left);
        assert_near(spread / plain, cases[k].farther, 0.02 * cases[k].farther);
        assert_near(fit.noise_left, cases[k].left, 0.01);
    }
    calibration_close(&c);
    planned_store_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(finds_the_host),
                                        cmocka_unit_test(finds_the_pace),
                                        cmocka_unit_test(tells_paces_apart_that_go_together),
                                        cmocka_unit_test(what_cells_get_wrong_is_no_pace),
                                        cmocka_unit_test(no_power_is_negative),
                                        cmocka_unit_test(believes_another_host),
                                        cmocka_unit_test(powers_are_as_sure_as_they_say),
                                        cmocka_unit_test(chance_of_the_model_is_no_noise),
                                        cmocka_unit_test(noise_is_told_by_cells),
                                        cmocka_unit_test(
                                            what_the_fit_has_followed_is_farther_off),
                                        cmocka_unit_test(least_noise_is_a_bound) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
