#include "experiments/run/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/named_file.h"

/* What may stand at the top of a file beside options. */
static const char *const experiment_keys[] = { "question", "expect",      "profile", "trace",
                                               "sweep",    "server_spec", "assert",  "claim",
                                               "evidence", "decision",    NULL };
/* Blocks in which a profile tells where its figures come from: free in form. */
static const char *const profile_keys[] = { "name", "provenance", "fit", NULL };

struct reader {
    const struct yaml_document *doc;
    const char *const *keys; /* that are not options */
    bool profile;            /* only options marked OPTION_MODEL */
    struct settings *settings;
    struct error *err;
};

static bool listed(const char *const *keys, const char *key)
{
    for (; *keys; keys++)
        if (strcmp(*keys, key) == 0)
            return true;
    return false;
}

/* "unknown key 'clinets' (did you mean 'clients'?)": the keys that fit at this level. */
static int unknown_key(const struct reader *r, const char *prefix, const struct yaml_node *node)
{
    size_t count, length = strlen(prefix);
    const struct option_row *all = options_all(&count);
    struct nearest n;
    char level[64];
    if (node->key[strspn(node->key, "0123456789")] == '\0')
        return yaml_error(r->doc, node->key_at, r->err,
                          "unknown key '%.80s': if it is part of a number, write that without "
                          "commas (4000)",
                          node->key);
    nearest_init(&n, node->key);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(all[i].name, prefix, length) != 0)
            continue;
        const char *rest = all[i].name + length;
        snprintf(level, sizeof level, "%.*s", (int)strcspn(rest, "."), rest);
        nearest_offer(&n, level);
        nearest_offer(&n, rest);
    }
    for (const char *const *k = r->keys; *k && length == 0; k++)
        nearest_offer(&n, *k);
    if (*n.best)
        return yaml_error(r->doc, node->key_at, r->err,
                          "unknown key '%.80s' (did you mean '%s'?)", node->key, n.best);
    return yaml_error(r->doc, node->key_at, r->err, "unknown key '%.80s'%s%.*s", node->key,
                      length ? " in " : "", (int)(length ? length - 1 : 0), prefix);
}

static int wrong_kind(const struct reader *r, const struct yaml_node *node, const char *name,
                      enum yaml_kind wanted)
{
    return yaml_error(r->doc, node->at, r->err, "%.80s must be %s, not %s", name,
                      yaml_kind_name(wanted), yaml_kind_name(node->kind));
}

static int read_option(const struct reader *r, const struct option_row *option,
                       const struct yaml_node *node)
{
    struct error cause;
    if (node->kind == YAML_LIST)
        return yaml_error(r->doc, node->at, r->err,
                          "%s must be a value, not a list (to vary it, list it under sweep)",
                          option->name);
    if (node->kind != YAML_SCALAR)
        return wrong_kind(r, node, option->name, YAML_SCALAR);
    if (r->profile && !(option->flags & OPTION_MODEL))
        return yaml_error(r->doc, node->key_at, r->err,
                          "%s belongs in an experiment, not in a profile", option->name);
    if (!r->profile && settings_given(r->settings, option))
        return yaml_error(r->doc, node->key_at, r->err, "%s is given twice", option->name);
    const struct option_row *rival = settings_rival(option);
    if (rival && settings_given(r->settings, rival))
        return yaml_error(r->doc, node->key_at, r->err, "%s says the same as %s: give one",
                          option->name, rival->name);
    struct setting which = { option, 0 };
    if (settings_parse(r->settings, &which, node->text, &cause))
        return yaml_error(r->doc, node->at, r->err, "%s", cause.text);
    return 0;
}

static int read_phase(const struct reader *r, const struct yaml_node *node)
{
    struct error cause;
    size_t count;
    char names[PHASE_NAMES_BYTES];
    const struct option_row *options = options_of_phase(&count);
    if (node->kind != YAML_MAP)
        return wrong_kind(r, node, "a phase", YAML_MAP);
    const struct yaml_node *name = yaml_get(node, "name");
    if (!name || name->kind != YAML_SCALAR)
        return yaml_error(r->doc, node->at, r->err, "a phase needs a name");
    if (settings_add_phase(r->settings, name->text, &cause))
        return yaml_error(r->doc, name->at, r->err, "%s", cause.text);
    struct workload_params *w = &r->settings->parameters.workload;
    for (const struct yaml_node *n = node->child; n; n = n->next) {
        if (n == name)
            continue;
        const struct option_row *option = option_find(options, count, n->key);
        if (!option)
            return yaml_error(r->doc, n->key_at, r->err,
                              "unknown key '%.80s': a phase has name, %s", n->key,
                              options_phase_names(names));
        if (n->kind != YAML_SCALAR)
            return wrong_kind(r, n, n->key, YAML_SCALAR);
        if (option_parse(option, n->text, &w->phase[w->phases - 1], &cause))
            return yaml_error(r->doc, n->at, r->err, "%s", cause.text);
    }
    return 0;
}

