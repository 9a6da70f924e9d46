#include "experiments/replay/server_stats.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Names as the record wants them: "Active connections" becomes active_connections. */
static void add(struct server_stats *stats, const char *name, size_t length, double value)
{
    if (stats->count == SERVER_COUNTERS_MAX || length == 0)
        return;
    struct server_counter *c = &stats->counters[stats->count++];
    if (length >= sizeof c->name)
        length = sizeof c->name - 1;
    for (size_t i = 0; i < length; i++)
        c->name[i] = name[i] == ' ' ? '_' : (char)tolower((unsigned char)name[i]);
    c->name[length] = '\0';
    c->value = value;
}

static void parse_lines(struct server_stats *stats, const char *text)
{
    while (*text) {
        size_t line = strcspn(text, "\n");
        size_t name = strcspn(text, ":\n");
        char *end;
        if (name < line) {
            double value = strtod(text + name + 1, &end);
            if (end > text + name + 1 && end <= text + line)
                add(stats, text, name, value);
        }
        text += line + (text[line] == '\n');
    }
}

void server_stats_parse(struct server_stats *stats, const char *text)
{
    stats->count = 0;
    json_t *root = json_loads(text, 0, NULL);
    const char *name;
    json_t *value;
    json_object_foreach(root, name, value)
    {
        if (json_is_number(value))
            add(stats, name, strlen(name), json_number_value(value));
    }
    json_decref(root);
    if (!root)
        parse_lines(stats, text);
}

int server_stats_fetch(struct server_stats *stats, const struct endpoint *e, int timeout_ms,
                       struct error *err)
{
    char *body;
    int rc = http_fetch(&body, e, timeout_ms, err);
    if (rc)
        return rc;
    server_stats_parse(stats, body);
    free(body);
    return 0;
}

double server_stats_value(const struct server_stats *stats, const char *name)
{
    for (int i = 0; name && i < stats->count; i++)
        if (strcmp(stats->counters[i].name, name) == 0)
            return stats->counters[i].value;
    return NAN;
}
