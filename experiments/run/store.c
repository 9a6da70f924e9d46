#include "experiments/run/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "experiments/run/store_internal.h"

#define APPLICATION_ID 0x70757368 /* "push" */
#define BUSY_MS        10000      /* how long another process is waited for */
#define WAIT_MS        20
#define COUNT_TABLES   "SELECT count(*) FROM sqlite_master"

static const char schema[] =
#include "experiments/run/schema.sql.inc"
    ;

int store_fail(struct store *store, struct error *err)
{
    return error_set(err, ERR_IO, "%s: %s", store->path, sqlite3_errmsg(store->db));
}

int store_exec(struct store *store, const char *sql, struct error *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) ? store_fail(store, err) : 0;
}

int store_prepare(struct store *store, const char *sql, sqlite3_stmt **out, struct error *err)
{
    return sqlite3_prepare_v2(store->db, sql, -1, out, NULL) ? store_fail(store, err) : 0;
}

bool store_row(struct store *store, sqlite3_stmt *s, int *code, struct error *err)
{
    int step = sqlite3_step(s);
    if (step == SQLITE_ROW)
        return true;
    if (step != SQLITE_DONE)
        *code = store_fail(store, err);
    sqlite3_finalize(s);
    return false;
}

int store_finish(struct store *store, sqlite3_stmt *s, struct error *err)
{
    int code = 0;
    while (store_row(store, s, &code, err))
        ;
    return code;
}

/* A pragma's (or other query's) single number. Returns SQLite's code; *number is unchanged but with
 * SQLITE_OK. */
static int query_number(struct store *store, const char *sql, int64_t *number)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        *number = sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code;
}

/* A database of our own making does not wait for the disk before its tables are there: its switch
 * to the log writes one page, which needs no journal, and an incomplete log counts as none, so
 * that after a loss of power it is new again; the first checkpoint makes the disk hold all of it. */
static const char *creation_pragma(const struct store *store)
{
    return store->created ? "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY"
                          : "PRAGMA synchronous = NORMAL";
}

/* Another process that just opens or closes the database holds all of it: then SQLite's own
 * waiting, which could be for each other, is not done, and it is tried again for as long. */
static int begin_in_log(struct store *store, struct error *err)
{
    const struct timespec nap = { 0, WAIT_MS * 1000000L };
    int code = 0;
    for (int waited = 0; waited <= BUSY_MS; waited += WAIT_MS) {
        code = store_exec(store, creation_pragma(store), err);
        if (code == 0)
            code = store_exec(store,
                              "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4000; "
                              "PRAGMA foreign_keys = ON; BEGIN IMMEDIATE",
                              err);
        if (code == 0 || (sqlite3_errcode(store->db) & 0xff) != SQLITE_BUSY)
            break;
        nanosleep(&nap, NULL);
    }
    return code;
}

/* Makes the tables of a new database, and the views that one lacks or has as an older program made
 * them: all in one transaction, and in the write-ahead log, as each that is committed by itself
 * waits several times for the disk. Asks in the transaction whether the tables are there: shards
 * may begin one database together. */
static int create_missing(struct store *store, struct error *err)
{
    int64_t tables = 0;
    int code = begin_in_log(store, err);
    char *marks = mem_printf("PRAGMA application_id = %d; PRAGMA user_version = %d;",
                             APPLICATION_ID, STORE_SCHEMA);
    if (code == 0 && query_number(store, COUNT_TABLES, &tables))
        code = store_fail(store, err);
    if (code == 0 && tables == 0)
        code = store_exec(store, schema, err);
    if (code == 0 && tables == 0)
        code = store_exec(store, marks, err);
    if (code == 0)
        code = store_make_views(store, err);
    free(marks);
    return code ? code : store_exec(store, "COMMIT; PRAGMA synchronous = NORMAL", err);
}

/* It cannot be read: no database at all, damaged (cut off in copying), or kept from us. */
static int unreadable(struct store *store, int code, struct error *err)
{
    const char *slash = strrchr(store->path, '/'), *name = slash ? slash + 1 : store->path;
    const char *dot = strrchr(name, '.');
    bool experiment = dot && dot > name && strcmp(dot, ".yaml") == 0;
    if (code == SQLITE_NOTADB && experiment)
        return error_set(err, ERR_INVALID,
                         "%s: not a pushsim database (run left its rows in %.*s.db where it "
                         "was called)",
                         store->path, (int)(dot - name), name);
    if (code == SQLITE_NOTADB)
        return error_set(err, ERR_INVALID, "%s: not a pushsim database", store->path);
    if (code == SQLITE_CORRUPT)
        return error_set(err, ERR_INVALID, "%s: damaged or cut off: %s", store->path,
                         sqlite3_errmsg(store->db));
    return store_fail(store, err);
}

/* SQLite takes a last page of which a part is there for whole, and its rest for zeros. */
static bool ends_in_a_page(struct store *store)
{
    struct stat info;
    int64_t page = 0;
    return query_number(store, "PRAGMA page_size", &page) || stat(store->path, &info) ||
           info.st_size % page == 0;
}

/* Is an existing database ours? One without tables is new. */
static int check_schema(struct store *store, struct error *err)
{
    int64_t tables = 0, application = 0, version = 0;
    int code = query_number(store, COUNT_TABLES, &tables);
    code = code ? code : query_number(store, "PRAGMA application_id", &application);
    code = code ? code : query_number(store, "PRAGMA user_version", &version);
    if (code)
        return unreadable(store, code, err);
    if (!ends_in_a_page(store))
        return error_set(err, ERR_INVALID, "%s: damaged or cut off: not whole pages",
                         store->path);
    if (tables == 0 && store->writable)
        return 0;
    if (tables == 0 || application != APPLICATION_ID)
        return error_set(err, ERR_INVALID, "%s: not a pushsim database", store->path);
    if (version != STORE_SCHEMA)
        return error_set(err, ERR_INVALID, "%s: schema version %lld, this pushsim reads %d",
                         store->path, (long long)version, STORE_SCHEMA);
    return 0;
}

