#include "experiments/cli/text_table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

void text_table_init(struct text_table *t)
{
    memset(t, 0, sizeof *t);
}

static void append(struct text_table *t, char *text)
{
    t->cells = mem_realloc(t->cells, (t->count + 1) * sizeof *t->cells);
    t->cells[t->count++] = text;
}

void text_table_column(struct text_table *t, const char *head, bool right)
{
    assert(t->count == t->columns && t->columns < TEXT_TABLE_COLUMNS_MAX);
    t->right[t->columns++] = right;
    append(t, mem_strdup(head));
}

void text_table_cell(struct text_table *t, const char *format, ...)
{
    char *text;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    append(t, length < 0 ? mem_strdup("") : text);
}

bool text_is_number(const char *text)
{
    return *text >= '0' && *text <= '9';
}

/* Characters, not bytes: UTF-8 continuation bytes take no room. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void print_row(const struct text_table *t, size_t row, const int *width, FILE *out)
{
    int owed = 0; /* blanks that only the next text makes necessary */
    for (size_t c = 0; c < t->columns; c++) {
        const char *text = t->cells[row * t->columns + c];
        int fill = width[c] - width_of(text);
        if (*text)
            fprintf(out, "%*s%s", owed + (t->right[c] ? fill : 0), "", text);
        owed = *text ? (t->right[c] ? 2 : fill + 2) : owed + width[c] + 2;
    }
    putc('\n', out);
}

void text_table_print(struct text_table *t, FILE *out)
{
    int width[TEXT_TABLE_COLUMNS_MAX] = { 0 };
    for (size_t i = 0; i < t->count; i++)
        if (width_of(t->cells[i]) > width[i % t->columns])
            width[i % t->columns] = width_of(t->cells[i]);
    for (size_t row = 0; row < t->count / t->columns; row++)
        print_row(t, row, width, out);
    text_table_close(t);
}

static void print_escaped(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (strchr("|*_<`\\", *text))
            putc('\\', out);
        putc(*text, out);
    }
}

void text_table_print_markdown(struct text_table *t, FILE *out)
{
    for (size_t i = 0; i < t->count; i++) {
        fputs(i % t->columns ? " | " : "| ", out);
        print_escaped(t->cells[i], out);
        if (i % t->columns == t->columns - 1)
            fputs(" |\n", out);
        for (size_t c = 0; i == t->columns - 1 && c < t->columns; c++)
            fprintf(out, "|%s%s", t->right[c] ? "---:" : "---", c == i ? "|\n" : "");
    }
    text_table_close(t);
}

void text_table_close(struct text_table *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->cells[i]);
    free(t->cells);
    memset(t, 0, sizeof *t);
}
