#include "experiments/run/yaml_document.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/source_excerpt.h"

struct builder {
    struct yaml_document *doc;
    struct fy_parser *parser;
    struct yaml_node *open[YAML_DEPTH_MAX]; /* the lists and maps around the current place */
    struct yaml_node *last[YAML_DEPTH_MAX]; /* the newest entry of each */
    int depth;
    char *key; /* read, its value not yet; owned */
    struct yaml_place key_at;
    const char *stop; /* key of the root to stop at, if it is the last; NULL: none */
    bool stopped;
    struct error *err;
};

/* The source line of a place and the caret below it. */
static void append_source(const struct yaml_document *doc, struct yaml_place at, char *out)
{
    const char *line = doc->source, *end = doc->source + doc->bytes;
    for (int n = 1; n < at.line && line; n++) {
        line = memchr(line, '\n', (size_t)(end - line));
        line = line ? line + 1 : NULL;
    }
    if (!line || line >= end)
        return;
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    source_excerpt(out, line, (size_t)((stop ? stop : end) - line), (size_t)at.column);
}

int yaml_error(const struct yaml_document *doc, struct yaml_place at, struct error *err,
               const char *format, ...)
{
    char message[512], source[SOURCE_EXCERPT_BYTES] = "";
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (at.line == 0)
        return error_set(err, ERR_INVALID, "%.200s: %s", doc->path, message);
    append_source(doc, at, source);
    return error_set(err, ERR_INVALID, "%.200s:%d:%d: %s%s", doc->path, at.line, at.column,
                     message, source);
}

const char *yaml_kind_name(enum yaml_kind kind)
{
    static const char *const names[] = { "a value", "a list", "a map" };
    return names[kind];
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    for (const struct yaml_node *n = map->child; n; n = n->next)
        if (strcmp(n->key, key) == 0)
            return n;
    return NULL;
}

const struct yaml_node *yaml_find(const struct yaml_node *map, const char *path)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    for (const struct yaml_node *n = map->child; n; n = n->next) {
        size_t length = strlen(n->key);
        if (strncmp(n->key, path, length) != 0)
            continue;
        if (path[length] == '\0')
            return n;
        const struct yaml_node *below =
            path[length] == '.' ? yaml_find(n, path + length + 1) : NULL;
        if (below)
            return below;
    }
    return NULL;
}

size_t yaml_count(const struct yaml_node *node)
{
    size_t count = 0;
    for (const struct yaml_node *n = node->child; n; n = n->next)
        count++;
    return count;
}

static void node_free(struct yaml_node *node)
{
    while (node) { /* depth is bounded by YAML_DEPTH_MAX */
        struct yaml_node *next = node->next;
        node_free(node->child);
        free(node->text);
        free(node->key);
        free(node);
        node = next;
    }
}

void yaml_close(struct yaml_document *doc)
{
    node_free(doc->root);
    free(doc->path);
    free(doc->source);
    memset(doc, 0, sizeof *doc);
}

static struct yaml_place place_of(struct fy_token *token)
{
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
    return mark ? (struct yaml_place){ mark->line + 1, mark->column + 1 }
                : (struct yaml_place){ 1, 1 };
}

/* Hangs a value below the open list or map, or makes it the root. */
static void attach(struct builder *b, struct yaml_node *node)
{
    if (b->depth == 0) {
        b->doc->root = node;
        return;
    }
    struct yaml_node *parent = b->open[b->depth - 1];
    node->key = b->key;
    node->key_at = b->key_at;
    b->key = NULL;
    if (parent->child)
        b->last[b->depth - 1]->next = node;
    else
        parent->child = node;
    b->last[b->depth - 1] = node;
}

static bool wants_key(const struct builder *b)
{
    return b->depth > 0 && b->open[b->depth - 1]->kind == YAML_MAP && !b->key;
}

/* Is `stop` the key at `at`, in a block map at the margin, and all that follows its value's? */
static bool is_last(const struct builder *b, const char *key, const struct fy_mark *at)
{
    const struct yaml_node *root = b->doc->root;
    const char *line = b->doc->source, *end = line + b->doc->bytes;
    if (!b->stop || b->depth != 1 || at->column != 0 || strcmp(key, b->stop) != 0)
        return false;
    if (!root->child || root->child->key_at.line != root->at.line ||
        root->child->key_at.column != root->at.column)
        return false; /* a flow map begins before its first key, and heeds no indentation */
    for (line += at->input_pos; (line = memchr(line, '\n', (size_t)(end - line)));)
        if (++line < end && !strchr(" #\r\n", *line))
            return false;
    return true;
}

