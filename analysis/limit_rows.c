#include "analysis/limit_rows.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/host_paces.h"
#include "analysis/slo.h"
#include "experiments/replay/replay.h"
#include "experiments/run/fnv_hash.h"

/* Of what was asked: the settings with the value, and the seed, by which the publishes are drawn. */
static uint64_t asked_hash(const struct settings *s, int64_t seed)
{
    uint64_t hash[3] = { 0 };
    struct settings defaults;
    settings_init(&defaults);
    settings_hash(s, &defaults, &hash[0], &hash[1]);
    hash[2] = (uint64_t)seed;
    return fnv_bytes(FNV_START, &hash[1], 2 * sizeof hash[1]);
}

void limit_rows_add(struct limit_rows *rows, const struct limit_row *row)
{
    rows->row = mem_realloc(rows->row, (rows->count + 1) * sizeof *rows->row);
    rows->row[rows->count++] = *row;
}

static bool is_taken(const struct limit_rows *rows, uint32_t run)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->row[i].run == run)
            return true;
    return false;
}

uint32_t limit_rows_free(const struct limit_rows *rows, uint32_t from)
{
    while (is_taken(rows, from))
        from++;
    return from;
}

void limit_rows_close(struct limit_rows *rows)
{
    free(rows->row);
    *rows = (struct limit_rows){ 0 };
}

static void load_sound(struct limit_rows *rows, const struct limit_place *place,
                       const struct store_found *run, const struct run_record *record,
                       const struct limit_question *q)
{
    struct settings s;
    struct error unused;
    double value = run_record_value(record, "limit.value");
    bool kept;
    if (!(value > 0) || limit_settings(q, value, &s, &unused) ||
        !store_has(place->store, place->experiment, ARM_REAL, run->point, run->replication,
                   asked_hash(&s, (int64_t)q->seed)) ||
        slo_judge(&s.parameters.slo, record, &kept, &unused)) {
        rows->other++;
        return;
    }
    struct limit_row row = { .run = (uint32_t)run->replication,
                             .value = value,
                             .kept = kept,
                             .pace = host_paces_of(record) };
    double tries = run_record_value(record, "limit.tries");
    limit_rows_add(rows, &row);
    rows->unsound += tries > 1 ? (int)tries - 1 : 0;
}

static int load_run(struct limit_rows *rows, const struct limit_place *place,
                    const struct store_found *run, const struct limit_question *q,
                    struct error *err)
{
    struct run_record record;
    struct settings loaded;
    if (run->status == RUN_FAILED) {
        rows->failed++;
        return 0;
    }
    run_record_init(&record);
    settings_init(&loaded);
    int code = store_load(place->store, run, &record, &loaded, err);
    if (code == 0 && run->status == RUN_DONE)
        load_sound(rows, place, run, &record, q);
    else if (code == 0)
        rows->unsound += (int)fmax(1, run_record_value(&record, "limit.tries"));
    run_record_close(&record);
    return code;
}

int limit_rows_load(struct limit_rows *rows, const struct limit_place *place, int64_t point,
                    const struct limit_question *q, struct error *err)
{
    struct store_found *found = NULL;
    size_t count = 0;
    *rows = (struct limit_rows){ 0 };
    int code = store_find(place->store, place->name, ARM_REAL, point, 0, &found, &count, err);
    for (size_t i = 0; i < count && code == 0; i++)
        code = load_run(rows, place, &found[i], q, err);
    store_found_free(found, count);
    return code;
}

struct plan_point limit_rows_point(const struct plan_point *point,
                                   const struct limit_question *q, double value,
                                   const struct settings *settings)
{
    const struct option_row *option = q->option.option;
    struct plan_point at = *point;
    char text[UNIT_TEXT_BYTES];
    struct settings defaults;
    settings_init(&defaults);
    at.settings = *settings;
    at.cell = mem_printf("%s%s%s=%s", point->cell, *point->cell ? " " : "", option->name,
                         unit_format(text, option->unit, value));
    settings_hash(&at.settings, &defaults, &at.model_hash, &at.scenario_hash);
    return at;
}

int limit_rows_put(const struct limit_place *place, const struct plan *plan,
                   const struct limit_made *made, struct run_record *record, struct error *err)
{
    struct store_run run = { .arm = ARM_REAL,
                             .replication = made->run,
                             .status = RUN_FAILED,
                             .reason = made->failure,
                             .config_hash = asked_hash(&made->point->settings, plan->seed),
                             .wall_s = made->wall_s,
                             .host = made->host };
    if (record) {
        run.reason = replay_unsound(record);
        run.status = *run.reason ? RUN_INVALID : RUN_DONE;
        run_record_metric(record, "limit.value", "1", made->value);
        run_record_metric(record, "limit.tries", "1", made->tries);
    }
    return store_put(place->store, place->experiment, plan, made->point, &run, record, err);
}