static int read_phases(const struct reader *r, const struct yaml_node *node)
{
    if (node->kind != YAML_LIST)
        return wrong_kind(r, node, "workload.phases", YAML_LIST);
    if (!node->child)
        return yaml_error(r->doc, node->at, r->err, "workload.phases is empty");
    r->settings->parameters.workload.phases = 0;
    for (const struct yaml_node *n = node->child; n; n = n->next)
        if (read_phase(r, n))
            return ERR_INVALID;
    return 0;
}

/* One level of the file: prefix is "" or ends in a dot. */
static int read_level(const struct reader *r, const struct yaml_node *map, const char *prefix)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    char name[128];
    int code = 0;
    for (const struct yaml_node *n = map->child; n && code == 0; n = n->next) {
        snprintf(name, sizeof name - 1, "%s%s", prefix, n->key);
        const struct option_row *option = option_find(all, count, name);
        if (*prefix == '\0' && listed(r->keys, n->key))
            continue;
        if (strcmp(name, "workload.phases") == 0 && !r->profile)
            code = read_phases(r, n);
        else if (option)
            code = read_option(r, option, n);
        else if (!option_first_of(name))
            code = unknown_key(r, prefix, n);
        else if (n->kind != YAML_MAP)
            code = wrong_kind(r, n, name, YAML_MAP);
        else
            code = read_level(r, n, strcat(name, "."));
    }
    return code;
}

static int read_root(const struct reader *r)
{
    if (r->doc->root->kind != YAML_MAP)
        return wrong_kind(r, r->doc->root, r->profile ? "a profile" : "an experiment",
                          YAML_MAP);
    return read_level(r, r->doc->root, "");
}

/* As fitted_ranges.loop. */
static int own_loop(const struct settings *s)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    bool told = settings_given(s, option_find(all, count, "server.loop"));
    return told ? 1 + (int)s->parameters.server.loop : 0;
}

int profile_load(struct settings *s, struct fitted_ranges *fitted, const char *path,
                 struct error *err)
{
    struct yaml_document doc;
    int code = yaml_read_until(&doc, path, "fit", err); /* long, and none of the model's */
    if (code)
        return code;
    struct settings changed = *s;
    code = read_root(&(struct reader){ &doc, profile_keys, true, &changed, err });
    if (code == 0 && fitted)
        code = fitted_ranges_parse(fitted, &doc, err);
    if (code == 0 && fitted)
        fitted->loop = own_loop(&changed);
    memcpy(changed.given, s->given, sizeof s->given); /* presets win over profiles */
    if (code == 0)
        *s = changed;
    yaml_close(&doc);
    return code;
}

static int read_text(struct experiment *e, const char *key, char **out, struct error *err)
{
    const struct yaml_node *node = yaml_get(e->doc.root, key);
    struct reader r = { .doc = &e->doc, .err = err };
    if (node && node->kind != YAML_SCALAR)
        return wrong_kind(&r, node, key, YAML_SCALAR);
    *out = mem_strdup(node ? node->text : "");
    return 0;
}

/* *out: the resolved path, NULL when the key is absent. The file must be readable. */
static int read_path(struct experiment *e, const char *key, char **out, struct error *err)
{
    const struct yaml_node *node = yaml_get(e->doc.root, key);
    struct reader r = { .doc = &e->doc, .err = err };
    if (!node)
        return 0;
    if (node->kind != YAML_SCALAR)
        return wrong_kind(&r, node, key, YAML_SCALAR);
    *out = named_file_resolve(e->doc.path, node->text);
    if (!named_file_readable(*out))
        return yaml_error(&e->doc, node->at, err, "%s: cannot read '%.200s'%s", key, *out,
                          *node->text == '/' ? "" : " (a path counts from this file's folder)");
    return 0;
}

/* --set profile=FILE, from the working directory, stands for what the file names. */
static int read_profile_path(struct experiment *e, const struct override *overrides,
                             size_t count, struct error *err)
{
    for (size_t i = count; i-- > 0;)
        if (strcmp(overrides[i].name, "profile") == 0) {
            if (override_is_sweep(&overrides[i]))
                return 0;
            if (!*overrides[i].text)
                return error_set(err, ERR_INVALID, "%s: which file?",
                                 overrides[i].given ? overrides[i].given : "--set profile=");
            e->profile = mem_strdup(overrides[i].text);
            if (named_file_readable(e->profile))
                return 0;
            return error_set(err, ERR_INVALID,
                             "%s%.200s: cannot read it (a path from here, as "
                             "data/profiles/node-ws.yaml)",
                             overrides[i].given ? "--profile " : "profile=", e->profile);
        }
    return read_path(e, "profile", &e->profile, err);
}

