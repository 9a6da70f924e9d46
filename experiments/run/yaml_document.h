/* yaml_document.h - a YAML file as a small tree in which every key and value knows its place.
 *
 * Built on libfyaml 0.7's event parser, so that depth, size and aliases are bounded while reading
 * (libfyaml resolves aliases for ever on nested ones: they are refused). One document a file,
 * UTF-8, at most 1 MiB, at most 16 levels, keys are scalars and unique.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_YAML_DOCUMENT_H
#define PUSHSIM_EXPERIMENTS_RUN_YAML_DOCUMENT_H

#include <stddef.h>

#include "sim/error.h"

#define YAML_BYTES_MAX (1 << 20)
#define YAML_DEPTH_MAX 16

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_place {
    int line;   /* from 1; 0 = the file as a whole */
    int column; /* from 1 */
};

struct yaml_node {            /* text and entries owned */
    enum yaml_kind kind;      /* which of the fields below it has */
    struct yaml_place at;     /* of the value */
    char *text;               /* scalar: its text, "" when empty */
    char *key;                /* in a map: its key, else NULL */
    struct yaml_place key_at; /* in a map */
    struct yaml_node *child;  /* list, map: first entry, or NULL */
    struct yaml_node *next;   /* next entry of the same list or map, in file order */
};

struct yaml_document {      /* all owned */
    char *path;             /* as given, for messages */
    char *source;           /* the file's text */
    size_t bytes;           /* its length */
    struct yaml_node *root; /* a map or list or scalar; never NULL after reading */
};

/* ERR_INVALID: cannot be read, or not a YAML document as described above. The text starts with
 * "path:" or "path:line:column:". On error the document is empty and needs no close. */
int yaml_read(struct yaml_document *doc, const char *path, struct error *err);
/* The same without the root's key `last`, where it is the last: if all that follows is indented,
 * blank or a comment, neither the key nor its value is parsed. */
int yaml_read_until(struct yaml_document *doc, const char *path, const char *last,
                    struct error *err);
/* The same as yaml_read from memory; `path` only names it in messages. */
int yaml_parse(struct yaml_document *doc, const char *path, const char *text, size_t bytes,
               struct error *err);
void yaml_close(struct yaml_document *doc);

/* The entry of a map with this key; NULL when there is none or `map` is no map. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);
/* The same by a dotted path, whose dots are levels or part of the keys. */
const struct yaml_node *yaml_find(const struct yaml_node *map, const char *path);
size_t yaml_count(const struct yaml_node *node); /* entries of a list or map */
/* "a value", "a list", "a map": for messages. */
const char *yaml_kind_name(enum yaml_kind kind);

/* Sets "path:line:column: message", the source line and a caret under the column; returns
 * ERR_INVALID. */
int yaml_error(const struct yaml_document *doc, struct yaml_place at, struct error *err,
               const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
