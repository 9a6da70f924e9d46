#include "experiments/run/fitted_ranges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/options.h"

static const struct {
    const char *name;
    enum unit unit;
} rows[FITTED_RANGES] = {
    [FITTED_CLIENTS] = { "clients.count", UNIT_COUNT },
    [FITTED_RATE] = { "rate", UNIT_RATE },
    [FITTED_PAYLOAD] = { "workload.payload", UNIT_BYTES },
    [FITTED_LIMIT] = { "cpu.limit", UNIT_CPU },
};

/* ---- reading ---- */

static int read_protocols(struct fitted_ranges *r, const struct yaml_document *doc,
                          const struct yaml_node *node, struct error *err)
{
    const char *rest = node->kind == YAML_SCALAR ? node->text : "-";
    while (*rest) {
        size_t length = strcspn(rest, " ");
        int k = 0;
        while (k < PROTOCOLS && (strlen(protocol_words[k]) != length ||
                                 strncmp(protocol_words[k], rest, length) != 0))
            k++;
        if (k == PROTOCOLS)
            return yaml_error(doc, node->at, err, "must be sse, websocket or both");
        r->speaks[k] = true;
        rest += length;
        rest += strspn(rest, " ");
    }
    return 0;
}

static int read_range(struct fitted_ranges *r, enum fitted_range which,
                      const struct yaml_document *doc, const struct yaml_node *node,
                      struct error *err)
{
    char low[UNIT_TEXT_BYTES];
    struct error cause;
    const char *text = node->kind == YAML_SCALAR ? node->text : "";
    const char *dots = strstr(text, "..");
    size_t length = dots ? (size_t)(dots - text) : sizeof low;
    if (length < sizeof low) {
        memcpy(low, text, length);
        low[length] = '\0';
        if (unit_parse(low, rows[which].unit, &r->low[which], &cause) == 0 &&
            unit_parse(dots + 2, rows[which].unit, &r->high[which], &cause) == 0 &&
            r->low[which] > 0 && r->low[which] <= r->high[which])
            return 0;
    }
    return yaml_error(doc, node->at, err, "must be LOW..HIGH, both above 0, as %s..%s",
                      unit_example(rows[which].unit), unit_example(rows[which].unit));
}

static int read_entry(struct fitted_ranges *r, const struct yaml_document *doc,
                      const struct yaml_node *node, struct error *err)
{
    if (strcmp(node->key, "protocol") == 0)
        return read_protocols(r, doc, node, err);
    for (int i = 0; i < FITTED_RANGES; i++)
        if (strcmp(node->key, rows[i].name) == 0)
            return read_range(r, (enum fitted_range)i, doc, node, err);
    return yaml_error(doc, node->key_at, err, "no range is known by the name '%.80s'",
                      node->key);
}

int fitted_ranges_parse(struct fitted_ranges *r, const struct yaml_document *doc,
                        struct error *err)
{
    const struct yaml_node *map = yaml_get(yaml_get(doc->root, "provenance"), "ranges");
    struct fitted_ranges read = { 0 };
    int code = 0;
    if (map && map->kind != YAML_MAP)
        return yaml_error(doc, map->at, err, "ranges must be a map, not %s",
                          yaml_kind_name(map->kind));
    for (const struct yaml_node *n = map ? map->child : NULL; n && code == 0; n = n->next)
        code = read_entry(&read, doc, n, err);
    if (code == 0)
        *r = read;
    return code;
}

/* ---- what a cell is ---- */

struct extent {
    double low[FITTED_RANGES], high[FITTED_RANGES]; /* 0: the cell has none */
};

static void take_rate(struct extent *e, double rate_hz)
{
    if (rate_hz <= 0)
        return;
    e->low[FITTED_RATE] =
        e->low[FITTED_RATE] > 0 ? fmin(e->low[FITTED_RATE], rate_hz) : rate_hz;
    e->high[FITTED_RATE] = fmax(e->high[FITTED_RATE], rate_hz);
}

static double limit_of(const struct parameters *p)
{
    double whole = 1000 * (double)p->host.cpus;
    if (p->cpu.quota_ns <= 0)
        return whole;
    return fmin(1000 * (double)p->cpu.quota_ns / (double)p->cpu.period_ns, whole);
}

static struct extent extent_of(const struct settings *s)
{
    const struct parameters *p = &s->parameters;
    struct extent e = { { 0 }, { 0 } };
    double pods = p->fleet.pods > 1 ? (double)p->fleet.pods : 1;
    e.low[FITTED_CLIENTS] = e.high[FITTED_CLIENTS] = (double)p->clients / pods;
    e.low[FITTED_PAYLOAD] = e.high[FITTED_PAYLOAD] = (double)p->workload.payload_bytes;
    e.low[FITTED_LIMIT] = e.high[FITTED_LIMIT] = limit_of(p);
    for (int i = 0; i < p->workload.phases; i++) {
        take_rate(&e, p->workload.phase[i].rate_hz);
        take_rate(&e, p->workload.phase[i].rate_to_hz);
    }
    return e;
}

