#include "experiments/cli/preset_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/cli/text_table.h"
#include "experiments/run/option_preset.h"
#include "models/client_preset.h"

static bool wanted(const char *word, const char *text)
{
    return word == NULL || strcasestr(text, word) != NULL;
}

static void head(struct text_table *t, const char *const *heads, size_t count)
{
    text_table_init(t);
    for (size_t i = 0; i < count; i++)
        text_table_column(t, heads[i], false);
}

static void finish(struct text_table *t, size_t rows, bool markdown)
{
    if (rows == 0) {
        text_table_close(t);
        return;
    }
    putchar('\n');
    if (markdown)
        text_table_print_markdown(t, stdout);
    else
        text_table_print(t, stdout);
}

static size_t list_values(struct text_table *t, const struct option_preset *p, const char *word)
{
    size_t rows = 0;
    char chosen[64];
    snprintf(chosen, sizeof chosen, "%s=%s", p->selector, p->name);
    for (size_t i = 0; i < p->count; i++) {
        const struct preset_value *v = &p->values[i];
        if (!wanted(word, chosen) && !wanted(word, v->option))
            continue;
        text_table_cell(t, "%s", chosen);
        text_table_cell(t, "%s", v->option);
        text_table_cell(t, "%s", v->text);
        text_table_cell(t, "%s", v->only ? v->only : "both");
        text_table_cell(t, "%s", v->source);
        rows++;
    }
    if (*p->left_out && wanted(word, chosen)) {
        text_table_cell(t, "%s", chosen);
        text_table_cell(t, "(left out)");
        text_table_cell(t, "-");
        text_table_cell(t, "-");
        text_table_cell(t, "%s", p->left_out);
        rows++;
    }
    return rows;
}

static size_t list_clients(const char *word, bool markdown)
{
    static const char *const heads[] = { "preset", "when refused", "source" };
    struct text_table t;
    size_t rows = 0;
    head(&t, heads, 3);
    for (size_t i = 0; i < client_preset_count; i++) {
        char chosen[64];
        snprintf(chosen, sizeof chosen, "clients.preset=%s", client_presets[i].name);
        bool ends = client_presets[i].refused_ends ||
                    client_presets[i].reconnect.kind == RECONNECT_NEVER;
        if (!wanted(word, chosen))
            continue;
        text_table_cell(&t, "%s", chosen);
        text_table_cell(&t, "%s", ends ? "stop" : "retry");
        text_table_cell(&t, "%s", client_presets[i].source);
        rows++;
    }
    finish(&t, rows, markdown);
    return rows;
}

size_t preset_list_print(const char *word, bool markdown)
{
    static const char *const heads[] = { "preset", "sets", "to", "protocol", "source" };
    size_t count, rows = 0;
    const struct option_preset *all = option_presets(&count);
    struct text_table t;
    head(&t, heads, 5);
    for (size_t i = 0; i < count; i++)
        rows += list_values(&t, &all[i], word);
    finish(&t, rows, markdown);
    return rows + list_clients(word, markdown);
}

json_t *preset_list_of(const char *option)
{
    size_t count;
    const struct option_preset *all = option_presets(&count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < all[i].count; k++) {
            const struct preset_value *v = &all[i].values[k];
            if (strcmp(v->option, option) != 0)
                continue;
            char *name = mem_printf("%s=%s", all[i].selector, all[i].name);
            json_array_append_new(
                list, json_pack("{s:s, s:s, s:s, s:s}", "preset", name, "value", v->text,
                                "protocol", v->only ? v->only : "both", "source", v->source));
            free(name);
        }
    return list;
}

/* "server.preset=uvicorn sse: heartbeat.period=0 …; given instead: accept.backlog=128" */
static char *describe(const struct option_preset *p, const struct settings *s)
{
    char now[UNIT_TEXT_BYTES];
    size_t rows;
    const struct option_row *all = options_all(&rows);
    char *set = mem_strdup(""), *given = mem_strdup("");
    for (size_t i = 0; i < p->count; i++) {
        const struct preset_value *v = &p->values[i];
        const struct option_row *row = option_find(all, rows, v->option);
        if (!preset_value_holds(v, s))
            continue;
        char **text = settings_given(s, row) ? &given : &set;
        char *longer = mem_printf("%s %s=%s", *text, v->option, option_format(row, s, now));
        free(*text);
        *text = longer;
    }
    char *line = mem_printf("preset    %s=%s:%s%s%s", p->selector, p->name, set,
                            *given ? "; given instead:" : "", given);
    free(set);
    free(given);
    return line;
}

/* Prints *line unless it has been; keeps it. */
static void say_once(char ***said, size_t *count, char *line)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*said)[i], line) == 0) {
            free(line);
            return;
        }
    puts(line);
    *said = mem_realloc(*said, (*count + 1) * sizeof **said);
    (*said)[(*count)++] = line;
}

void preset_list_plan(const struct plan *plan)
{
    char **said = NULL;
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct settings *s = &plan->points[i].settings;
        const struct option_preset *chosen[OPTION_PRESETS_CHOSEN];
        size_t n = option_presets_chosen(s, chosen);
        for (size_t k = 0; k < n; k++)
            say_once(&said, &count, describe(chosen[k], s));
    }
    for (size_t i = 0; i < count; i++)
        free(said[i]);
    free(said);
}
