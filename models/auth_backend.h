/* auth_backend.h - the service that a push server asks whether a new client may stay.
 *
 * A pool of workers, each busy with one request for a fixed time, first come first served. The
 * push server waits a limited time for the answer and then throws the client out; the backend does
 * the work all the same. So retries that come faster than the pool can serve keep it busy with
 * answers nobody waits for: destinygg/chat-gui#872, 100 PHP-FPM workers, a connection opened
 * before it is authenticated, every client back after 1.75 s.
 *
 * The default of service_ns is a password check: bcrypt at cost 10, the default of PHP up to 8.3
 * (password_hash) and of Go (golang.org/x/crypto/bcrypt), measured with libxcrypt on a 2.1 GHz
 * Xeon at 64 ms of CPU (16 ms at cost 8, 259 ms at 12). That of timeout_ns is the one of httpx (5
 * s).
 */
#ifndef PUSHSIM_MODELS_AUTH_BACKEND_H
#define PUSHSIM_MODELS_AUTH_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

struct auth_params {
    int64_t workers;    /* requests served at a time, 1..4096; 0 = there is no backend */
    int64_t service_ns; /* of one request */
    int64_t timeout_ns; /* the push server waits so long */
};

struct auth_backend {
    int64_t *free_ns; /* when each worker is free, a ring in the order of requests; owned */
    int64_t next;     /* the worker that takes the next request */
    uint64_t requests, timeouts; /* asked so far; of these, not answered in time */
};

void auth_backend_init(struct auth_backend *a, const struct auth_params *p);
void auth_backend_close(struct auth_backend *a);

/* A request at now_ns (not before the last one): when the push server knows the answer, and
 * whether it is the backend's (true) or the time-out (false). */
bool auth_backend_ask(const struct auth_params *p, struct auth_backend *a, int64_t now_ns,
                      int64_t *answer_ns);

#endif
