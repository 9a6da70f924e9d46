#include "experiments/cli/report_page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

/* Colours of the charts (svg_chart.h), told apart by eyes that miss red or green, on paper and on a
 * dark screen. */
static const char style[] =
    "body{font:15px/1.45 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1b1b;background:#fff}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;margin:.6rem 0}"
    "th,td{white-space:nowrap;padding:.15rem .6rem;border-bottom:1px solid "
    "#8884;text-align:left}"
    ".r{text-align:right;font-variant-numeric:tabular-nums}"
    "pre{background:#8881;padding:.8rem;overflow-x:auto}"
    "figure{margin:1rem 0}figcaption{font-weight:600}svg{max-width:100%;height:auto}"
    "svg text{font:12px system-ui,sans-serif;fill:currentColor}"
    ".axis{stroke:currentColor;fill:none}.grid{stroke:#8884}"
    ".c0{--c:#0072b2}.c1{--c:#d55e00}.c2{--c:#009e73}.c3{--c:#cc79a7}"
    ".line{stroke:var(--c);stroke-width:1.8;fill:none}.area{fill:var(--c);opacity:.18}"
    ".mark{stroke:var(--c);fill:var(--c)}.bar{stroke:var(--c);fill:none}"
    ".level{stroke:currentColor;stroke-dasharray:5 4}.moment{stroke:#888;stroke-dasharray:2 3}"
    ".p1{fill:#f0e442;opacity:.25}.p2{fill:#e69f00;opacity:.3}.p3{fill:#d55e00;opacity:.35}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}"
    ".c0{--c:#56b4e9}.c1{--c:#ff8c42}.c2{--c:#2fd3a0}.c3{--c:#e3a3cb}}";

void report_page_escape(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else
            putc(*text, out);
    }
}

void report_page_begin(struct report_page *p, FILE *out, enum page_format format,
                       const char *title)
{
    *p = (struct report_page){ .out = out, .format = format };
    if (format == PAGE_MARKDOWN)
        return;
    fputs("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta "
          "name=\"viewport\" content=\"width=device-width\">\n<title>",
          out);
    report_page_escape(out, title);
    fprintf(out, "</title>\n<style>%s</style>\n", style);
}

/* `code` and \* of Markdown. */
static void write_inline(FILE *out, const char *text)
{
    bool code = false;
    for (; *text; text++) {
        char one[2] = { *text, '\0' };
        if (*text == '\\' && text[1] == '*')
            continue;
        if (*text == '`')
            fputs((code = !code) ? "<code>" : "</code>", out);
        else
            report_page_escape(out, one);
    }
}

/* A list ends with whatever is no item of it. */
static void leave_list(struct report_page *p)
{
    if (p->in_list && p->format == PAGE_HTML)
        fputs("</ul>\n", p->out);
    p->in_list = false;
}

/* `inline_html` writes it where the page is HTML. */
static void write_text(struct report_page *p, const char *before, const char *format,
                       va_list args, const char *after,
                       void (*inline_html)(FILE *out, const char *text))
{
    char *text;
    if (vasprintf(&text, format, args) < 0)
        text = mem_strdup("");
    fputs(before, p->out);
    if (p->format == PAGE_HTML)
        inline_html(p->out, text);
    else
        fputs(text, p->out);
    fputs(after, p->out);
    free(text);
}

void report_page_text(struct report_page *p, const char *format, ...)
{
    bool html = p->format == PAGE_HTML;
    va_list args;
    leave_list(p);
    va_start(args, format);
    write_text(p, html ? "<p>" : "\n", format, args, html ? "</p>\n" : "\n", write_inline);
    va_end(args);
}

void report_page_item(struct report_page *p, const char *format, ...)
{
    bool html = p->format == PAGE_HTML;
    va_list args;
    if (!p->in_list)
        fputs(html ? "<ul>\n" : "\n", p->out);
    p->in_list = true;
    va_start(args, format);
    write_text(p, html ? "<li>" : "- ", format, args, html ? "</li>\n" : "\n",
               report_page_escape);
    va_end(args);
}

void report_page_heading(struct report_page *p, int level, const char *text)
{
    leave_list(p);
    if (p->format == PAGE_HTML) {
        fprintf(p->out, "<h%d>", level);
        report_page_escape(p->out, text);
        fprintf(p->out, "</h%d>\n", level);
    } else {
        fprintf(p->out, "%s%.*s %s\n", p->begun ? "\n" : "", level, "###", text);
    }
    p->begun = true;
}

static void write_table(const struct text_table *t, FILE *out)
{
    fputs("<div class=\"wide\"><table>\n", out);
    for (size_t i = 0; i < t->count; i++) {
        const char *kind = i < t->columns ? "th" : "td";
        fprintf(out, "%s<%s%s>", i % t->columns == 0 ? "<tr>" : "", kind,
                t->right[i % t->columns] ? " class=\"r\"" : "");
        report_page_escape(out, t->cells[i]);
        fprintf(out, "</%s>%s", kind, i % t->columns == t->columns - 1 ? "</tr>\n" : "");
    }
    fputs("</table></div>\n", out);
}

void report_page_table(struct report_page *p, struct text_table *t)
{
    leave_list(p);
    if (p->format == PAGE_MARKDOWN) {
        putc('\n', p->out);
        text_table_print_markdown(t, p->out);
        return;
    }
    write_table(t, p->out);
    text_table_close(t);
}

void report_page_code(struct report_page *p, const char *text)
{
    leave_list(p);
    bool ends = *text && text[strlen(text) - 1] == '\n';
    if (p->format == PAGE_MARKDOWN) {
        fprintf(p->out, "\n~~~~yaml\n%s%s~~~~\n", text, ends ? "" : "\n");
        return;
    }
    fputs("<pre>", p->out);
    report_page_escape(p->out, text);
    fputs("</pre>\n", p->out);
}

void report_page_end(struct report_page *p)
{
    leave_list(p);
    if (p->format == PAGE_HTML)
        fputs("</html>\n", p->out);
}