void fitted_ranges_add(struct fitted_ranges *r, const struct settings *cell)
{
    struct extent e = extent_of(cell);
    r->speaks[cell->parameters.server.protocol] = true;
    for (int i = 0; i < FITTED_RANGES; i++) {
        if (e.low[i] > 0 && (r->low[i] == 0 || e.low[i] < r->low[i]))
            r->low[i] = e.low[i];
        r->high[i] = fmax(r->high[i], e.high[i]);
    }
}

const char *fitted_range_name(enum fitted_range which)
{
    return rows[which].name;
}

char *fitted_range_text(const struct fitted_ranges *r, enum fitted_range which,
                        char text[2 * UNIT_TEXT_BYTES + 2])
{
    char low[UNIT_TEXT_BYTES], high[UNIT_TEXT_BYTES];
    enum unit unit = rows[which].unit;
    *text = '\0';
    if (r->high[which] > 0) {
        strcat(strcpy(text, unit_format(low, unit, r->low[which])), "..");
        strcat(text, unit_format(high, unit, r->high[which]));
    }
    return text;
}

const char *fitted_ranges_protocol(const struct fitted_ranges *r, enum push_protocol protocol)
{
    return r->speaks[protocol] ? protocol_words[protocol] : NULL;
}

/* ---- questions ---- */

static bool tells_protocols(const struct fitted_ranges *r)
{
    for (int k = 0; k < PROTOCOLS; k++)
        if (r->speaks[k])
            return true;
    return false;
}

bool fitted_ranges_told(const struct fitted_ranges *r)
{
    bool told = tells_protocols(r);
    for (int i = 0; i < FITTED_RANGES; i++)
        told |= r->high[i] > 0;
    return told;
}

static void note(struct fitted_outside *o, enum fitted_range which, double value)
{
    o->least[which] = o->least[which] > 0 ? fmin(o->least[which], value) : value;
    o->most[which] = fmax(o->most[which], value);
}

bool fitted_ranges_outside(const struct fitted_ranges *r, const struct settings *question,
                           struct fitted_outside *outside)
{
    struct extent e = extent_of(question);
    enum push_protocol protocol = question->parameters.server.protocol;
    bool found = tells_protocols(r) && !r->speaks[protocol];
    if (found)
        outside->protocol[protocol] = true;
    if (r->loop && r->loop != 1 + (int)question->parameters.server.loop) {
        outside->loops |= 1u << question->parameters.server.loop;
        found = true;
    }
    for (int i = 0; i < FITTED_RANGES; i++) {
        if (r->high[i] == 0 || e.high[i] == 0)
            continue;
        bool below = e.low[i] * FITTED_MARGIN < r->low[i];
        bool above = e.high[i] > r->high[i] * FITTED_MARGIN;
        if (below)
            note(outside, (enum fitted_range)i, e.low[i]);
        if (above)
            note(outside, (enum fitted_range)i, e.high[i]);
        found |= below || above;
    }
    return found;
}

void fitted_outside_forget_load(struct fitted_outside *outside)
{
    outside->least[FITTED_CLIENTS] = outside->most[FITTED_CLIENTS] = 0;
    outside->least[FITTED_RATE] = outside->most[FITTED_RATE] = 0;
}

static char *append(char *all, const char *name, const char *asked, const char *fitted)
{
    char *longer = mem_printf("%s%s%s %s (%s)", all, *all ? ", " : "", name, asked, fitted);
    free(all);
    return longer;
}

char *fitted_outside_text(const struct fitted_ranges *r, const struct fitted_outside *o)
{
    char *all = mem_strdup(""), fitted[2 * UNIT_TEXT_BYTES + 2], asked[2 * UNIT_TEXT_BYTES + 2];
    for (int k = 0; k < PROTOCOLS; k++)
        if (o->protocol[k]) /* of two, the other one is what was measured */
            all = append(all, "protocol", protocol_words[k], protocol_words[!k]);
    for (int k = 0; loop_words[k]; k++)
        if (o->loops >> k & 1)
            all = append(all, "server.loop", loop_words[k], loop_words[r->loop - 1]);
    for (int i = 0; i < FITTED_RANGES; i++) {
        char least[UNIT_TEXT_BYTES], most[UNIT_TEXT_BYTES];
        if (o->most[i] == 0)
            continue;
        unit_format_short(least, rows[i].unit, o->least[i]);
        strcpy(asked, least);
        if (o->most[i] > o->least[i])
            strcat(strcat(asked, " to "), unit_format_short(most, rows[i].unit, o->most[i]));
        all = append(all, rows[i].name, asked,
                     fitted_range_text(r, (enum fitted_range)i, fitted));
    }
    return all;
}
