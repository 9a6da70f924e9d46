#include "analysis/limit_model.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include <gsl/gsl_sort_double.h>

#include "analysis/cells.h"
#include "analysis/slo.h"
#include "models/push_run.h"

int limit_settings(const struct limit_question *q, double value, struct settings *out,
                   struct error *err)
{
    struct settings s = q->settings;
    int code = settings_assign(&s, &q->option, value, err);
    if (code == 0)
        code = settings_resolve(&s, NULL, err);
    if (code)
        return error_wrap(err, code, "%s", q->option.option->name);
    *out = s;
    return 0;
}

bool limit_whole(const struct limit_question *q)
{
    return q->option.option->type != OPTION_DOUBLE;
}

struct one { /* replication's search */
    const struct limit_question *question;
    uint32_t replication;
};

/* Its pace, and its costs; the option that is asked about is what it is asked at. */
static void settle(const struct one *one, double value, struct settings *s)
{
    const struct limit_question *q = one->question;
    struct error err;
    if (q->pace_count > 0)
        s->parameters.cost.pace_ns = q->paces_ns[(one->replication - 1) % q->pace_count];
    if (q->draws) {
        parameter_draws_apply(q->draws, q->seed, one->replication, s);
        if (q->option.option->flags & OPTION_MODEL) /* else not drawn */
            settings_assign(s, &q->option, value, &err);
    }
}

static int probe(void *context, double value, bool *kept, struct error *err)
{
    const struct one *one = context;
    struct settings s;
    struct schedule schedule;
    struct run_record record;
    int code = limit_settings(one->question, value, &s, err);
    if (code)
        return code;
    settle(one, value, &s);
    schedule_build(&schedule, &s.parameters, one->question->seed, one->replication);
    run_record_init(&record);
    push_run(&s.parameters, &schedule, one->question->seed, one->replication, &record);
    *kept = slo_kept(&s.parameters.slo, &record);
    run_record_close(&record);
    schedule_close(&schedule);
    return 0;
}

struct shop { /* of the threads */
    const struct limit_question *question;
    struct limit_search *searches; /* one a replication */
    int64_t count, taken;
    int code; /* the first error's, with its text in *err */
    struct error *err;
    pthread_mutex_t lock;
};

static void *work(void *argument)
{
    struct shop *shop = argument;
    pthread_mutex_lock(&shop->lock);
    while (shop->taken < shop->count && shop->code == 0) {
        int64_t mine = shop->taken++;
        struct one one = { shop->question, (uint32_t)mine + 1 };
        struct limit_search *s = &shop->searches[mine];
        struct error err;
        pthread_mutex_unlock(&shop->lock);
        *s = (struct limit_search){ .from = shop->question->from,
                                    .to = shop->question->to,
                                    .precision = shop->question->precision,
                                    .whole = limit_whole(shop->question),
                                    .first = true,
                                    .probe = probe,
                                    .context = &one };
        int code = limit_search(s, &err);
        pthread_mutex_lock(&shop->lock);
        if (code && shop->code == 0) {
            shop->code = code;
            *shop->err = err;
        }
    }
    pthread_mutex_unlock(&shop->lock);
    return NULL;
}

int limit_model(const struct limit_question *q, int64_t count, int jobs,
                struct limit_answer *answer, struct error *err)
{
    pthread_t *threads = mem_alloc((size_t)jobs * sizeof *threads);
    struct shop shop = { .question = q,
                         .searches = mem_alloc((size_t)count * sizeof *shop.searches),
                         .count = count,
                         .err = err };
    int started = 0;
    pthread_mutex_init(&shop.lock, NULL);
    while (started < jobs && pthread_create(&threads[started], NULL, work, &shop) == 0)
        started++;
    if (started == 0)
        work(&shop);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&shop.lock);
    if (shop.code == 0)
        limit_sum_up(shop.searches, (size_t)count, answer);
    free(shop.searches);
    free(threads);
    return shop.code;
}

void limit_sum_up(const struct limit_search *searches, size_t count,
                  struct limit_answer *answer)
{
    struct sample kept = { mem_alloc(count * sizeof(double)), 0 };
    struct limit_answer a = { .more_breaks = true };
    for (size_t i = 0; i < count; i++) {
        const struct limit_search *s = &searches[i];
        a.probes += s->probes;
        a.always += s->kind == LIMIT_ALWAYS;
        a.never += s->kind == LIMIT_NEVER;
        if (s->kind != LIMIT_FOUND)
            continue;
        kept.values[kept.count++] = s->kept;
        a.more_breaks = s->broken > s->kept;
    }
    gsl_sort(kept.values, 1, kept.count);
    a.searches = (int)kept.count;
    a.value = sample_median(&kept);
    a.low = sample_low(&kept);
    a.high = sample_high(&kept);
    free(kept.values);
    *answer = a;
}