/* Of several processes that open a new database, one makes its file; only that one may delete it. */
static bool make_file(const char *path)
{
    int file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    if (file >= 0)
        close(file);
    return file >= 0;
}

/* The disk has no room for the tables; not when another process is busy with them. */
static bool is_out_of_room(struct store *store)
{
    int code = sqlite3_errcode(store->db) & 0xff;
    return code == SQLITE_FULL || code == SQLITE_IOERR;
}

/* SQLite says only that it cannot: the system knows why. SQLite itself opens a file that it may
 * not make once more, to read, and would tell that it is not there. */
static int unopened(struct store *store, int unmade, struct error *err)
{
    int why = store->db ? sqlite3_system_errno(store->db) : 0;
    why = why == ENOENT && unmade ? unmade : why;
    return why ? error_set(err, ERR_IO, "%s: %s", store->path, strerror(why))
               : store_fail(store, err);
}

static int open_database(struct store *store, enum store_mode mode, struct error *err)
{
    struct stat info;
    if (mode != STORE_CREATE && stat(store->path, &info))
        return error_set(err, ERR_INVALID, "%s: %s", store->path, strerror(errno));
    store->created = mode == STORE_CREATE && make_file(store->path);
    int unmade = mode == STORE_CREATE && !store->created ? errno : 0;
    int flags = mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (mode == STORE_CREATE)
        flags |= SQLITE_OPEN_CREATE;
    flags |= SQLITE_OPEN_NOMUTEX; /* a store belongs to one thread */
    if (sqlite3_open_v2(store->path, &store->db, flags, NULL))
        return unopened(store, unmade, err);
    sqlite3_busy_timeout(store->db, BUSY_MS);
    int code = check_schema(store, err);
    return code || !store->writable ? code : create_missing(store, err);
}

void store_prepare_process(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int store_open(struct store **out, const char *path, enum store_mode mode, struct error *err)
{
    char host[256] = "";
    struct store *store = mem_alloc(sizeof *store);
    gethostname(host, sizeof host - 1);
    store->path = mem_strdup(path);
    store->host = mem_strdup(host);
    store->writable = mode != STORE_READ;
    int code = open_database(store, mode, err);
    if (code) {
        store->writable = false;
        store->created = store->created && is_out_of_room(store);
        store_discard(store);
        return code;
    }
    *out = store;
    return 0;
}

/* Nobody else has it open, or can open it until it is closed. */
static bool take_alone(struct store *store)
{
    sqlite3_busy_timeout(store->db, 0);
    const char *sql = "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT";
    bool alone = sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (!alone)
        sqlite3_exec(store->db, "PRAGMA locking_mode = NORMAL", NULL, NULL, NULL);
    sqlite3_busy_timeout(store->db, BUSY_MS);
    return alone;
}

/* One plain file, readable from a read-only directory; fails while others have it open. Once the
 * disk holds everything, only a few bytes of the first sector change, all at once: no journal on
 * disk for it; and no wait when nobody could write in between, as the database is whole with
 * either state of them. */
static void leave_log(struct store *store)
{
    int64_t busy = 1;
    if (take_alone(store) &&
        query_number(store, "PRAGMA wal_checkpoint(TRUNCATE)", &busy) == SQLITE_OK && busy == 0)
        sqlite3_exec(store->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
    sqlite3_exec(store->db, "PRAGMA journal_mode = MEMORY", NULL, NULL, NULL);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(store->statement[i]);
    for (int i = 0; i < STORE_TABLES; i++) {
        sqlite3_finalize(store->insert[i][0]);
        sqlite3_finalize(store->insert[i][1]);
    }
    if (store->writable)
        leave_log(store);
    sqlite3_close(store->db);
    free(store->path);
    free(store->host);
    free(store);
}

void store_discard(struct store *store)
{
    static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
    bool ours = store->created;
    char *path = mem_strdup(store->path);
    store_close(store);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes && ours; i++) {
        char *file = mem_printf("%s%s", path, suffixes[i]);
        unlink(file);
        free(file);
    }
    free(path);
}

/* The file says what was run only together with what --set gave. */
static char *source_text(const struct experiment *e)
{
    bool set = e->set && *e->set;
    return mem_printf("%.*s%s%s%s", (int)e->doc.bytes, e->doc.source, set ? "\n# --set " : "",
                      set ? e->set : "", set ? "\n" : "");
}

int store_experiment(struct store *store, const struct experiment *e, int64_t *id,
                     struct error *err)
{
    sqlite3_stmt *s;
    char *source = source_text(e);
    int code = store_prepare(store,
                             "INSERT INTO experiment (name, question, expect, seed, source) "
                             "VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                             "question = excluded.question, expect = excluded.expect, "
                             "seed = excluded.seed, source = excluded.source RETURNING id",
                             &s, err);
    if (code) {
        free(source);
        return code;
    }
    sqlite3_bind_text(s, 1, e->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, e->question, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, e->expect, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 4, e->base.seed);
    sqlite3_bind_text(s, 5, source, -1, SQLITE_STATIC);
    while (store_row(store, s, &code, err))
        *id = sqlite3_column_int64(s, 0);
    free(source);
    return code;
}
