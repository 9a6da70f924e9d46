/* http_fetch.h - addresses out of URLs, and a blocking GET for what is not measured.
 *
 * The ready check and the server's counters are asked before and after a run with http_fetch;
 * during the run everything goes through the event loop.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_HTTP_FETCH_H
#define PUSHSIM_EXPERIMENTS_REPLAY_HTTP_FETCH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "sim/error.h"

struct endpoint {
    struct sockaddr_in address; /* IPv4 */
    char host[72];              /* "host:port", for the Host header */
    char path[512];             /* with its query; "/" at least */
};

/* http://ADDRESS:PORT/PATH or ws://…; ADDRESS is numeric or "localhost". ERR_INVALID. */
int endpoint_parse(struct endpoint *e, const char *url, struct error *err);

/* GET; the body of a 2xx answer as a string that the caller frees. ERR_IO after timeout_ms,
 * or on any other answer. */
int http_fetch(char **body, const struct endpoint *e, int timeout_ms, struct error *err);

/* The same, and the end of the answer is not waited for: it may be a stream. */
int http_answers(const struct endpoint *e, int timeout_ms, struct error *err);

/* Somebody listens there, though nobody may accept. */
bool endpoint_is_taken(const struct endpoint *e);

/* A TCP port that nothing listens on now; ERR_IO. */
int endpoint_free_port(int *port, struct error *err);

#endif
