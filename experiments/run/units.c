#include "experiments/run/units.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct suffix {
    const char *text; /* as written behind the number */
    double factor;    /* base units in one */
    bool shown;       /* used by the printers, which take the first that fits */
};

/* Largest first, so that the printers find the largest unit a value is a multiple of. */
static const struct suffix times[] = {
    { "h", 3600e9, true }, { "min", 60e9, true }, { "m", 60e9, false },
    { "s", 1e9, true },    { "ms", 1e6, true },   { "us", 1e3, true },
    { "µs", 1e3, false },  { "ns", 1, true },     { NULL, 0, false },
};
static const struct suffix sizes[] = {
    { "GiB", 0x1p30, true }, { "MiB", 0x1p20, true }, { "KiB", 0x1p10, true },
    { "Gi", 0x1p30, false }, { "Mi", 0x1p20, false }, { "Ki", 0x1p10, false },
    { "GB", 1e9, false },    { "MB", 1e6, false },    { "kB", 1e3, false },
    { "B", 1, true },        { NULL, 0, false },
};
static const struct suffix cpus[] = { { "m", 1, true },
                                      { "", 1000, false },
                                      { NULL, 0, false } };
static const struct suffix rates[] = {
    { "/s", 1, true },           { "Hz", 1, false }, { "/min", 1 / 60.0, false },
    { "/h", 1 / 3600.0, false }, { NULL, 0, false },
};
static const struct suffix shares[] = { { "%", 0.01, true }, { NULL, 0, false } };
static const struct suffix counts[] = {
    { "", 1, true },
    { "k", 1e3, false },
    { "M", 1e6, false },
    { NULL, 0, false },
};
static const struct suffix numbers[] = { { "", 1, true }, { NULL, 0, false } };
/* Kubernetes' IntOrString: so many, or so many per cent (stored as a negative number). */
static const struct suffix pods[] = { { "%", -1, true }, { "", 1, true }, { NULL, 0, false } };

/* Printed as it has always been stored: as a plain number, where that is read. */
static const struct suffix seconds[] = {
    { "", 1, true },  { "h", 3600, false },  { "min", 60, false },  { "m", 60, false },
    { "s", 1, true }, { "ms", 1e-3, false }, { "us", 1e-6, false }, { NULL, 0, false },
};

static const struct {
    const char *name;
    const char *value; /* one of it, for messages */
    const char *example;
    const struct suffix *suffixes;
} units[] = {
    [UNIT_TIME] = { "time", "a time", "100ms", times },
    [UNIT_BYTES] = { "bytes", "a size", "64KiB", sizes },
    [UNIT_CPU] = { "cpu", "an amount of CPU", "250m", cpus },
    [UNIT_RATE] = { "rate", "a rate", "10/s", rates },
    [UNIT_SHARE] = { "share", "a share", "0.1%", shares },
    [UNIT_COUNT] = { "count", "a count", "500", counts },
    [UNIT_NUMBER] = { "number", "a number", "0.35", numbers },
    [UNIT_PODS] = { "pods", "a number of pods", "25%", pods },
    [UNIT_SECONDS] = { "time", "a time", "400ms", seconds },
};

/* Factors below 1 are of the form 1/n: dividing by n rounds once, where 0.01 is itself rounded. */
static double to_base(double number, const struct suffix *s)
{
    return s->factor < 1 ? number / round(1 / s->factor) : number * s->factor;
}

static double from_base(double value, const struct suffix *s)
{
    return s->factor < 1 ? value * round(1 / s->factor) : value / s->factor;
}

const char *unit_example(enum unit unit)
{
    return units[unit].example;
}

const char *unit_name(enum unit unit)
{
    return units[unit].name;
}

static const struct suffix *suffix_find(enum unit unit, const char *text)
{
    for (const struct suffix *s = units[unit].suffixes; s->text; s++)
        if (strcmp(s->text, text) == 0)
            return s;
    return NULL;
}

static bool is_whole(enum unit unit)
{
    return unit == UNIT_COUNT || unit == UNIT_PODS;
}

/* 400 without a unit were milliseconds, surely. */
static bool is_bare_too_long(const struct suffix *s, enum unit unit, double value)
{
    return unit == UNIT_SECONDS && *s->text == '\0' && fabs(value) > UNIT_SECONDS_BARE_MAX;
}

/* The sign of UNIT_PODS says how the number is written, the size of UNIT_SECONDS whether bare. */
static bool is_written_with(const struct suffix *s, enum unit unit, double value)
{
    if (unit == UNIT_SECONDS)
        return s->shown && (*s->text == '\0') == (fabs(value) <= UNIT_SECONDS_BARE_MAX);
    return s->shown && (unit != UNIT_PODS || from_base(value, s) >= 0);
}