static int read_names(struct experiment *e, struct error *err)
{
    int code = read_text(e, "question", &e->question, err);
    if (code == 0)
        code = read_text(e, "expect", &e->expect, err);
    if (code == 0)
        code = read_path(e, "trace", &e->trace, err);
    if (code == 0)
        code = read_path(e, "server_spec", &e->server_spec, err);
    const struct yaml_node *workload = yaml_get(e->doc.root, "workload");
    const struct yaml_node *phases = yaml_get(workload, "phases");
    if (code == 0 && e->trace && phases)
        return yaml_error(&e->doc, phases->key_at, err,
                          "the trace says what happens: workload.phases cannot be given too");
    return code;
}

/* Profile, experiment, --set, on top of what *s has. Where a real server stands beside the
 * simulated one, both are published to alike. */
static int read_values(struct experiment *e, const char *profile,
                       const struct override *overrides, size_t count, struct settings *s,
                       struct fitted_ranges *fitted, struct error *err)
{
    if (e->server_spec)
        s->parameters.workload.publishers = REAL_ARM_PUBLISHERS;
    int code = profile ? profile_load(s, fitted, profile, err) : 0;
    if (code == 0)
        code = read_root(&(struct reader){ &e->doc, experiment_keys, false, s, err });
    for (size_t i = 0; i < count && code == 0; i++)
        code = override_apply(&overrides[i], s, err);
    return code;
}

/* The sweep, but for what --set has fixed, and what it sweeps; each swept profile gets a base of
 * its own. */
static int read_sweep(struct experiment *e, const struct override *overrides, size_t count,
                      struct error *err)
{
    const struct yaml_node *section = yaml_get(e->doc.root, "sweep");
    struct sweep *sweep = &e->sweep;
    int code = sweep_read(sweep, &e->doc, section, &e->base, err);
    for (size_t i = 0; i < count && code == 0; i++)
        code = override_sweep(&overrides[i], sweep, &e->base, err);
    if (code == 0 && e->profile && sweep->profiles)
        return yaml_error(&e->doc, yaml_get(e->doc.root, "profile")->at, err,
                          "profile is swept: it cannot be given too");
    for (size_t i = 0; i < sweep->profile_count && code == 0; i++)
        code = read_values(e, sweep->profiles[i].path, overrides, count,
                           &sweep->profiles[i].base, &sweep->profiles[i].fitted, err);
    return code;
}

static int read_experiment(struct experiment *e, const struct override *overrides,
                           size_t override_count, struct error *err)
{
    struct reader r = { &e->doc, experiment_keys, false, &e->base, err };
    if (e->doc.root->kind != YAML_MAP)
        return wrong_kind(&r, e->doc.root, "an experiment", YAML_MAP);
    int code = read_names(e, err);
    if (code == 0)
        code = read_profile_path(e, overrides, override_count, err);
    if (code == 0)
        code = read_values(e, e->profile, overrides, override_count, &e->base, &e->fitted, err);
    if (code == 0)
        code = read_sweep(e, overrides, override_count, err);
    if (code == 0)
        code =
            expectations_read(&e->expectations, &e->doc, yaml_get(e->doc.root, "assert"), err);
    return code;
}

static char *join(const struct override *overrides, size_t count)
{
    char *all = mem_strdup("");
    for (size_t i = 0; i < count; i++) {
        char *longer = mem_printf("%s%s%s=%s", all, i == 0 ? "" : " ", overrides[i].name,
                                  overrides[i].text);
        free(all);
        all = longer;
    }
    for (char *c = all; *c; c++) /* a long list; this is one line, behind the file's text */
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    return all;
}

/* What follows when the document is read. */
static int read_document(struct experiment *e, const char *path,
                         const struct override *overrides, size_t override_count,
                         struct error *err)
{
    settings_init(&e->base);
    e->name = named_file_stem(path);
    e->set = join(overrides, override_count);
    int code = read_experiment(e, overrides, override_count, err);
    if (code)
        config_close(e);
    return code;
}

int config_load(struct experiment *e, const char *path, const struct override *overrides,
                size_t override_count, struct error *err)
{
    memset(e, 0, sizeof *e);
    int code = yaml_read(&e->doc, path, err);
    return code ? code : read_document(e, path, overrides, override_count, err);
}

int config_parse(struct experiment *e, const char *path, const char *text,
                 const struct override *overrides, size_t override_count, struct error *err)
{
    memset(e, 0, sizeof *e);
    int code = yaml_parse(&e->doc, path, text, strlen(text), err);
    return code ? code : read_document(e, path, overrides, override_count, err);
}

void config_close(struct experiment *e)
{
    sweep_close(&e->sweep);
    expectations_close(&e->expectations);
    yaml_close(&e->doc);
    free(e->name);
    free(e->question);
    free(e->expect);
    free(e->profile);
    free(e->trace);
    free(e->server_spec);
    free(e->set);
    memset(e, 0, sizeof *e);
}
