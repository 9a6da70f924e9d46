#include "experiments/run/settings_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "experiments/run/fnv_hash.h"

#define PHASES     "workload.phases."
#define NAME_BYTES 96

static void phase_init(struct phase_params *phase, const char *name)
{
    size_t count;
    struct error err;
    const struct option_row *options = options_of_phase(&count);
    memset(phase, 0, sizeof *phase);
    snprintf(phase->name, sizeof phase->name, "%s", name);
    for (size_t i = 0; i < count; i++) {
        int code = option_parse(&options[i], options[i].fallback, phase, &err);
        assert(code == 0);
        (void)code;
    }
}

void settings_init(struct settings *s)
{
    size_t count;
    struct error err;
    const struct option_row *all = options_all(&count);
    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < count; i++) {
        int code = option_parse(&all[i], all[i].fallback, s, &err);
        assert(code == 0); /* a default outside its own range is a bug in the table */
        (void)code;
    }
    s->parameters.workload.phases = 1;
    phase_init(&s->parameters.workload.phase[0], "steady");
}

int settings_add_phase(struct settings *s, const char *name, struct error *err)
{
    struct workload_params *w = &s->parameters.workload;
    if (*name == '\0' || strlen(name) >= sizeof w->phase[0].name || strchr(name, '.'))
        return error_set(err, ERR_INVALID,
                         "'%.60s' cannot name a phase: 1 to 31 characters, no dot", name);
    for (int i = 0; i < w->phases; i++)
        if (strcmp(w->phase[i].name, name) == 0)
            return error_set(err, ERR_INVALID, "two phases are named '%s'", name);
    if (w->phases == PHASES_MAX)
        return error_set(err, ERR_INVALID, "more than %d phases", PHASES_MAX);
    phase_init(&w->phase[w->phases++], name);
    return 0;
}

/* "workload.phases.NAME.OPTION" */
static int find_in_phase(const struct settings *s, const char *name, struct setting *out,
                         struct error *err)
{
    const struct workload_params *w = &s->parameters.workload;
    const char *word = name + strlen(PHASES);
    size_t length = strcspn(word, "."), count;
    struct nearest n;
    char phase[64], names[PHASE_NAMES_BYTES];
    snprintf(phase, sizeof phase, "%.*s", (int)length, word);
    nearest_init(&n, phase);
    for (int i = 0; i < w->phases; i++) {
        nearest_offer(&n, w->phase[i].name);
        if (strcmp(w->phase[i].name, phase) != 0)
            continue;
        const struct option_row *options = options_of_phase(&count);
        out->option = option_find(options, count, word[length] ? word + length + 1 : "");
        out->base = offsetof(struct settings, parameters.workload.phase) +
                    (size_t)i * sizeof w->phase[0];
        if (out->option)
            return 0;
        return error_set(err, ERR_INVALID, "unknown option '%.80s': a phase has %s", name,
                         options_phase_names(names));
    }
    return error_set(err, ERR_INVALID,
                     *n.best ? "no phase is named '%s' (did you mean '%s'?)"
                             : "no phase is named '%s'",
                     phase, n.best);
}

/* "workload.rate", "rate": what people write of the one phase that they have. */
static bool is_of_phase(const char *name)
{
    size_t count;
    const struct option_row *options = options_of_phase(&count);
    const char *dot = strrchr(name, '.');
    bool near = !dot || strncmp(name, "workload.", strlen("workload.")) == 0;
    return near && option_find(options, count, dot ? dot + 1 : name) != NULL;
}

/* Why an option is not known, and what may be meant. */
static int unknown_option(const struct settings *s, const char *name, struct error *err)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    const struct workload_params *w = &s->parameters.workload;
    const struct option_row *first = option_first_of(name);
    const char *dot = strrchr(name, '.');
    struct nearest n;
    if (is_of_phase(name))
        return error_set(err, ERR_INVALID,
                         "unknown option '%.80s': a phase has it (" PHASES "%s.%.40s)", name,
                         w->phases > 0 ? w->phase[0].name : "NAME", dot ? dot + 1 : name);
    if (first)
        return error_set(err, ERR_INVALID,
                         "'%.80s' is a section, not an option: write '%s' (see pushsim options "
                         "%.80s)",
                         name, first->name, name);
    nearest_init(&n, name);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&n, all[i].name);
    if (*n.best)
        return error_set(err, ERR_INVALID, "unknown option '%.80s' (did you mean '%s'?)", name,
                         n.best);
    return error_set(err, ERR_INVALID, "unknown option '%.80s' (see pushsim options)", name);
}

int settings_find(const struct settings *s, const char *name, struct setting *out,
                  struct error *err)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    if (strncmp(name, PHASES, strlen(PHASES)) == 0 &&
        (strchr(name + strlen(PHASES), '.') || !is_of_phase(name)))
        return find_in_phase(s, name, out, err);
    const struct option_row *option = option_find(all, count, name);
    if (option) {
        *out = (struct setting){ option, 0 };
        return 0;
    }
    return unknown_option(s, name, err);
}

static size_t row_of(const struct option_row *option)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    assert(option >= all && option < all + count && count <= OPTIONS_MAX);
    return (size_t)(option - all);
}

