/* report_page.h - a page of headings, paragraphs and tables, as Markdown or as one HTML file that
 * needs no other.
 *
 * Texts are written once, in Markdown's way: `code`, and \* for a star; HTML shows them alike.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_REPORT_PAGE_H
#define PUSHSIM_EXPERIMENTS_CLI_REPORT_PAGE_H

#include <stdio.h>

#include "experiments/cli/text_table.h"

enum page_format { PAGE_MARKDOWN, PAGE_HTML };

struct report_page {
    FILE *out;               /* borrowed */
    enum page_format format; /* that it is written in */
    bool begun;              /* something stands on it: the next heading is set off */
    bool in_list;            /* items came last */
};

void report_page_begin(struct report_page *p, FILE *out, enum page_format format,
                       const char *title);
/* Level 1: the page's or an experiment's name; 2: a section; 3: a part of it. */
void report_page_heading(struct report_page *p, int level, const char *text);
void report_page_text(struct report_page *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* One of a list. It may have words of a run (cells, reasons): nothing in it is Markdown's. */
void report_page_item(struct report_page *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Closes the table. */
void report_page_table(struct report_page *p, struct text_table *t);
/* A file's text as it is. */
void report_page_code(struct report_page *p, const char *text);
void report_page_end(struct report_page *p);

/* Writes text with &, < and > as HTML wants them. */
void report_page_escape(FILE *out, const char *text);

#endif
