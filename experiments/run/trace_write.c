/* trace_write.c - a schedule into a CSV file. */
#include "experiments/run/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_time(FILE *file, int64_t ns)
{
    fprintf(file, "%lld.%09lld,", (long long)(ns / 1000000000), (long long)(ns % 1000000000));
}

static void write_action(FILE *file, const struct action *a)
{
    write_time(file, a->at_ns);
    switch (a->kind) {
    case ACTION_PUBLISH:
        fprintf(file, "publish,,%lld,,%d\n", (long long)a->bytes, a->measured);
        break;
    case ACTION_CONNECT:
        fprintf(file, "connect,%u,,,\n", a->client);
        break;
    case ACTION_DISCONNECT:
        fprintf(file, "disconnect,%u,,,\n", a->client);
        break;
    case ACTION_MESSAGE:
        fprintf(file, "message,%u,%lld,,%d\n", a->client, (long long)a->bytes, a->measured);
        break;
    case ACTION_STALL:
        fprintf(file, "stall,%u,,", a->client);
        write_time(file, a->duration_ns);
        fprintf(file, "\n");
        break;
    }
}

static void write_all(FILE *file, const struct schedule *s)
{
    fprintf(file, "time_s,action,client,bytes,duration_s,measured\n");
    for (uint32_t i = 0; i < s->initial; i++)
        fprintf(file, "0.000000000,connect,%u,,,\n", i);
    for (size_t i = 0; i < s->count; i++)
        write_action(file, &s->actions[i]);
    write_time(file, s->end_ns);
    fprintf(file, "end,,,,\n");
}

int trace_write(const struct schedule *s, const char *path, struct error *err)
{
    char *temporary = mem_printf("%s.%d.tmp", path, (int)getpid());
    FILE *file = fopen(temporary, "we");
    bool good = file != NULL;
    if (good) {
        write_all(file, s);
        good = !ferror(file);
        good = fclose(file) == 0 && good && rename(temporary, path) == 0;
    }
    int cause = errno;
    if (!good)
        unlink(temporary);
    free(temporary);
    return good ? 0 : error_set(err, ERR_IO, "%s: %s", path, strerror(cause));
}
