/* text_table.h - tables: text to the left, figures to the right. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_TEXT_TABLE_H
#define PUSHSIM_EXPERIMENTS_CLI_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TEXT_TABLE_COLUMNS_MAX 32

struct text_table {
    size_t columns;                     /* so far, up to TEXT_TABLE_COLUMNS_MAX */
    size_t cell_first, cell_columns;    /* of these, for a cell's swept values (cell_table.h) */
    bool right[TEXT_TABLE_COLUMNS_MAX]; /* aligned to the right */
    char **cells;                       /* by row; owned; the first row is the head */
    size_t count;                       /* cells so far */
};

void text_table_init(struct text_table *t);
/* Before the first cell: adds a column with its head. */
void text_table_column(struct text_table *t, const char *head, bool right);
/* The next cell, row by row. */
void text_table_cell(struct text_table *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Starts like a number: such columns are aligned to the right. */
bool text_is_number(const char *text);
/* Two blanks between columns, none at line ends. Closes the table. */
void text_table_print(struct text_table *t, FILE *out);
/* The same as a table of Markdown; the first row is its head. Closes the table. */
void text_table_print_markdown(struct text_table *t, FILE *out);
void text_table_close(struct text_table *t); /* without printing */

#endif