/* Takes `text` over. */
static int take_key(struct builder *b, char *text, struct yaml_place at)
{
    if (yaml_get(b->open[b->depth - 1], text)) {
        int code = yaml_error(b->doc, at, b->err, "key '%.80s' is given twice", text);
        free(text);
        return code;
    }
    b->key = text;
    b->key_at = at;
    return 0;
}

/* Straight out of the source where it stands there as it is, without a copy of the parser's own. */
static char *copy_text(struct fy_token *token)
{
    size_t bytes = 0;
    const char *text = token ? fy_token_get_text(token, &bytes) : NULL;
    char *copy = mem_alloc(bytes + 1);
    if (text)
        memcpy(copy, text, bytes);
    return copy;
}

static int take_scalar(struct builder *b, struct fy_token *token)
{
    struct yaml_place at = place_of(token);
    char *text = copy_text(token);
    if (wants_key(b)) {
        b->stopped = token && is_last(b, text, fy_token_start_mark(token));
        return take_key(b, text, at);
    }
    struct yaml_node *node = mem_alloc(sizeof *node);
    node->text = text;
    /* an empty value has no token of its own: the complaint belongs at its key */
    node->at = *node->text == '\0' && b->key ? b->key_at : at;
    attach(b, node);
    return 0;
}

static int take_start(struct builder *b, enum yaml_kind kind, struct fy_token *token)
{
    struct yaml_place at = place_of(token);
    if (wants_key(b))
        return yaml_error(b->doc, at, b->err, "a key must be a word, not %s",
                          yaml_kind_name(kind));
    if (b->depth == YAML_DEPTH_MAX)
        return yaml_error(b->doc, at, b->err, "nested more than %d levels deep",
                          YAML_DEPTH_MAX);
    struct yaml_node *node = mem_alloc(sizeof *node);
    node->kind = kind;
    node->at = at;
    attach(b, node);
    b->open[b->depth++] = node;
    return 0;
}

static int take_event(struct builder *b, struct fy_event *event)
{
    switch (event->type) {
    case FYET_DOCUMENT_START:
        if (b->doc->root)
            return yaml_error(b->doc, place_of(event->document_start.document_start), b->err,
                              "a second document starts here; only one is read");
        return 0;
    case FYET_ALIAS:
        return yaml_error(b->doc, place_of(event->alias.anchor), b->err,
                          "aliases (*name) are not supported: write the value out");
    case FYET_SCALAR:
        return take_scalar(b, event->scalar.value);
    case FYET_SEQUENCE_START:
        return take_start(b, YAML_LIST, event->sequence_start.sequence_start);
    case FYET_MAPPING_START:
        return take_start(b, YAML_MAP, event->mapping_start.mapping_start);
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END:
        b->depth--;
        return 0;
    default:
        return 0;
    }
}

/* The parser's own complaint, in our form. */
static int syntax_error(struct builder *b, struct fy_diag *diag)
{
    void *iter = NULL;
    struct fy_diag_error *e = fy_diag_errors_iterate(diag, &iter);
    if (!e)
        return yaml_error(b->doc, (struct yaml_place){ 0, 0 }, b->err, "not valid YAML");
    return yaml_error(b->doc, (struct yaml_place){ e->line, e->column }, b->err, "%s", e->msg);
}

static int build(struct builder *b, struct fy_diag *diag)
{
    int code = 0;
    struct fy_event *event;
    if (fy_parser_set_string(b->parser, b->doc->source, b->doc->bytes))
        return syntax_error(b, diag);
    while (code == 0 && !b->stopped && (event = fy_parser_parse(b->parser))) {
        code = take_event(b, event);
        fy_parser_event_free(b->parser, event);
    }
    free(b->key);
    if (code == 0 && fy_diag_got_error(diag))
        code = syntax_error(b, diag);
    if (code == 0 && !b->doc->root)
        code = yaml_error(b->doc, (struct yaml_place){ 0, 0 }, b->err, "the file is empty");
    return code;
}

