#include "experiments/replay/server_placeholders.h"

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/options.h"

#define HOLDERS 16

struct placeholder {
    const char *name; /* with its braces */
    char value[PATH_MAX];
};

struct placeholders {
    struct placeholder list[HOLDERS];
    int count;
};

const char *const *server_placeholders_words(const char *option)
{
    size_t count;
    const struct option_row *table = options_all(&count);
    const struct option_row *row = option_find(table, count, option);
    assert(row && row->choices);
    return row->choices;
}

static void put(struct placeholders *to, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void put(struct placeholders *to, const char *name, const char *format, ...)
{
    assert(to->count < HOLDERS);
    struct placeholder *h = &to->list[to->count++];
    va_list args;
    va_start(args, format);
    h->name = name;
    vsnprintf(h->value, sizeof h->value, format, args);
    va_end(args);
}

static void put_word(struct placeholders *to, const char *name, const char *option, int choice)
{
    put(to, name, "%s", server_placeholders_words(option)[choice]);
}

/* In seconds; none is a million. */
static void put_seconds(struct placeholders *to, const char *name, int64_t ns)
{
    put(to, name, "%.9g", ns > 0 ? (double)ns / 1e9 : 1e6);
}

static void put_all(struct placeholders *to, const char *dir, const struct parameters *p,
                    int port)
{
    to->count = 0;
    put(to, "{port}", "%d", port);
    put(to, "{dir}", "%s", dir);
    put(to, "{workers}", "%lld", (long long)p->server.workers);
    put_word(to, "{loop}", "server.loop", p->server.loop);
    put_word(to, "{policy}", "server.queue.policy", p->server.queue_policy);
    put_word(to, "{fan_out}", "server.fan-out", p->server.fan_out);
    put_word(to, "{buffers}", "memory.buffers", p->memory.buffers);
    put(to, "{queue}", "%lld", (long long)p->server.queue_bound);
    put_seconds(to, "{ping_interval}", p->heartbeat.period_ns);
    put_seconds(to, "{ping_timeout}", p->heartbeat.pong_timeout_ns);
    put_seconds(to, "{heartbeat}", p->heartbeat.period_ns);
    put_seconds(to, "{write_timeout}", p->network.write_timeout_ns);
    put(to, "{reply}", "%lld", (long long)p->duplex.reply_bytes);
    put(to, "{auth_workers}", "%lld", (long long)p->auth.workers);
    put(to, "{auth_service}", "%.9g", (double)p->auth.service_ns / 1e9);
    put_seconds(to, "{auth_timeout}", p->auth.timeout_ns);
}

/* The placeholder that `text` begins with, or NULL. */
static const struct placeholder *at(const struct placeholders *all, const char *text)
{
    for (int i = 0; i < all->count; i++)
        if (strncmp(text, all->list[i].name, strlen(all->list[i].name)) == 0)
            return &all->list[i];
    return NULL;
}

char *server_placeholders_fill(const char *text, const char *dir, const struct parameters *p,
                               int port)
{
    struct placeholders all;
    put_all(&all, dir, p, port);
    char *out = mem_strdup("");
    while (*text) {
        const struct placeholder *h = at(&all, text);
        size_t skip = h ? strlen(h->name) : strcspn(text + 1, "{") + 1;
        char *longer =
            h ? mem_printf("%s%s", out, h->value) : mem_printf("%s%.*s", out, (int)skip, text);
        free(out);
        out = longer;
        text += skip;
    }
    return out;
}
