#include "experiments/run/parameter_draws.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_matrix.h>

#include "experiments/run/fnv_hash.h"
#include "models/random_purpose.h"
#include "sim/random_stream.h"

#define ERROR_MAX 2.0  /* of a logarithm: a factor of 50 either way is no estimate */
#define RIDGE     0.01 /* relative, on the diagonal: more than rounding to three digits costs */

struct reading {
    const struct yaml_document *doc;
    struct parameter_draws draws; /* so far; `root` holds the correlations below the diagonal */
    double error[PARAMETER_DRAWS_MAX];
    struct error *err;
};

/* ---- reading ---- */

static int number(struct reading *r, const struct yaml_node *node, const char *what, double low,
                  double high, double *out)
{
    double value = NAN;
    struct error cause;
    if (node->kind != YAML_SCALAR || unit_parse(node->text, UNIT_NUMBER, &value, &cause) ||
        !(value >= low && value <= high))
        return yaml_error(r->doc, node->at, r->err, "%s must be a number between %g and %g",
                          what, low, high);
    *out = value;
    return 0;
}

/* The next word of a scalar, copied; false at the end, or where it is too long for any number. */
static bool next_word(const char **rest, char word[UNIT_TEXT_BYTES])
{
    *rest += strspn(*rest, " ");
    size_t length = strcspn(*rest, " ");
    if (length == 0 || length >= UNIT_TEXT_BYTES)
        return false;
    memcpy(word, *rest, length);
    word[length] = '\0';
    *rest += length;
    return true;
}

/* A list of times. least: how many there must be, at least. */
static int read_times(struct reading *r, const struct yaml_node *node, const char *what,
                      size_t least, double times_ns[PARAMETER_PACES_MAX], size_t *count)
{
    char word[UNIT_TEXT_BYTES];
    struct error cause;
    const char *rest = node->kind == YAML_SCALAR ? node->text : "-";
    bool good = true;
    *count = 0;
    while (good && *count < PARAMETER_PACES_MAX && next_word(&rest, word)) {
        double *time_ns = &times_ns[*count];
        good = unit_parse(word, UNIT_TIME, time_ns, &cause) == 0 && *time_ns > 0;
        *count += good;
    }
    if (!good || *rest || *count < least)
        return yaml_error(r->doc, node->at, r->err,
                          "%s must be %zu to %d times, as 1.02ns 1.3ns", what, least,
                          PARAMETER_PACES_MAX);
    return 0;
}

static int read_paces(struct reading *r, const struct yaml_node *node)
{
    struct parameter_draws *d = &r->draws;
    double times_ns[PARAMETER_PACES_MAX];
    int code = read_times(r, node, "paces", 1, times_ns, &d->pace_count);
    for (size_t i = 0; i < d->pace_count && code == 0; i++) {
        d->paces[i].step_ns = times_ns[i];
        if (i > 0 && times_ns[i] < times_ns[i - 1])
            code = yaml_error(r->doc, node->at, r->err, "paces must rise");
    }
    return code;
}

/* Of the same runs as the paces. */
static int read_reads(struct reading *r, const struct yaml_node *node)
{
    struct parameter_draws *d = &r->draws;
    double times_ns[PARAMETER_PACES_MAX];
    size_t count;
    int code = read_times(r, node, "reads", d->pace_count, times_ns, &count);
    if (code == 0 && count != d->pace_count)
        code = yaml_error(r->doc, node->at, r->err, "reads must be as many as paces, %zu",
                          d->pace_count);
    for (size_t i = 0; i < d->pace_count && code == 0; i++)
        d->paces[i].read_ns = times_ns[i];
    return code;
}

static int find(struct reading *r, const struct yaml_node *name, const struct option_row **out)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    const struct option_row *option =
        name->kind == YAML_SCALAR ? option_find(all, count, name->text) : NULL;
    if (!option || !(option->flags & OPTION_MODEL) || option->type == OPTION_BOOL ||
        option->type == OPTION_CHOICE)
        return yaml_error(r->doc, name->at, r->err, "'%.80s' is no number of a profile",
                          name->kind == YAML_SCALAR ? name->text : "");
    for (size_t i = 0; i < r->draws.count; i++)
        if (r->draws.which[i] == option)
            return yaml_error(r->doc, name->at, r->err, "%s stands here twice", option->name);
    *out = option;
    return 0;
}

/* Correlations with the parameters before. */
static int read_with(struct reading *r, const struct yaml_node *node)
{
    char word[UNIT_TEXT_BYTES];
    size_t row = r->draws.count, given = 0;
    const char *rest = node->kind == YAML_SCALAR ? node->text : "-";
    bool good = true;
    while (good && given < row && next_word(&rest, word)) {
        char *end;
        double rho = strtod(word, &end);
        good = *end == '\0' && fabs(rho) <= 1;
        r->draws.root[row][given++] = rho;
    }
    if (!good || rest[strspn(rest, " ")])
        return yaml_error(r->doc, node->at, r->err,
                          "must be at most %zu correlations between -1 and 1", row);
    return 0;
}

static int read_parameter(struct reading *r, const struct yaml_node *node)
{
    const struct yaml_node *name = yaml_get(node, "name"), *error = yaml_get(node, "error");
    const struct yaml_node *with = yaml_get(node, "with");
    struct parameter_draws *d = &r->draws;
    if (!name || !error)
        return yaml_error(r->doc, node->at, r->err, "a parameter has a name and an error");
    if (d->count == PARAMETER_DRAWS_MAX)
        return yaml_error(r->doc, node->at, r->err, "more than %d parameters",
                          PARAMETER_DRAWS_MAX);
    int code = find(r, name, &d->which[d->count]);
    code = code ? code : number(r, error, "error", 1e-6, ERROR_MAX, &r->error[d->count]);
    code = code || !with ? code : read_with(r, with);
    d->count += code == 0;
    return code;
}

