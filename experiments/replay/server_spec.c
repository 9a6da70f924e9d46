#include "experiments/replay/server_spec.h"

#include <errno.h>
#include <libfyaml.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/replay/server_placeholders.h"
#include "experiments/run/source_excerpt.h"

/* What libfyaml has to say goes, line by line, into the caller's error text. */
static void collect(struct fy_diag *diag, void *user, const char *text, size_t bytes)
{
    (void)diag;
    struct error *err = user;
    size_t used = strlen(err->text);
    size_t room = sizeof err->text - 1 - used;
    size_t length = bytes < room ? bytes : room;
    memcpy(err->text + used, text, length);
    err->text[used + length] = '\0';
}

static int complain(struct fy_node *node, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int complain(struct fy_node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fy_node_vreport(node, FYET_ERROR, format, args);
    va_end(args);
    return ERR_INVALID;
}

static int read_text(char **text, struct fy_node *value, const char *name)
{
    if (fy_node_is_alias(value))
        return complain(value, "aliases are not supported");
    const char *scalar = fy_node_is_scalar(value) ? fy_node_get_scalar0(value) : NULL;
    if (!scalar || !*scalar)
        return complain(value, "'%s' wants a text", name);
    if (*text)
        return complain(value, "'%s' is given twice", name);
    *text = mem_strdup(scalar);
    return 0;
}

static int read_url(char **text, struct fy_node *value, const char *name, const char *scheme)
{
    int rc = read_text(text, value, name);
    if (rc == 0 && strncmp(*text, scheme, strlen(scheme)) != 0)
        return complain(value, "'%s' wants a URL that begins with %s", name, scheme);
    return rc;
}

static int read_command(struct server_spec *spec, struct fy_node *list)
{
    if (!fy_node_is_sequence(list))
        return complain(list, "'command' wants a list: [program, argument, …]");
    size_t count = 0;
    void *at = NULL;
    for (struct fy_node *word; (word = fy_node_sequence_iterate(list, &at));) {
        if (count == SERVER_WORDS_MAX - 1)
            return complain(word, "'command' has more than %d words", SERVER_WORDS_MAX - 1);
        int rc = read_text(&spec->command[count++], word, "command");
        if (rc)
            return rc;
    }
    return count ? 0 : complain(list, "'command' is empty");
}

static const char *key_of(struct fy_node_pair *pair)
{
    struct fy_node *key = fy_node_pair_key(pair);
    const char *name = key && fy_node_is_scalar(key) ? fy_node_get_scalar0(key) : NULL;
    return name ? name : "";
}

static int read_environment(struct server_spec *spec, struct fy_node *map)
{
    if (!fy_node_is_mapping(map))
        return complain(map, "'environment' wants a map: { NAME: value }");
    size_t count = 0;
    void *at = NULL;
    for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(map, &at));) {
        char *value = NULL;
        if (count == SERVER_WORDS_MAX - 1)
            return complain(map, "'environment' has more than %d entries",
                            SERVER_WORDS_MAX - 1);
        int rc = read_text(&value, fy_node_pair_value(pair), key_of(pair));
        if (rc)
            return rc;
        spec->environment[count++] = mem_printf("%s=%s", key_of(pair), value);
        free(value);
    }
    return 0;
}

static int read_counter(struct server_spec *spec, struct fy_node_pair *pair)
{
    const char *key = key_of(pair);
    struct fy_node *value = fy_node_pair_value(pair);
    if (strcmp(key, "url") == 0)
        return read_url(&spec->stats_url, value, key, "http://");
    if (strcmp(key, "subscribers") == 0)
        return read_text(&spec->stats_subscribers, value, key);
    if (strcmp(key, "dropped") == 0)
        return read_text(&spec->stats_dropped, value, key);
    if (strcmp(key, "depth_mean") == 0)
        return read_text(&spec->stats_depth_mean, value, key);
    if (strcmp(key, "depth_max") == 0)
        return read_text(&spec->stats_depth_max, value, key);
    return complain(fy_node_pair_key(pair),
                    "unknown key 'stats.%s' (url, subscribers, dropped, depth_mean, depth_max)",
                    key);
}

static int read_stats(struct server_spec *spec, struct fy_node *map)
{
    if (!fy_node_is_mapping(map))
        return complain(map, "'stats' wants a map: { url: …, subscribers: …, dropped: … }");
    void *at = NULL;
    for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(map, &at));) {
        int rc = read_counter(spec, pair);
        if (rc)
            return rc;
    }
    return spec->stats_url ? 0 : complain(map, "'stats' lacks 'url'");
}

static int read_loop(struct server_spec *spec, struct fy_node *node)
{
    const char *const *words = server_placeholders_words("server.loop");
    char *text = NULL;
    int rc = read_text(&text, node, "loop");
    for (int i = 0; rc == 0 && words[i]; i++)
        if (strcmp(text, words[i]) == 0)
            spec->loop = i;
    free(text);
    if (rc == 0 && spec->loop < 0)
        rc = complain(node, "'loop' is one of uvloop, asyncio, node, nginx, threads");
    return rc;
}