/* The number is read, what stands behind it is not known. */
static int bad_suffix(const char *text, enum unit unit, const char *suffix, struct error *err)
{
    if (*suffix == ',')
        return error_set(err, ERR_INVALID, "'%.60s': a number has no comma (0.3, 4000)", text);
    if (*suffix == '\0')
        return error_set(err, ERR_INVALID, "'%.60s' lacks a unit (e.g. %s)", text,
                         unit_example(unit));
    if (unit == UNIT_COUNT || unit == UNIT_NUMBER)
        return error_set(err, ERR_INVALID, "'%.60s' is not %s (e.g. %s)", text,
                         units[unit].value, unit_example(unit));
    return error_set(err, ERR_INVALID, "'%.60s': '%.60s' is not a unit of %s (e.g. %s)", text,
                     suffix, unit_name(unit), unit_example(unit));
}

/* Times and sizes are whole in their base unit wherever decimal notation can say so. */
static double rounded(double value)
{
    double whole = round(value);
    return fabs(value - whole) < 1e-15 * fabs(value) ? whole : value;
}

int unit_parse(const char *text, enum unit unit, double *value, struct error *err)
{
    char *end;
    double number = 0;
    /* strtod also reads hexadecimal, "inf" and "nan", and skips blanks: none is a value here */
    const char *first = text + (*text == '-' || *text == '+');
    bool decimal = isdigit((unsigned char)*first) || *first == '.';
    if (decimal && !(first[0] == '0' && (first[1] == 'x' || first[1] == 'X')))
        number = strtod(text, &end);
    else
        end = (char *)text;
    if (end == text || (unit == UNIT_PODS && number < 0))
        return error_set(err, ERR_INVALID, "'%.60s' is not %s (e.g. %s)", text,
                         units[unit].value, unit_example(unit));
    const struct suffix *suffix = suffix_find(unit, end);
    if (!suffix && !(number == 0 && *end == '\0'))
        return bad_suffix(text, unit, end, err);
    if (suffix && is_bare_too_long(suffix, unit, number))
        return error_set(err, ERR_INVALID,
                         "'%.60s' lacks a unit: %.60sms or %.60ss? (without one, seconds up to "
                         "%.0f)",
                         text, text, text, UNIT_SECONDS_BARE_MAX);
    number = suffix ? to_base(number, suffix) : 0;
    if (!isfinite(number))
        return error_set(err, ERR_INVALID, "'%.60s' is too large", text);
    if (is_whole(unit) && number != floor(number))
        return error_set(err, ERR_INVALID, "'%.60s' is not a whole number", text);
    *value = rounded(number);
    return 0;
}

/* Does the text read back to exactly this value? */
static bool reads_back(const char *text, enum unit unit, double value)
{
    double back;
    struct error unused;
    return unit_parse(text, unit, &back, &unused) == 0 && back == value;
}

/* Is written digit by digit: 1e+06 reads back, but who writes it? */
static bool has_few_digits(double number)
{
    return number == floor(number) && fabs(number) < 1e15;
}

/* The value in this suffix's unit, with the fewest digits that read back to it. */
static void write_value(char *out, enum unit unit, double value, const struct suffix *suffix)
{
    double number = from_base(value, suffix);
    if (has_few_digits(number)) {
        snprintf(out, UNIT_TEXT_BYTES, "%lld%s", (long long)number, suffix->text);
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, UNIT_TEXT_BYTES, "%.*g%s", digits, number, suffix->text);
        if (reads_back(out, unit, value))
            return;
    }
}

char *unit_format(char *out, enum unit unit, double value)
{
    const struct suffix *last = NULL;
    if (value == 0)
        return strcpy(out, "0");
    for (const struct suffix *s = units[unit].suffixes; s->text; s++) {
        double number = from_base(value, s);
        if (!is_written_with(s, unit, value))
            continue;
        last = s;
        if (number != floor(number) || fabs(number) < 1)
            continue;
        bool exact = has_few_digits(number); /* is read as it is: no need to try */
        if (exact && rounded(to_base(number, s)) != value)
            continue;
        write_value(out, unit, value, s);
        if (exact || reads_back(out, unit, value))
            return out;
    }
    write_value(out, unit, value, last);
    return out;
}

char *unit_format_short(char *out, enum unit unit, double value)
{
    if (!isfinite(value))
        return strcpy(out, "-");
    const struct suffix *best = units[unit].suffixes;
    for (const struct suffix *s = units[unit].suffixes; s->text; s++) {
        if (!is_written_with(s, unit, value))
            continue;
        best = s;
        /* minutes and hours only from two of them on: 90s says more than 1.5min */
        if (fabs(value) >= s->factor * (s->factor > 1e9 && unit == UNIT_TIME ? 2 : 1))
            break;
    }
    double number = from_base(value, best);
    int decimals = fabs(number) >= 99.95 || number == 0 ? 0 : fabs(number) >= 9.995 ? 1 : 2;
    if (number == floor(number) && fabs(number) < 1e6 && unit != UNIT_TIME)
        decimals = 0;
    snprintf(out, UNIT_TEXT_BYTES, "%.*f%s", decimals, number, number == 0 ? "" : best->text);
    return out;
}
