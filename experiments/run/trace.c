#include "experiments/run/trace.h"

#include <csv.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/run/source_excerpt.h"

#define FIELD_BYTES 64
#define LINE_BYTES  2048 /* libcsv grows its buffer in small steps: no lines without end */

enum column {
    TIME_S,
    TIME_NS,
    ACTION,
    CLIENT,
    BYTES,
    DURATION_S,
    DURATION_NS,
    MEASURED,
    COLUMNS,
    NO_COLUMN = COLUMNS /* the row as a whole */
};

static const char *const column_names[COLUMNS] = {
    "time_s", "time_ns", "action", "client", "bytes", "duration_s", "duration_ns", "measured",
};

struct reader {
    const char *path;
    size_t line;                       /* from 1 */
    const char *text;                  /* of the line in progress; borrowed */
    size_t bytes;                      /* of it, without its line break */
    int place[COLUMNS];                /* field of each column; -1 = not in this file */
    int columns;                       /* fields in each row; 0 = header not read yet */
    char fields[COLUMNS][FIELD_BYTES]; /* of the row in progress, in the file's order */
    int count;                         /* fields of it so far */
    bool row_ended, bad;
    bool ended;  /* an `end` row was read */
    size_t room; /* actions allocated */
    bool *known; /* by client: it was connected once; owned */
    uint32_t known_room;
    struct schedule *s;
    struct error *err;
};

/* Where field `field` (from 0) of the line starts, in bytes from 1. */
static size_t column_of(const struct reader *r, int field)
{
    bool quoted = false;
    size_t i = 0;
    for (; i < r->bytes && field > 0; i++) {
        quoted ^= r->text[i] == '"';
        field -= r->text[i] == ',' && !quoted;
    }
    return i + 1;
}

/* field: in the file's order; < 0: the line as a whole. */
static int complain_at(struct reader *r, int field, const char *name, const char *format,
                       va_list args)
{
    char cause[256], source[SOURCE_EXCERPT_BYTES] = "";
    vsnprintf(cause, sizeof cause, format, args);
    r->bad = true;
    size_t column = field < 0 ? 1 : column_of(r, field);
    if (r->bytes > 0)
        source_excerpt(source, r->text, r->bytes, column);
    return error_set(r->err, ERR_INVALID, "%.400s:%zu:%zu: %s%s%s%s", r->path, r->line, column,
                     name, *name ? ": " : "", cause, source);
}