static int read_hops(struct server_spec *spec, struct fy_node *node)
{
    char *text = NULL;
    int rc = read_text(&text, node, "hops");
    if (rc == 0 && (strlen(text) != 1 || *text < '0' || *text > '4'))
        rc = complain(node, "'hops' is a number from 0 to 4");
    else if (rc == 0)
        spec->hops = *text - '0';
    free(text);
    return rc;
}

static int read_entry(struct server_spec *spec, struct fy_node_pair *pair)
{
    const char *key = key_of(pair);
    struct fy_node *value = fy_node_pair_value(pair);
    if (strcmp(key, "name") == 0)
        return read_text(&spec->name, value, key);
    if (strcmp(key, "needs") == 0)
        return read_text(&spec->needs, value, key);
    if (strcmp(key, "command") == 0)
        return read_command(spec, value);
    if (strcmp(key, "environment") == 0)
        return read_environment(spec, value);
    if (strcmp(key, "ready") == 0)
        return read_url(&spec->ready, value, key, "http://");
    if (strcmp(key, "publish") == 0)
        return read_url(&spec->publish, value, key, "http://");
    if (strcmp(key, "message") == 0)
        return read_url(&spec->message, value, key, "http://");
    if (strcmp(key, "sse") == 0)
        return read_url(&spec->sse, value, key, "http://");
    if (strcmp(key, "websocket") == 0)
        return read_url(&spec->websocket, value, key, "ws://");
    if (strcmp(key, "stats") == 0)
        return read_stats(spec, value);
    if (strcmp(key, "loop") == 0)
        return read_loop(spec, value);
    if (strcmp(key, "hops") == 0)
        return read_hops(spec, value);
    return complain(fy_node_pair_key(pair),
                    "unknown key '%s' (name, needs, command, environment, "
                    "ready, publish, message, sse, websocket, stats, loop, hops)",
                    key);
}

static int read_root(struct server_spec *spec, struct fy_node *root)
{
    if (!fy_node_is_mapping(root))
        return complain(root,
                        "a server description is a map: name, command, ready, publish, …");
    void *at = NULL;
    for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(root, &at));) {
        int rc = read_entry(spec, pair);
        if (rc)
            return rc;
    }
    if (!spec->name || !spec->command[0] || !spec->ready || !spec->publish)
        return complain(root, "'%s' is missing",
                        !spec->name         ? "name"
                        : !spec->command[0] ? "command"
                        : !spec->ready      ? "ready"
                                            : "publish");
    if (!spec->sse && !spec->websocket)
        return complain(root, "at least one of 'sse' and 'websocket' must be there");
    return 0;
}

/* Its reports are "file:line:col: error: text" and two lines that show the place. */
static struct fy_diag *new_diag(struct error *err)
{
    struct fy_diag_cfg cfg;
    fy_diag_cfg_default(&cfg);
    cfg.fp = NULL;
    cfg.output_fn = collect;
    cfg.user = err;
    cfg.colorize = false;
    return fy_diag_create(&cfg);
}

static int find_dir(struct server_spec *spec, const char *path, struct error *err)
{
    char whole[PATH_MAX];
    if (!realpath(path, whole))
        return error_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
    snprintf(spec->dir, sizeof spec->dir, "%s", dirname(whole));
    return 0;
}

/* libfyaml's first report in our own form: its place, what is wrong, and the line with a caret. Of an
 * empty document it says nothing. */
static void pass_on(struct error *err, const struct error *said, const char *path)
{
    int line = 1, column = 1, used = 0;
    char excerpt[SOURCE_EXCERPT_BYTES] = "";
    const char *report = strstr(said->text, path), *what = "not a server description";
    size_t length = strlen(what);
    if (report &&
        sscanf(report + strlen(path), ":%d:%d: error: %n", &line, &column, &used) == 2 &&
        used > 0) {
        what = report + strlen(path) + used;
        length = strcspn(what, "\n");
        const char *source = what + length + (what[length] != '\0');
        if (*source && *source != '\n')
            source_excerpt(excerpt, source, strcspn(source, "\n"), (size_t)column);
    }
    error_set(err, ERR_INVALID, "%s:%d:%d: %.*s%s", path, line, column, (int)length, what,
              excerpt);
}

int server_spec_read(struct server_spec *spec, const char *path, struct error *err)
{
    *spec = (struct server_spec){ .loop = -1, .hops = -1 };
    int rc = find_dir(spec, path, err);
    if (rc)
        return rc;
    struct error said = { .text = "" };
    struct fy_diag *diag = new_diag(&said);
    struct fy_parse_cfg cfg = { .diag = diag };
    struct fy_document *doc = fy_document_build_from_file(&cfg, path);
    struct fy_node *root = doc ? fy_document_root(doc) : NULL;
    rc = root ? read_root(spec, root) : ERR_INVALID;
    if (rc) {
        pass_on(err, &said, path);
        server_spec_close(spec);
    }
    fy_document_destroy(doc);
    fy_diag_destroy(diag);
    return rc;
}

static void free_words(char **words)
{
    for (; *words; words++)
        free(*words);
}

void server_spec_close(struct server_spec *spec)
{
    free_words(spec->command);
    free_words(spec->environment);
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
