/* fuzz_data.c - every other reader of what comes from outside as a fuzz entry; the first byte picks
 * one (fuzz_config.c: experiments). Given files, a plain program that reads each once.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "experiments/replay/client_internal.h"
#include "experiments/replay/server_spec.h"
#include "experiments/replay/server_stats.h"
#include "experiments/run/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* What wants a file gets one that is in memory alone; the path is in `path`. */
static int open_as_file(char path[64], const uint8_t *data, size_t bytes)
{
    int fd = memfd_create("fuzz", 0);
    if (fd < 0 || write(fd, data, bytes) != (ssize_t)bytes)
        abort();
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

static void read_trace(const uint8_t *data, size_t bytes)
{
    struct schedule schedule;
    struct error err;
    char path[64];
    int fd = open_as_file(path, data, bytes);
    if (trace_read(&schedule, path, &err) == 0)
        schedule_close(&schedule);
    close(fd);
}

static void read_server(const uint8_t *data, size_t bytes)
{
    struct server_spec spec;
    struct error err;
    char path[64];
    int fd = open_as_file(path, data, bytes);
    if (server_spec_read(&spec, path, &err) == 0)
        server_spec_close(&spec);
    close(fd);
}

static void read_stats(const uint8_t *data, size_t bytes)
{
    struct server_stats stats = { 0 };
    char *text = mem_alloc(bytes + 1); /* its end is a zero */
    memcpy(text, data, bytes);
    server_stats_parse(&stats, text);
    free(text);
}

static void read_histogram(const uint8_t *data, size_t bytes)
{
    struct histogram h;
    histogram_init(&h);
    (void)histogram_decode(&h, data, bytes);
    histogram_close(&h);
}

/* An event stream, in pieces of 1 to 8 bytes, to a client that is not connected. */
static void read_events(const uint8_t *data, size_t bytes)
{
    struct action action = { .kind = ACTION_PUBLISH, .bytes = 8 };
    struct schedule schedule = { .actions = &action, .count = 1, .clients = 1, .initial = 1 };
    struct endpoint endpoint = { .host = "h", .path = "/" };
    struct delivery_log log;
    struct client_pool pool;
    uv_loop_t loop;
    if (uv_loop_init(&loop) != 0)
        abort();
    delivery_log_init(&log, &schedule);
    client_pool_init(&pool, &loop, PROTOCOL_SSE, &endpoint, 1, &log);
    delivery_log_sent(&log, 0);
    pool.clients->state = CLIENT_OPEN;
    pool.clients->last = -1;
    client_sse_ops.open(pool.clients);
    for (size_t at = 0, n; at < bytes; at += n) {
        n = at % 8 + 1 < bytes - at ? at % 8 + 1 : bytes - at;
        client_sse_ops.feed(pool.clients, (const char *)data + at, n);
    }
    pool.clients->state = CLIENT_CLOSED;
    client_pool_shut(&pool);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    client_pool_close(&pool);
    delivery_log_close(&log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static void (*const readers[])(const uint8_t *data, size_t bytes) = {
        read_trace, read_server, read_stats, read_histogram, read_events,
    };
    if (bytes > 0)
        readers[data[0] % (sizeof readers / sizeof *readers)](data + 1, bytes - 1);
    return 0;
}

#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
int main(int argc, char **argv)
{
    static uint8_t data[1 << 16];
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 1;
        }
        LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof data, file));
        fclose(file);
    }
    return 0;
}
#endif
