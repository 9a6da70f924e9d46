/* server_spec.h - how to start a push server and reach it: any server is one small YAML file.
 *
 *   name: my-server
 *   needs: apt-get install my-server          # optional: said when it cannot be started
 *   command: [./my-server, --port, "{port}"]  # no shell; run in the file's own directory
 *   environment: { QUEUE: "{queue}" }         # optional; added to the caller's
 *   ready: http://127.0.0.1:{port}/health     # answers 2xx when the server is up
 *   publish: http://127.0.0.1:{port}/publish  # POST; the body goes to every subscriber
 *   sse: http://127.0.0.1:{port}/events       # one of sse and websocket, or both
 *   websocket: ws://127.0.0.1:{port}/ws
 *   message: http://127.0.0.1:{port}/message  # optional, SSE: a client's POST, answered at once
 *   stats:                                    # optional: the server's own counters
 *     url: http://127.0.0.1:{port}/stats      # a JSON object, or lines of "name: number"
 *     subscribers: subscribers                # optional: the counter of connected subscribers
 *     dropped: dropped                        # optional: the counter of dropped messages
 *     depth_mean: depth_mean                  # optional: mean depth of a subscriber's queue
 *     depth_max: depth_max                    # optional: the deepest that one was
 *   loop: nginx                               # optional, for calibrate: the event loop of the
 *   hops: 0                                   # model that it resembles (server.loop, .hops)
 *
 * The command is the server itself, in the foreground: it runs in the cgroup that is limited, as
 * what a service starts for it elsewhere (docker, systemctl) would not.
 *
 * Counters whose names begin with gc_ tell calibrate of the garbage collector, if they are those
 * that servers/fastapi_server.py explains.
 *
 * Placeholders may stand in all values but the names: server_placeholders.h tells them. Aliases
 * are refused: their expansion can grow without bound.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_SERVER_SPEC_H
#define PUSHSIM_EXPERIMENTS_REPLAY_SERVER_SPEC_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/parameters.h"
#include "sim/error.h"

#define SERVER_WORDS_MAX 64

struct server_spec {                     /* strings owned; placeholders still in them */
    char dir[PATH_MAX];                  /* absolute directory of the file */
    char *name;                          /* never NULL, as command, ready and publish */
    char *needs;                         /* may be NULL, as all below but those named above */
    char *command[SERVER_WORDS_MAX];     /* words, ended by NULL */
    char *environment[SERVER_WORDS_MAX]; /* "NAME=value", ended by NULL */
    char *ready, *publish;               /* http:// URLs */
    char *message;                       /* http:// URL of messages beside an event stream */
    char *sse, *websocket;               /* http:// and ws:// URLs; at least one is there */
    char *stats_url;                     /* http:// URL */
    char *stats_subscribers;             /* name of a counter */
    char *stats_dropped;                 /* name of a counter, as the next two */
    char *stats_depth_mean, *stats_depth_max; /* of the depths of subscribers' queues */
    int loop;                                 /* enum loop_kind; -1 = not said */
    int hops;                                 /* ready-queue passes, 0..4; -1 = not said */
};

/* Reads a description. ERR_INVALID: "file:line:col: …" and the line with a caret, or the file
 * cannot be read. */
int server_spec_read(struct server_spec *spec, const char *path, struct error *err);
void server_spec_close(struct server_spec *spec);

/* Of what is started and how it is reached, wherever the file lies: servers that are described
 * differently have different ones. Not of the program itself (server_program.h). */
uint64_t server_spec_hash(const struct server_spec *spec);

/* Whether a placeholder, given with its braces, stands in the command or the environment. */
bool server_spec_takes(const struct server_spec *spec, const char *placeholder);

/* `text` with its placeholders filled in; the caller frees it. An unknown placeholder stays. */
char *server_spec_expand(const struct server_spec *spec, const char *text,
                         const struct parameters *p, int port);
/* Frees the words, of the description or expanded, up to the NULL that ends them. */
void server_spec_free_words(char **words);

#endif
