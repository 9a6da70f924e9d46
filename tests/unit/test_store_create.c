/* A database whose making was broken off: it is finished by whoever opens it next, or refused. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "experiments/run/store.h"
#include "tests/support/scratch_file.h"
#include "tests/support/store_text.h"

struct content {
    char *bytes; /* owned */
    size_t count;
};

static struct content read_file(const char *path)
{
    struct content c = { mem_alloc(1 << 20), 0 };
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    c.count = fread(c.bytes, 1, 1 << 20, file);
    fclose(file);
    return c;
}

static void write_file(const char *path, struct content c, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(c.bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

/* Every table and view can be read. */
static void assert_whole(const char *path)
{
    static const char *const tables[] = { "run",   "metric",  "parameter", "series",
                                          "event", "latency", "explained", "rejected" };
    free(store_text(path, tables, sizeof tables / sizeof *tables));
}

/* Opened to write and closed it is one whole plain file. */
static void assert_can_be_finished(const char *path)
{
    struct store *store;
    struct error err;
    if (store_open(&store, path, STORE_CREATE, &err))
        fail_msg("%s", err.text);
    store_close(store);
    char *log = mem_printf("%s-wal", path), *journal = mem_printf("%s-journal", path);
    assert_int_not_equal(access(log, F_OK), 0);
    assert_int_not_equal(access(journal, F_OK), 0);
    free(log);
    free(journal);
    struct content c = read_file(path);
    assert_true(c.bytes[18] == 1 && c.bytes[19] == 1); /* no log: sqlite.org/fileformat, 1.3 */
    free(c.bytes);
    assert_whole(path);
}

/* What the log holds of the tables may end anywhere. */
static void a_log_cut_off_anywhere(void **state)
{
    (void)state;
    struct scratch scratch;
    struct store *store;
    struct error err;
    scratch_open(&scratch);
    char *path = scratch_path(&scratch, "made.db"), *log = mem_printf("%s-wal", path);
    char *part = scratch_path(&scratch, "part.db"), *part_log = mem_printf("%s-wal", part);
    assert_int_equal(store_open(&store, path, STORE_CREATE, &err), 0);
    struct content file = read_file(path), frames = read_file(log);
    store_close(store);
    assert_true(frames.count > 4096); /* the tables are there, not in the file yet */
    for (size_t cut = 0; cut < frames.count + 1000; cut += 1000) {
        write_file(part, file, file.count);
        write_file(part_log, frames, cut < frames.count ? cut : frames.count);
        assert_can_be_finished(part);
    }
    free(file.bytes);
    free(frames.bytes);
    free(path);
    free(log);
    free(part);
    free(part_log);
    scratch_close(&scratch);
}

/* A file cut off itself is refused, by name, or taken for new while it holds nothing. */
static void a_file_cut_off_anywhere(void **state)
{
    (void)state;
    struct scratch scratch;
    struct store *store;
    struct error err;
    int refused = 0;
    scratch_open(&scratch);
    char *path = scratch_path(&scratch, "made.db"), *part = scratch_path(&scratch, "part.db");
    assert_int_equal(store_open(&store, path, STORE_CREATE, &err), 0);
    store_close(store);
    struct content file = read_file(path);
    for (size_t cut = 0; cut < file.count; cut += 512) {
        write_file(part, file, cut);
        int code = store_open(&store, part, STORE_CREATE, &err);
        if (code == 0) {
            store_close(store);
            assert_whole(part);
            continue;
        }
        refused++;
        assert_int_equal(code, ERR_INVALID);
        assert_non_null(strstr(err.text, "part.db: "));
    }
    assert_true(refused > 0);
    free(file.bytes);
    free(path);
    free(part);
    scratch_close(&scratch);
}

/* Of two that have it open, the first to close neither waits for the other nor takes its log away;
 * the one that is left makes the plain file. */
static void closed_while_another_has_it_open(void **state)
{
    (void)state;
    struct scratch scratch;
    struct store *first, *second;
    struct error err;
    struct timespec begun, ended;
    scratch_open(&scratch);
    char *path = scratch_path(&scratch, "both.db"), *log = mem_printf("%s-wal", path);
    assert_int_equal(store_open(&first, path, STORE_CREATE, &err), 0);
    assert_int_equal(store_open(&second, path, STORE_CREATE, &err), 0);
    clock_gettime(CLOCK_MONOTONIC, &begun);
    store_close(first);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    assert_true(ended.tv_sec - begun.tv_sec <
                5); /* and not as long as a busy one is waited for */
    assert_int_equal(access(log, F_OK), 0);
    struct content c = read_file(path);
    assert_true(c.bytes[18] == 2 && c.bytes[19] == 2); /* still with a log */
    free(c.bytes);
    struct experiment e = { .name = "both", .question = "", .expect = "" };
    int64_t id = 0;
    e.doc.source = "";
    assert_int_equal(store_experiment(second, &e, &id, &err), 0);
    store_close(second);
    assert_can_be_finished(path);
    assert_int_equal(store_open(&first, path, STORE_READ, &err), 0);
    char *name = NULL;
    assert_int_equal(store_only_experiment(first, &name, &err), 0);
    assert_string_equal(name, "both");
    store_close(first);
    free(name);
    free(path);
    free(log);
    scratch_close(&scratch);
}

/* kill -9 at any moment of opening and closing, of a new database and of one that is there. */
static void killed_at_any_moment(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct scratch scratch;
        struct store *store;
        struct error err;
        struct timespec nap = { 0, 100000L * i };
        scratch_open(&scratch);
        char *path = scratch_path(&scratch, "made.db");
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            for (;;) {
                if (store_open(&store, path, STORE_CREATE, &err))
                    _exit(1);
                store_close(store);
            }
        }
        nanosleep(&nap, NULL);
        int status;
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_can_be_finished(path);
        free(path);
        scratch_close(&scratch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_cut_off_anywhere),
        cmocka_unit_test(a_file_cut_off_anywhere),
        cmocka_unit_test(closed_while_another_has_it_open),
        cmocka_unit_test(killed_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
