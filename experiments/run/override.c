#include "experiments/run/override.h"

#include <stdlib.h>
#include <string.h>

int override_parse(struct override *o, char *text, struct error *err)
{
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return error_set(err, ERR_INVALID, "--set %.80s: must be NAME=VALUE", text);
    *equals = '\0';
    *o = (struct override){ .name = text, .text = equals + 1 };
    return 0;
}

/* No value of an option begins like this. */
bool override_is_sweep(const struct override *o)
{
    char first = o->text[strspn(o->text, " \n")];
    return first == '[' || first == '{';
}

/* Says what was given; that several values need brackets, where several may have been meant. */
static int wrap(const struct override *o, int code, const struct setting *which,
                struct error *err)
{
    const struct error cause = *err;
    if (o->given)
        return error_wrap(err, code, "%s %.80s", o->given, o->text);
    if (which->option && !(which->option->flags & OPTION_FIXED) && strchr(o->text, ','))
        error_set(err, code, "%s; several are swept as 'NAME=[A, B]'", cause.text);
    return error_wrap(err, code, "--set %.80s=%.80s", o->name, o->text);
}

int override_apply(const struct override *o, struct settings *s, struct error *err)
{
    struct setting which = { 0 };
    if (strcmp(o->name, "profile") == 0)
        return 0;
    int code = settings_find(s, o->name, &which, err);
    if (code == 0 && !override_is_sweep(o))
        code = settings_parse(s, &which, o->text, err);
    return code ? wrap(o, code, &which, err) : 0;
}

static void remove_swept(struct sweep *sweep, const char *name)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    const struct option_row *option = option_find(all, count, name);
    const struct option_row *rival = option ? settings_rival(option) : NULL;
    sweep_remove(sweep, name);
    if (rival)
        sweep_remove(sweep, rival->name);
}

int override_sweep(const struct override *o, struct sweep *sweep, const struct settings *base,
                   struct error *err)
{
    struct yaml_document doc;
    remove_swept(sweep, o->name);
    if (!override_is_sweep(o))
        return 0;
    char *text = mem_printf("%s: %s", o->name, o->text);
    int code = yaml_parse(&doc, o->given ? o->given : "--set", text, strlen(text), err);
    if (code == 0) {
        const struct yaml_node *other = doc.root->child->next; /* behind a line feed */
        code = other ? yaml_error(&doc, other->key_at, err, "one option at a time")
                     : sweep_add(sweep, &doc, doc.root, base, err);
        yaml_close(&doc);
    }
    if (code)
        sweep_close(sweep);
    free(text);
    return code;
}