static int complain(struct reader *r, enum column column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int complain(struct reader *r, enum column column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int code = column == NO_COLUMN
                   ? complain_at(r, -1, "", format, args)
                   : complain_at(r, r->place[column], column_names[column], format, args);
    va_end(args);
    return code;
}

static int complain_field(struct reader *r, int field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int complain_field(struct reader *r, int field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int code = complain_at(r, field, "", format, args);
    va_end(args);
    return code;
}

/* ---- libcsv: fields and rows ---- */

static void on_field(void *data, size_t bytes, void *user)
{
    struct reader *r = user;
    if (r->bad)
        return;
    if (r->count == COLUMNS) {
        complain_field(r, COLUMNS, "more than %d fields", COLUMNS);
    } else if (bytes >= FIELD_BYTES) {
        complain_field(r, r->count, "field %d is too long", r->count + 1);
    } else {
        memcpy(r->fields[r->count], data, bytes);
        r->fields[r->count++][bytes] = '\0';
    }
}

static void on_row(int last, void *user)
{
    struct reader *r = user;
    (void)last;
    r->row_ended = true;
}

static int read_header(struct reader *r)
{
    for (int i = 0; i < r->count; i++) {
        int column = 0;
        while (column < COLUMNS && strcmp(r->fields[i], column_names[column]) != 0)
            column++;
        if (column == COLUMNS)
            return complain_field(r, i,
                                  "unknown column '%s' (time_s, time_ns, action, client, "
                                  "bytes, duration_s, duration_ns, measured)",
                                  r->fields[i]);
        if (r->place[column] >= 0)
            return complain_field(r, i, "column '%s' stands twice", r->fields[i]);
        r->place[column] = i;
    }
    if ((r->place[TIME_S] < 0) == (r->place[TIME_NS] < 0))
        return complain(r, NO_COLUMN, "one of the columns time_s and time_ns must be there");
    if (r->place[ACTION] < 0)
        return complain(r, NO_COLUMN, "the column 'action' is missing");
    r->columns = r->count;
    return 0;
}

/* The text of a column in this row; "" where the file does not have it. */
static const char *text_of(const struct reader *r, enum column column)
{
    return r->place[column] < 0 ? "" : r->fields[r->place[column]];
}

static int read_integer(struct reader *r, enum column column, int64_t low, int64_t high,
                        int64_t *value)
{
    const char *text = text_of(r, column);
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (!*text)
        return complain(r, column, "is missing");
    if (*end || isspace((unsigned char)*text))
        return complain(r, column, "'%s' is not a whole number", text);
    if (errno || number < low || number > high)
        return complain(r, column, "%s is out of range (%lld..%lld)", text, (long long)low,
                        (long long)high);
    *value = number;
    return 0;
}

/* A time in whichever of the two columns the file has; 0..2^53 ns (104 days). */
static int read_time(struct reader *r, enum column in_s, enum column in_ns, int64_t *ns)
{
    const char *text = text_of(r, in_s);
    if (r->place[in_s] < 0)
        return read_integer(r, in_ns, 0, 1LL << 53, ns);
    char *end;
    double seconds = strtod(text, &end);
    if (!*text)
        return complain(r, in_s, "is missing");
    /* digits first, and no hexadecimal, which strtod takes too */
    if (*end || !isdigit((unsigned char)*text) || strpbrk(text, "xX"))
        return complain(r, in_s, "'%s' is not a number of seconds", text);
    if (seconds * 1e9 > 0x1p53)
        return complain(r, in_s, "%s is out of range (0..9e6)", text);
    *ns = llround(seconds * 1e9);
    return 0;
}

static int read_client(struct reader *r, struct action *a)
{
    int64_t client;
    int rc = read_integer(r, CLIENT, 0, TRACE_CLIENTS_MAX - 1, &client);
    if (rc)
        return rc;
    a->client = (uint32_t)client;
    if (a->client >= r->s->clients)
        r->s->clients = a->client + 1;
    return 0;
}

static bool is_known(const struct reader *r, uint32_t client)
{
    return client < r->known_room && r->known[client];
}

static void make_known(struct reader *r, uint32_t client)
{
    if (client >= r->known_room) {
        uint32_t room = client < 1024 ? 2048 : 2 * client;
        r->known = mem_realloc(r->known, room * sizeof *r->known);
        memset(r->known + r->known_room, 0, (room - r->known_room) * sizeof *r->known);
        r->known_room = room;
    }
    r->known[client] = true;
}

/* What happens to a connection needs one. */
static int read_known_client(struct reader *r, struct action *a)
{
    int rc = read_client(r, a);
    if (rc == 0 && !is_known(r, a->client))
        return complain(r, CLIENT, "%u has not been connected so far", a->client);
    return rc;
}

static int read_sent(struct reader *r, struct action *a, enum action_kind kind)
{
    int64_t measured = 1;
    int rc = read_integer(r, BYTES, 1, PAYLOAD_MAX_BYTES, &a->bytes);
    if (rc == 0 && *text_of(r, MEASURED))
        rc = read_integer(r, MEASURED, 0, 1, &measured);
    a->measured = measured;
    a->kind = kind;
    return rc;
}

static void append(struct reader *r, const struct action *a)
{
    struct schedule *s = r->s;
    if (s->count == r->room) {
        r->room = r->room ? 2 * r->room : 256;
        s->actions = mem_realloc(s->actions, r->room * sizeof *s->actions);
    }
    s->actions[s->count++] = *a;
}

/* At time 0 a connect is one of the clients that are there from the start. */
static int read_connect(struct reader *r, struct action *a)
{
    int rc = read_client(r, a);
    a->kind = ACTION_CONNECT;
    if (rc)
        return rc;
    make_known(r, a->client);
    if (a->at_ns > 0) {
        append(r, a);
        return 0;
    }
    if (a->client != r->s->initial)
        return complain(r, CLIENT,
                        "%u: clients connected at time 0 are numbered in order, the "
                        "next is %u",
                        a->client, r->s->initial);
    r->s->initial++;
    return 0;
}

static int read_action(struct reader *r, struct action *a)
{
    const char *word = text_of(r, ACTION);
    int rc;
    if (strcmp(word, "connect") == 0)
        return read_connect(r, a);
    if (strcmp(word, "end") == 0) {
        r->ended = true;
        return 0;
    }
    if (strcmp(word, "publish") == 0) {
        rc = read_sent(r, a, ACTION_PUBLISH);
    } else if (strcmp(word, "disconnect") == 0) {
        a->kind = ACTION_DISCONNECT;
        rc = read_known_client(r, a);
    } else if (strcmp(word, "message") == 0) {
        rc = read_known_client(r, a);
        if (rc == 0)
            rc = read_sent(r, a, ACTION_MESSAGE);
    } else if (strcmp(word, "stall") == 0) {
        a->kind = ACTION_STALL;
        rc = read_known_client(r, a);
        if (rc == 0)
            rc = read_time(r, DURATION_S, DURATION_NS, &a->duration_ns);
    } else {
        return complain(r, ACTION,
                        "unknown action '%s' (publish, connect, disconnect, stall, "
                        "message, end)",
                        word);
    }
    if (rc == 0)
        append(r, a);
    return rc;
}

static int read_row(struct reader *r)
{
    struct action a = { 0 };
    if (r->columns == 0)
        return read_header(r);
    if (r->count != r->columns)
        return complain(r, NO_COLUMN, "%d fields instead of %d", r->count, r->columns);
    if (r->ended)
        return complain(r, NO_COLUMN, "a row after 'end'");
    int rc = read_time(r, TIME_S, TIME_NS, &a.at_ns);
    if (rc)
        return rc;
    if (a.at_ns < r->s->end_ns)
        return complain(r, r->place[TIME_S] < 0 ? TIME_NS : TIME_S,
                        "goes back from %.9f s to %.9f s", r->s->end_ns / 1e9, a.at_ns / 1e9);
    r->s->end_ns = a.at_ns;
    return read_action(r, &a);
}

/* ---- lines ---- */

static int read_line(struct reader *r, struct csv_parser *parser, const char *line,
                     size_t bytes)
{
    r->line++;
    r->text = line;
    r->bytes = bytes - (line[bytes - 1] == '\n');
    if (memchr(line, '\0', bytes))
        return complain(r, NO_COLUMN, "not a text file");
    if (bytes > LINE_BYTES)
        return complain(r, NO_COLUMN, "a row of %zu bytes (at most %d)", bytes, LINE_BYTES);
    if (line[bytes - 1] != '\n')
        return complain(r, NO_COLUMN,
                        "the last row does not end in a line break (a file cut short?)");
    r->count = 0;
    r->row_ended = false;
    size_t used = csv_parse(parser, line, bytes, on_field, on_row, r);
    if (r->bad)
        return ERR_INVALID;
    if (used != bytes)
        return complain(r, NO_COLUMN, "a quote (\") in the middle of a field");
    if (!r->row_ended && bytes > 1 && strcmp(line, "\r\n") != 0)
        return complain(r, NO_COLUMN, "a quoted field is not closed on its line");
    return r->row_ended ? read_row(r) : 0; /* an empty line is no row */
}

static int read_lines(struct reader *r, struct csv_parser *parser, FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t bytes;
    int rc = 0;
    while (rc == 0 && (bytes = getline(&line, &room, file)) > 0)
        rc = read_line(r, parser, line, (size_t)bytes);
    free(line);
    r->text = "";
    r->bytes = 0;
    if (rc == 0 && ferror(file))
        return error_set(r->err, ERR_IO, "%s: cannot be read", r->path);
    if (rc == 0 && r->columns == 0)
        return error_set(r->err, ERR_INVALID,
                         "%.400s:1:1: empty file: a row of column names comes first", r->path);
    if (rc == 0 && r->s->count == 0 && r->s->initial == 0)
        return error_set(r->err, ERR_INVALID, "%.400s:%zu:1: no actions", r->path, r->line);
    return rc;
}

int trace_read(struct schedule *s, const char *path, struct error *err)
{
    struct schedule read = { 0 };
    struct reader r = { .path = path, .s = &read, .err = err };
    struct csv_parser parser;
    FILE *file = fopen(path, "re");
    if (!file)
        return error_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
    memset(r.place, -1, sizeof r.place);
    csv_init(&parser, CSV_STRICT);
    int rc = read_lines(&r, &parser, file);
    csv_free(&parser);
    fclose(file);
    free(r.known);
    if (rc == 0)
        *s = read;
    else
        free(read.actions);
    return rc;
}