static int read_parameters(struct reading *r, const struct yaml_node *list)
{
    int code = 0;
    if (list->kind != YAML_LIST)
        return yaml_error(r->doc, list->at, r->err, "parameters must be a list");
    for (const struct yaml_node *n = list->child; n && code == 0; n = n->next)
        code = read_parameter(r, n);
    return code;
}

/* ---- the covariance's root ---- */

static int decompose(const struct parameter_draws *d, double ridge, gsl_matrix *m)
{
    for (size_t i = 0; i < d->count; i++)
        for (size_t j = 0; j <= i; j++) {
            double rho = i == j ? 1 : d->root[i][j] / (1 + ridge);
            gsl_matrix_set(m, i, j, rho);
            gsl_matrix_set(m, j, i, rho);
        }
    return gsl_linalg_cholesky_decomp1(m);
}

/* Cholesky of the correlations, times the errors. Rounded ones of a nearly singular fit may have
 * become no correlations of anything by a hair: a ridge brings them back. */
static int take_root(struct reading *r, const struct yaml_node *list)
{
    struct parameter_draws *d = &r->draws;
    if (d->count == 0)
        return 0;
    gsl_matrix *m = gsl_matrix_alloc(d->count, d->count);
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    bool bad = decompose(d, 0, m) && decompose(d, RIDGE, m);
    gsl_set_error_handler(handler);
    for (size_t i = 0; i < d->count; i++)
        for (size_t j = 0; j < PARAMETER_DRAWS_MAX; j++)
            d->root[i][j] = j <= i ? r->error[i] * gsl_matrix_get(m, i, j) : 0;
    gsl_matrix_free(m);
    return bad ? yaml_error(r->doc, list->at, r->err,
                            "no parameters can have all these correlations")
               : 0;
}

int parameter_draws_parse(struct parameter_draws *d, const struct yaml_document *doc,
                          struct error *err)
{
    const struct yaml_node *fit = yaml_get(doc->root, "fit");
    const struct yaml_node *list = yaml_get(fit, "parameters"), *paces = yaml_get(fit, "paces");
    const struct yaml_node *left = yaml_get(fit, "noise-left"), *reads = yaml_get(fit, "reads");
    struct reading *r = mem_alloc(sizeof *r);
    memset(r, 0, sizeof *r);
    r->doc = doc;
    r->err = err;
    r->draws.noise_left = 1;
    int code = list ? read_parameters(r, list) : 0;
    code = code || !list ? code : take_root(r, list);
    code = code || !left ? code : number(r, left, "noise-left", 0, 1, &r->draws.noise_left);
    code = code || !paces ? code : read_paces(r, paces);
    code = code || !reads ? code : read_reads(r, reads);
    if (code == 0)
        *d = r->draws;
    free(r);
    return code;
}

int parameter_draws_read(struct parameter_draws *d, const char *profile, struct error *err)
{
    struct yaml_document doc;
    int code = yaml_read(&doc, profile, err);
    if (code)
        return code;
    code = parameter_draws_parse(d, &doc, err);
    yaml_close(&doc);
    return code;
}

/* ---- drawing ---- */

static void scale(struct settings *s, const struct option_row *option, double factor)
{
    struct error err;
    double value = option_number(option, s) * factor;
    option_assign(option, fmin(fmax(value, option->min), option->max), s, &err);
}

/* Between two runs on a straight line. */
static struct run_pace pace_at(const struct parameter_draws *d, double u)
{
    double at = u * (double)(d->pace_count - 1);
    size_t below = (size_t)at;
    if (below + 1 >= d->pace_count)
        return d->paces[d->pace_count - 1];
    const struct run_pace *a = &d->paces[below], *b = a + 1;
    at -= (double)below;
    return (struct run_pace){ a->step_ns + at * (b->step_ns - a->step_ns),
                              a->read_ns + at * (b->read_ns - a->read_ns) };
}

void parameter_draws_apply(const struct parameter_draws *d, uint64_t seed, uint32_t replication,
                           struct settings *s)
{
    struct cost_params *cost = &s->parameters.cost;
    struct random_stream rs;
    double normal[PARAMETER_DRAWS_MAX];
    random_stream_init(&rs, seed, replication, RANDOM_PARAMETERS, 0);
    double u =
        random_stream_uniform(&rs); /* first: its place hangs on no number of parameters */
    if (d->pace_count > 0 && cost->pace.step_ns == 0 && cost->pace.read_ns == 0)
        cost->pace = pace_at(d, u);
    for (size_t i = 0; i < d->count; i++) {
        double z = 0;
        normal[i] = random_stream_normal(&rs);
        for (size_t j = 0; j <= i; j++)
            z += d->root[i][j] * normal[j];
        scale(s, d->which[i], exp(z));
    }
    cost->host_cv *= d->noise_left;
}

uint64_t parameter_draws_hash(const struct parameter_draws *d)
{
    uint64_t hash = FNV_START;
    for (size_t i = 0; i < d->count; i++) {
        hash = fnv_bytes(hash, d->which[i]->name, strlen(d->which[i]->name));
        hash = fnv_bytes(hash, d->root[i], (i + 1) * sizeof d->root[i][0]);
    }
    hash = fnv_bytes(hash, &d->noise_left, sizeof d->noise_left);
    return fnv_bytes(hash, d->paces, d->pace_count * sizeof d->paces[0]);
}
