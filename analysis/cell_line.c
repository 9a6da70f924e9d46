#include "analysis/cell_line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The number behind a swept value; false for words. */
static bool value_number(const char *key, const char *text, double *number)
{
    size_t count;
    struct error unused;
    const struct option_row *o = options_all(&count);
    o = option_find(o, count, key);
    if (!o) { /* workload.phases.NAME.rate */
        const struct option_row *of_phase = options_of_phase(&count);
        const char *dot = strrchr(key, '.');
        o = option_find(of_phase, count, dot ? dot + 1 : key);
    }
    if (!o || o->type == OPTION_CHOICE || o->type == OPTION_BOOL)
        return false;
    if (strcmp(text, "none") == 0) { /* no limit is the amplest */
        *number = HUGE_VAL;
        return true;
    }
    return unit_parse(text, o->unit, number, &unused) == 0;
}

/* Along which option the lines go. */
static bool choose_option(const char *cell, char option[64])
{
    char key[64], value[UNIT_TEXT_BYTES];
    bool found = false, cpu = false;
    double number;
    while (cell_next(&cell, key, value)) {
        bool is_cpu = strcmp(key, "cpu.limit") == 0 || strcmp(key, "cpu.quota") == 0;
        if (!value_number(key, value, &number) || (cpu && !is_cpu))
            continue;
        cpu = is_cpu;
        found = true;
        strcpy(option, key);
        if (strcmp(key, "cpu.limit") == 0)
            break;
    }
    return found;
}

/* Splits a cell into the option's value and all others. */
static bool split(const struct cell *cell, const char *option, struct cell_stop *stop,
                  char group[256])
{
    char key[64], value[UNIT_TEXT_BYTES];
    const char *rest = cell->text;
    bool found = false;
    *group = '\0';
    stop->cell = cell;
    while (cell_next(&rest, key, value)) {
        size_t used = strlen(group);
        if (strcmp(key, option) == 0) {
            strcpy(stop->value, value);
            found = value_number(key, value, &stop->number);
        } else {
            snprintf(group + used, 256 - used, "%s%s=%s", used ? " " : "", key, value);
        }
    }
    return found;
}

static int by_number(const void *a, const void *b)
{
    double x = ((const struct cell_stop *)a)->number, y = ((const struct cell_stop *)b)->number;
    return (x > y) - (x < y);
}

static struct cell_line *line_of(struct cell_line *lines, size_t count, const char *group)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(lines[i].group, group) == 0)
            return &lines[i];
    return NULL;
}

static void add_stop(struct cell_line *line, const struct cell_stop *stop)
{
    line->stops = mem_realloc(line->stops, (line->count + 1) * sizeof *line->stops);
    line->stops[line->count++] = *stop;
}

size_t cell_lines(const struct cells *cells, struct cell_line **lines)
{
    char option[64], group[256];
    size_t count = 0;
    *lines = NULL;
    if (cells->count == 0 || !choose_option(cells->cell[0].text, option))
        return 0;
    for (size_t i = 0; i < cells->count; i++) {
        struct cell_stop stop;
        if (!split(&cells->cell[i], option, &stop, group))
            continue;
        struct cell_line *line = line_of(*lines, count, group);
        if (!line) {
            *lines = mem_realloc(*lines, (count + 1) * sizeof **lines);
            line = &(*lines)[count++];
            *line = (struct cell_line){ .count = 0 };
            strcpy(line->group, group);
            strcpy(line->option, option);
        }
        add_stop(line, &stop);
    }
    for (size_t i = 0; i < count; i++)
        qsort((*lines)[i].stops, (*lines)[i].count, sizeof *(*lines)[i].stops, by_number);
    return count;
}

void cell_lines_free(struct cell_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(lines[i].stops);
    free(lines);
}
