#include "experiments/replay/server_spec.h"

#include <errno.h>
#include <libgen.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/replay/http_fetch.h"
#include "experiments/replay/server_placeholders.h"
#include "experiments/run/fnv_hash.h"
#include "experiments/run/yaml_document.h"

struct reader {
    struct server_spec *spec;
    const struct yaml_document *doc;
    struct error *err;
};

#define complain(r, at, ...) yaml_error((r)->doc, at, (r)->err, __VA_ARGS__)

struct text_key { /* whose value is a text of the description, as it stands */
    const char *key;
    size_t offset;      /* of a char * in struct server_spec */
    const char *scheme; /* of the URL that it must be; NULL: any text */
};

static const struct text_key texts[] = {
    { "name", offsetof(struct server_spec, name), NULL },
    { "needs", offsetof(struct server_spec, needs), NULL },
    { "ready", offsetof(struct server_spec, ready), "http://" },
    { "publish", offsetof(struct server_spec, publish), "http://" },
    { "message", offsetof(struct server_spec, message), "http://" },
    { "sse", offsetof(struct server_spec, sse), "http://" },
    { "websocket", offsetof(struct server_spec, websocket), "ws://" },
    { NULL, 0, NULL },
};
static const struct text_key counters[] = {
    { "url", offsetof(struct server_spec, stats_url), "http://" },
    { "subscribers", offsetof(struct server_spec, stats_subscribers), NULL },
    { "dropped", offsetof(struct server_spec, stats_dropped), NULL },
    { "depth_mean", offsetof(struct server_spec, stats_depth_mean), NULL },
    { "depth_max", offsetof(struct server_spec, stats_depth_max), NULL },
    { NULL, 0, NULL },
};

/* With any numbers for the placeholders: what is wrong in the file is told with its place. */
static int check_url(const struct reader *r, const struct yaml_node *value, const char *name,
                     const char *scheme)
{
    static const struct parameters any;
    struct endpoint ignored;
    struct error why;
    if (strncmp(value->text, scheme, strlen(scheme)) != 0)
        return complain(r, value->at, "'%s' wants a URL that begins with %s", name, scheme);
    char *url = server_spec_expand(r->spec, value->text, &any, 8000);
    int code = endpoint_parse(&ignored, url, &why);
    free(url);
    return code ? complain(r, value->at, "%s", why.text) : 0;
}

/* A text that may be empty. */
static int read_any_text(const struct reader *r, const struct yaml_node *value,
                         const char *name, char **text)
{
    if (value->kind != YAML_SCALAR)
        return complain(r, value->at, "'%s' wants a text", name);
    *text = mem_strdup(value->text);
    return 0;
}

static int read_text(const struct reader *r, const struct yaml_node *value, const char *name,
                     const char *scheme, char **text)
{
    if (value->kind != YAML_SCALAR || !*value->text)
        return complain(r, value->at, "'%s' wants a text", name);
    int code = scheme ? check_url(r, value, name, scheme) : 0;
    return code ? code : read_any_text(r, value, name, text);
}

/* Whether it is one of these keys; if so, *code tells what became of it. */
static bool read_known(const struct reader *r, const struct yaml_node *entry,
                       const struct text_key *known, int *code)
{
    for (; known->key; known++)
        if (strcmp(entry->key, known->key) == 0) {
            char **text = (char **)((char *)r->spec + known->offset);
            *code = read_text(r, entry, known->key, known->scheme, text);
            return true;
        }
    return false;
}

static int read_command(const struct reader *r, const struct yaml_node *list)
{
    size_t count = 0;
    int code = 0;
    if (list->kind != YAML_LIST)
        return complain(r, list->at, "'command' wants a list: [program, argument, …]");
    for (const struct yaml_node *word = list->child; word && code == 0; word = word->next) {
        if (count == SERVER_WORDS_MAX - 1)
            return complain(r, word->at, "'command' has more than %d words",
                            SERVER_WORDS_MAX - 1);
        code = read_any_text(r, word, "command", &r->spec->command[count++]);
    }
    return code || (count && **r->spec->command) ? code
                                                 : complain(r, list->at, "'command' is empty");
}

static int read_environment(const struct reader *r, const struct yaml_node *map)
{
    size_t count = 0;
    if (map->kind != YAML_MAP)
        return complain(r, map->at, "'environment' wants a map: { NAME: value }");
    for (const struct yaml_node *entry = map->child; entry; entry = entry->next) {
        char *value = NULL;
        if (count == SERVER_WORDS_MAX - 1)
            return complain(r, entry->key_at, "'environment' has more than %d entries",
                            SERVER_WORDS_MAX - 1);
        int code = read_any_text(r, entry, entry->key, &value);
        if (code)
            return code;
        r->spec->environment[count++] = mem_printf("%s=%s", entry->key, value);
        free(value);
    }
    return 0;
}

static int read_stats(const struct reader *r, const struct yaml_node *map)
{
    int code = 0;
    if (map->kind != YAML_MAP)
        return complain(r, map->at,
                        "'stats' wants a map: { url: …, subscribers: …, dropped: … }");
    for (const struct yaml_node *entry = map->child; entry && code == 0; entry = entry->next)
        if (!read_known(r, entry, counters, &code))
            return complain(
                r, entry->key_at,
                "unknown key 'stats.%s' (url, subscribers, dropped, depth_mean, depth_max)",
                entry->key);
    return code || r->spec->stats_url ? code : complain(r, map->at, "'stats' lacks 'url'");
}