bool settings_given(const struct settings *s, const struct option_row *option)
{
    size_t row = row_of(option);
    return s->given[row / 64] >> row % 64 & 1;
}

const struct option_row *settings_rival(const struct option_row *option)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    if (option->offset == offsetof(struct settings, cpu_limit_millicores))
        return option_find(all, count, "cpu.quota");
    if (option->offset == offsetof(struct settings, parameters.cpu.quota_ns))
        return option_find(all, count, "cpu.limit");
    return NULL;
}

/* Of two options that say the same, the one given last counts. */
static void replace_rival(struct settings *s, const struct option_row *option)
{
    const struct option_row *rival = settings_rival(option);
    struct error unused;
    if (!rival)
        return;
    size_t row = row_of(rival);
    option_parse(rival, rival->fallback, s, &unused);
    s->given[row / 64] &= ~(UINT64_C(1) << row % 64);
}

static void assigned(struct settings *s, const struct setting *which)
{
    if (which->base != 0) /* a phase's */
        return;
    size_t row = row_of(which->option);
    s->given[row / 64] |= UINT64_C(1) << row % 64;
    replace_rival(s, which->option);
}

int settings_parse(struct settings *s, const struct setting *which, const char *text,
                   struct error *err)
{
    int code = option_parse(which->option, text, (char *)s + which->base, err);
    if (code == 0)
        assigned(s, which);
    return code;
}

int settings_assign(struct settings *s, const struct setting *which, double number,
                    struct error *err)
{
    int code = option_assign(which->option, number, (char *)s + which->base, err);
    if (code == 0)
        assigned(s, which);
    return code;
}

double settings_number(const struct settings *s, const struct setting *which)
{
    return option_number(which->option, (const char *)s + which->base);
}

/* One option of *base, which is the settings or, if `phase` is not NULL, that phase. */
typedef void option_fn(void *context, const struct option_row *option, const void *base,
                       const struct phase_params *phase);

static void walk(const struct settings *s, option_fn *visit, void *context)
{
    size_t count, phase_count;
    const struct option_row *all = options_all(&count);
    const struct option_row *of_phase = options_of_phase(&phase_count);
    for (size_t i = 0; i < count; i++)
        visit(context, &all[i], s, NULL);
    for (int k = 0; k < s->parameters.workload.phases; k++) {
        const struct phase_params *phase = &s->parameters.workload.phase[k];
        for (size_t i = 0; i < phase_count; i++)
            visit(context, &of_phase[i], phase, phase);
    }
}

/* The option's name as an experiment file writes it; in `buffer` if it is a phase's. */
static const char *full_name(char buffer[NAME_BYTES], const struct option_row *option,
                             const struct phase_params *phase)
{
    if (!phase)
        return option->name;
    snprintf(buffer, NAME_BYTES, PHASES "%s.%s", phase->name, option->name);
    return buffer;
}

struct telling {
    settings_fn *each;
    void *context;
};

static void tell_option(void *context, const struct option_row *option, const void *base,
                        const struct phase_params *phase)
{
    const struct telling *t = context;
    char text[UNIT_TEXT_BYTES], name[NAME_BYTES];
    t->each(t->context, full_name(name, option, phase), option_format(option, base, text),
            option_number(option, base), option);
}

void settings_each(const struct settings *s, settings_fn *each, void *context)
{
    walk(s, tell_option, &(struct telling){ each, context });
}

struct hashing {
    uint64_t model, scenario;
    const struct settings *defaults; /* an option at its default adds nothing: so a new option
                                        leaves the hashes of old rows alone */
};

static void hash_text(uint64_t *hash, const char *text)
{
    /* the terminator too, so that "ab" "c" differs from "a" "bc" */
    *hash = fnv_bytes(*hash, text, strlen(text) + 1);
}

/* Hashes one option of *base unless it goes without saying: only then is its text worth writing.
 * Of a phase only what is "none" does: old hashes have its length, rate and measure. */
static void hash_option(void *context, const struct option_row *option, const void *base,
                        const struct phase_params *phase)
{
    struct hashing *h = context;
    char text[UNIT_TEXT_BYTES], buffer[NAME_BYTES];
    double number = option_number(option, base);
    if (option->flags & (OPTION_FIXED | OPTION_PRESET))
        return;
    if (phase ? option->flags & OPTION_NONE && number == 0
              : number == option_number(option, h->defaults))
        return;
    const char *name = full_name(buffer, option, phase);
    option_format(option, base, text);
    hash_text(&h->model, name);
    hash_text(&h->model, text);
    if (option->flags & OPTION_MODEL || strncmp(name, "slo.", 4) == 0 ||
        option->offset == offsetof(struct settings, drawn))
        return; /* a measured server knows no threshold, and its costs are what they are */
    hash_text(&h->scenario, name);
    hash_text(&h->scenario, text);
}

void settings_hash(const struct settings *s, const struct settings *defaults, uint64_t *model,
                   uint64_t *scenario)
{
    struct hashing h = { .model = FNV_START, .scenario = FNV_START, .defaults = defaults };
    walk(s, hash_option, &h);
    *model = h.model;
    *scenario = h.scenario;
}
