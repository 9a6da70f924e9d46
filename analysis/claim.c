#include "analysis/claim.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- one line ------------------------------------------------------------------------------ */

struct line { /* the words of a line, as far as they are read */
    char *words, *rest;
    const char *word; /* at hand; NULL: the end */
};

static void advance(struct line *l)
{
    l->word = strtok_r(NULL, " ", &l->rest);
}

static bool is_operator(const char *word)
{
    return strcmp(word, "<") == 0 || strcmp(word, "<=") == 0 || strcmp(word, ">") == 0 ||
           strcmp(word, ">=") == 0;
}

/* KEY=EACH and KEY=SOME give the line its range. */
static int read_range(struct evidence *e, const char *word)
{
    const char *value = strchr(word, '=');
    enum evidence_range range = strcmp(value, "=EACH") == 0   ? EVIDENCE_EACH
                                : strcmp(value, "=SOME") == 0 ? EVIDENCE_SOME
                                                              : EVIDENCE_ONE;
    if (range == EVIDENCE_ONE)
        return 0;
    size_t length = (size_t)(value - word);
    if (e->key &&
        (e->range != range || strlen(e->key) != length || strncmp(e->key, word, length) != 0))
        return ERR_INVALID;
    if (!e->key)
        e->key = mem_printf("%.*s", (int)length, word);
    e->range = range;
    return 0;
}

static int read_cell(struct evidence *e, struct evidence_term *t, struct line *l)
{
    int code = 0;
    t->cell = mem_strdup("");
    if (!l->word || strcmp(l->word, "if") != 0)
        return 0;
    for (advance(l); l->word && strchr(l->word + 1, '=') && !is_operator(l->word); advance(l)) {
        char *longer = mem_printf("%s%s%s", t->cell, *t->cell ? " " : "", l->word);
        free(t->cell);
        t->cell = longer;
        code = code ? code : read_range(e, l->word);
    }
    return code ? code : *t->cell ? 0 : ERR_INVALID;
}

static int read_term(struct evidence *e, struct line *l, double sign, bool right)
{
    struct evidence_term *t = &e->terms[e->term_count];
    char *end;
    if (!l->word || e->term_count == EVIDENCE_TERMS_MAX)
        return ERR_INVALID;
    *t = (struct evidence_term){ .factor = sign, .right = right, .otherwise = NAN };
    e->term_count++;
    double number = strtod(l->word, &end);
    if (*end == '\0') {
        t->factor *= number;
        advance(l);
        if (!isfinite(number))
            return ERR_INVALID;
        if (!l->word || strcmp(l->word, "x") != 0)
            return 0;
        advance(l);
        if (!l->word)
            return ERR_INVALID;
    }
    if (strlen(l->word) >= sizeof t->metric || strchr(l->word, '='))
        return ERR_INVALID;
    snprintf(t->metric, sizeof t->metric, "%s", l->word);
    advance(l);
    if (l->word && strcmp(l->word, "or") == 0) {
        advance(l);
        t->otherwise = l->word ? strtod(l->word, &end) : NAN;
        if (!isfinite(t->otherwise) || *end != '\0')
            return ERR_INVALID;
        advance(l);
    }
    return read_cell(e, t, l);
}

/* TERM { + TERM | - TERM } OPERATOR TERM { + TERM | - TERM } */
static int read_line(struct evidence *e, const char *text)
{
    struct line l = { .words = mem_strdup(text) };
    l.word = strtok_r(l.words, " ", &l.rest);
    int code = read_term(e, &l, 1, false);
    while (code == 0 && l.word) {
        double sign = strcmp(l.word, "-") == 0 ? -1 : 1;
        bool joins = sign < 0 || strcmp(l.word, "+") == 0;
        if (!joins && (e->operator[0] || !is_operator(l.word)))
            code = ERR_INVALID;
        else if (!joins)
            snprintf(e->operator, sizeof e->operator, "%s", l.word);
        advance(&l);
        code = code ? code : read_term(e, &l, sign, e->operator[0]);
    }
    free(l.words);
    e->text = mem_strdup(text);
    return code || e->operator[0] ? code : ERR_INVALID;
}

/* -- the file ------------------------------------------------------------------------------ */

static int read_list(struct claim *c, const struct yaml_document *doc,
                     const struct yaml_node *list, struct error *err)
{
    if (list->kind != YAML_LIST || !list->child)
        return yaml_error(doc, list->at, err, "evidence is a list, or parts with a list each");
    c->parts = mem_realloc(c->parts, (c->part_count + 1) * sizeof *c->parts);
    c->parts[c->part_count++] = (struct claim_part){ .name = mem_strdup(list->key) };
    for (const struct yaml_node *n = list->child; n; n = n->next) {
        struct evidence one = { .part = c->part_count - 1 };
        int code = n->kind == YAML_SCALAR ? read_line(&one, n->text) : ERR_INVALID;
        c->items = mem_realloc(c->items, (c->count + 1) * sizeof one);
        c->items[c->count++] = one;
        if (code)
            return yaml_error(doc, n->at, err,
                              "evidence reads: METRIC if CELL > NUMBER x METRIC if CELL");
    }
    return 0;
}

static int read_evidence(struct claim *c, const struct yaml_document *doc,
                         const struct yaml_node *node, struct error *err)
{
    int code = 0;
    if (node->kind != YAML_MAP) {
        code = read_list(c, doc, node, err);
        if (code == 0)
            c->parts[0].name[0] = '\0'; /* its key is "evidence" itself */
        return code;
    }
    for (const struct yaml_node *part = node->child; part && code == 0; part = part->next)
        code = read_list(c, doc, part, err);
    return code;
}

static int read_decision(struct claim *c, const struct yaml_document *doc,
                         const struct yaml_node *node, struct error *err)
{
    static const char *const keys[] = { "case", "risk", "choice" };
    if (!node)
        return 0;
    for (size_t i = 0; i < 3; i++) {
        const struct yaml_node *text = yaml_get(node, keys[i]);
        if (!text || text->kind != YAML_SCALAR)
            return yaml_error(doc, node->at, err, "decision is a case, a risk and a choice");
        c->decision[i] = mem_strdup(text->text);
    }
    return 0;
}

int claim_read(struct claim *c, const struct experiment *e, struct error *err)
{
    const struct yaml_node *name = yaml_get(e->doc.root, "claim");
    const struct yaml_node *evidence = yaml_get(e->doc.root, "evidence");
    memset(c, 0, sizeof *c);
    if (!name || !evidence)
        return 0;
    if (name->kind != YAML_SCALAR)
        return yaml_error(&e->doc, name->at, err, "claim is a name");
    c->name = mem_strdup(name->text);
    int code = read_evidence(c, &e->doc, evidence, err);
    if (code == 0)
        code = read_decision(c, &e->doc, yaml_get(e->doc.root, "decision"), err);
    if (code)
        claim_close(c);
    return code;
}

void claim_close(struct claim *c)
{
    for (size_t i = 0; i < c->count; i++) {
        for (size_t k = 0; k < c->items[i].term_count; k++)
            free(c->items[i].terms[k].cell);
        free(c->items[i].text);
        free(c->items[i].key);
        free(c->items[i].at);
    }
    for (size_t i = 0; i < c->part_count; i++)
        free(c->parts[i].name);
    for (size_t i = 0; i < 3; i++)
        free(c->decision[i]);
    free(c->items);
    free(c->parts);
    free(c->name);
    memset(c, 0, sizeof *c);
}