/* Bytes of the UTF-8 character at `at`; 0 when it is none, or a control character. */
static size_t character(const unsigned char *at, const unsigned char *end)
{
    if (*at < 0x80)
        return *at >= ' ' ? *at != 0x7f : *at == '\t' || *at == '\r' || *at == '\n';
    size_t length = *at >= 0xf0 ? 4 : *at >= 0xe0 ? 3 : 2;
    if (*at < 0xc2 || *at > 0xf4 || (size_t)(end - at) < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

/* Where in the text the byte at `c` stands; all before it is UTF-8. */
static struct yaml_place place_at(const struct yaml_document *doc, const unsigned char *c)
{
    struct yaml_place at = { 1, 1 };
    for (const unsigned char *i = (const unsigned char *)doc->source; i < c; i++)
        if (*i == '\n')
            at = (struct yaml_place){ at.line + 1, 1 };
        else if ((*i & 0xc0) != 0x80)
            at.column++;
    return at;
}

/* Bytes that are no text at all: say so instead of a riddle from the parser. */
static int check_text(const struct yaml_document *doc, struct error *err)
{
    static const char magic[] = "SQLite format 3";
    const unsigned char *c = (const unsigned char *)doc->source, *end = c + doc->bytes;
    size_t length = 1;
    if (doc->bytes > strlen(magic) && memcmp(doc->source, magic, strlen(magic)) == 0)
        return error_set(err, ERR_INVALID, "%.200s: a database, not a YAML file", doc->path);
    if (doc->bytes > YAML_BYTES_MAX)
        return error_set(err, ERR_INVALID, "%.200s: larger than 1 MiB", doc->path);
    for (; c < end && length > 0; c += length)
        length = character(c, end);
    if (length > 0)
        return 0;
    struct yaml_place at = place_at(doc, c);
    return error_set(err, ERR_INVALID, "%.200s:%d:%d: byte 0x%02x: not a text file", doc->path,
                     at.line, at.column, *c);
}

static int parse(struct yaml_document *doc, const char *path, const char *text, size_t bytes,
                 const char *last, struct error *err)
{
    memset(doc, 0, sizeof *doc);
    doc->path = mem_strdup(path);
    doc->source = mem_alloc(bytes + 1);
    memcpy(doc->source, text, bytes);
    doc->bytes = bytes;
    int code = check_text(doc, err);
    if (code) {
        yaml_close(doc);
        return code;
    }
    struct fy_diag_cfg quiet;
    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    quiet.output_fn = NULL;
    struct fy_diag *diag = fy_diag_create(&quiet);
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag };
    struct builder b = {
        .doc = doc, .parser = fy_parser_create(&cfg), .stop = last, .err = err
    };
    code = build(&b, diag);
    fy_parser_destroy(b.parser);
    fy_diag_destroy(diag);
    if (code)
        yaml_close(doc);
    return code;
}

int yaml_parse(struct yaml_document *doc, const char *path, const char *text, size_t bytes,
               struct error *err)
{
    return parse(doc, path, text, bytes, NULL, err);
}

/* All of a file; a device or a huge one ends soon after what is allowed. The caller frees it and
 * asks ferror. */
static char *read_all(FILE *file, size_t *bytes)
{
    size_t room = 32 << 10, got;
    char *text = mem_alloc(room);
    *bytes = 0;
    while ((got = fread(text + *bytes, 1, room - *bytes, file)) > 0) {
        *bytes += got;
        if (*bytes > YAML_BYTES_MAX)
            break;
        if (*bytes == room)
            text = mem_realloc(text, room *= 2);
    }
    return text;
}

int yaml_read_until(struct yaml_document *doc, const char *path, const char *last,
                    struct error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return error_set(err, ERR_INVALID, "%.200s: %s", path, strerror(errno));
    size_t bytes;
    char *text = read_all(file, &bytes);
    int code = 0;
    if (ferror(file))
        code = error_set(err, ERR_INVALID, "%.200s: %s", path, strerror(errno));
    fclose(file);
    if (code == 0)
        code = parse(doc, path, text, bytes, last, err);
    free(text);
    return code;
}

int yaml_read(struct yaml_document *doc, const char *path, struct error *err)
{
    return yaml_read_until(doc, path, NULL, err);
}
