/* null_server_spec.c - how the load client starts its null server: this very program again. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "experiments/replay/null_server.h"

int null_server_spec(struct server_spec *spec, struct error *err)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return error_set(err, ERR_IO, "/proc/self/exe: %s", strerror(errno));
    self[length] = '\0';
    *spec = (struct server_spec){ .dir = "/",
                                  .name = mem_strdup("null server"),
                                  .command = { mem_strdup(self), mem_strdup("null"),
                                               mem_strdup("{port}") },
                                  .ready = mem_strdup("http://127.0.0.1:{port}/healthz"),
                                  .publish = mem_strdup("http://127.0.0.1:{port}/publish"),
                                  .sse = mem_strdup("http://127.0.0.1:{port}/events"),
                                  .websocket = mem_strdup("ws://127.0.0.1:{port}/ws"),
                                  .stats_url = mem_strdup("http://127.0.0.1:{port}/stats"),
                                  .stats_subscribers = mem_strdup("subscribers"),
                                  .stats_dropped = mem_strdup("dropped"),
                                  .loop = -1,
                                  .hops = -1 };
    return 0;
}