static int read_loop(const struct reader *r, const struct yaml_node *value)
{
    const char *const *words = server_placeholders_words("server.loop");
    for (int i = 0; words[i] && value->kind == YAML_SCALAR; i++)
        if (strcmp(value->text, words[i]) == 0) {
            r->spec->loop = i;
            return 0;
        }
    return complain(r, value->at, "'loop' is one of uvloop, asyncio, node, nginx, threads");
}

static int read_hops(const struct reader *r, const struct yaml_node *value)
{
    const char *text = value->kind == YAML_SCALAR ? value->text : "";
    if (strlen(text) != 1 || *text < '0' || *text > '4')
        return complain(r, value->at, "'hops' is a number from 0 to 4");
    r->spec->hops = *text - '0';
    return 0;
}

static int read_entry(const struct reader *r, const struct yaml_node *entry)
{
    const char *key = entry->key;
    int code;
    if (read_known(r, entry, texts, &code))
        return code;
    if (strcmp(key, "command") == 0)
        return read_command(r, entry);
    if (strcmp(key, "environment") == 0)
        return read_environment(r, entry);
    if (strcmp(key, "stats") == 0)
        return read_stats(r, entry);
    if (strcmp(key, "loop") == 0)
        return read_loop(r, entry);
    if (strcmp(key, "hops") == 0)
        return read_hops(r, entry);
    return complain(r, entry->key_at,
                    "unknown key '%s' (name, needs, command, environment, "
                    "ready, publish, message, sse, websocket, stats, loop, hops)",
                    key);
}

static int read_root(const struct reader *r)
{
    const struct server_spec *spec = r->spec;
    const struct yaml_node *root = r->doc->root;
    int code = 0;
    if (root->kind != YAML_MAP)
        return complain(r, root->at,
                        "a server description is a map: name, command, ready, publish, …");
    for (const struct yaml_node *entry = root->child; entry && code == 0; entry = entry->next)
        code = read_entry(r, entry);
    if (code)
        return code;
    if (!spec->name || !spec->command[0] || !spec->ready || !spec->publish)
        return complain(r, root->at, "'%s' is missing",
                        !spec->name         ? "name"
                        : !spec->command[0] ? "command"
                        : !spec->ready      ? "ready"
                                            : "publish");
    if (!spec->sse && !spec->websocket)
        return complain(r, root->at, "at least one of 'sse' and 'websocket' must be there");
    return 0;
}

static int find_dir(struct server_spec *spec, const char *path, struct error *err)
{
    char whole[PATH_MAX];
    if (!realpath(path, whole))
        return error_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
    snprintf(spec->dir, sizeof spec->dir, "%s", dirname(whole));
    return 0;
}

int server_spec_read(struct server_spec *spec, const char *path, struct error *err)
{
    struct yaml_document doc;
    *spec = (struct server_spec){ .loop = -1, .hops = -1 };
    int code = find_dir(spec, path, err);
    code = code ? code : yaml_read(&doc, path, err);
    if (code)
        return code;
    code = read_root(&(struct reader){ spec, &doc, err });
    yaml_close(&doc);
    if (code)
        server_spec_close(spec);
    return code;
}

void server_spec_free_words(char **words)
{
    for (; *words; words++)
        free(*words);
}

void server_spec_close(struct server_spec *spec)
{
    server_spec_free_words(spec->command);
    server_spec_free_words(spec->environment);
    free(spec->name);
    free(spec->needs);
    free(spec->ready);
    free(spec->publish);
    free(spec->message);
    free(spec->sse);
    free(spec->websocket);
    free(spec->stats_url);
    free(spec->stats_subscribers);
    free(spec->stats_dropped);
    free(spec->stats_depth_mean);
    free(spec->stats_depth_max);
    memset(spec, 0, sizeof *spec);
}

/* With the zero that ends it; nothing is told from an empty text. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    return text ? fnv_bytes(hash, text, strlen(text) + 1) : fnv_byte(hash, 1);
}

static uint64_t hash_words(uint64_t hash, char *const *words)
{
    for (; *words; words++)
        hash = hash_text(hash, *words);
    return hash_text(hash, NULL);
}

uint64_t server_spec_hash(const struct server_spec *spec)
{
    uint64_t hash = hash_text(FNV_START, spec->name);
    hash = hash_words(hash, spec->command);
    hash = hash_words(hash, spec->environment);
    hash = hash_text(hash, spec->publish);
    hash = hash_text(hash, spec->message);
    hash = hash_text(hash, spec->sse);
    return hash_text(hash, spec->websocket);
}

static bool any_holds(char *const *words, const char *text)
{
    for (; *words; words++)
        if (strstr(*words, text))
            return true;
    return false;
}

bool server_spec_takes(const struct server_spec *spec, const char *placeholder)
{
    return any_holds(spec->command, placeholder) || any_holds(spec->environment, placeholder);
}

char *server_spec_expand(const struct server_spec *spec, const char *text,
                         const struct parameters *p, int port)
{
    return server_placeholders_fill(text, spec->dir, p, port);
}
