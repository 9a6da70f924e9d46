#include "analysis/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct crew {
    atomic_size_t taken;
    size_t count;
    parallel_fn *work;
    void *context;
};

static void *take_part(void *argument)
{
    struct crew *crew = argument;
    for (;;) {
        size_t mine = atomic_fetch_add(&crew->taken, 1);
        if (mine >= crew->count)
            return NULL;
        crew->work(mine, crew->context);
    }
}

void parallel_each(size_t count, int jobs, parallel_fn *work, void *context)
{
    struct crew crew = { .count = count, .work = work, .context = context };
    size_t others = jobs > 1 && count > 1 ? (size_t)jobs - 1 : 0, started = 0;
    if (others >= count) /* no thread without an index */
        others = count > 0 ? count - 1 : 0;
    pthread_t *threads = mem_alloc((others + 1) * sizeof *threads);
    while (started < others && pthread_create(&threads[started], NULL, take_part, &crew) == 0)
        started++;
    take_part(&crew);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
}

struct attempts {
    parallel_try_fn *work;
    void *context;
    struct outcome {
        int code;
        struct error err;
    } * of; /* each index */
};

static void attempt(size_t index, void *context)
{
    struct attempts *a = context;
    a->of[index].code = a->work(index, a->context, &a->of[index].err);
}

int parallel_try(size_t count, int jobs, parallel_try_fn *work, void *context,
                 struct error *err)
{
    struct attempts a = { work, context, mem_alloc(count * sizeof *a.of) };
    int code = 0;
    parallel_each(count, jobs, attempt, &a);
    for (size_t i = 0; i < count && code == 0; i++) {
        code = a.of[i].code;
        if (code)
            *err = a.of[i].err;
    }
    free(a.of);
    return code;
}
