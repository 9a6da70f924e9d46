/* client_class.h - kinds of clients and their share of the population.
 *
 * Clients of one class have neighbouring numbers, so that a class is a range of connections in
 * the same state: client i of n belongs to the class whose slice of [0, n) holds i.
 */
#ifndef PUSHSIM_MODELS_CLIENT_CLASS_H
#define PUSHSIM_MODELS_CLIENT_CLASS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/heartbeat.h"

#define CLIENT_CLASSES_MAX 8

/* The server answers a connect, and says no (HTTP: another status). */
enum client_refused {
    REFUSED_AS_PRESET, /* without one it tries again */
    REFUSED_RETRY,     /* as its reconnect policy says */
    REFUSED_STOP,      /* never again */
};

struct client_class {
    double share;                /* of the population, relative to the other classes; >= 0 */
    int64_t read_bps;            /* bytes per second it reads; 0 = at once */
    double stall_rate_hz;        /* Poisson: stops reading, per second and client */
    int64_t stall_ns;            /* mean length of a stall, exponential; 0 = for good */
    int64_t stall_at_ns;         /* stops once, so long after connecting; 0 = does not */
    double loss_rate_hz;         /* Poisson: vanishes without a word (zombie), per second */
    int64_t connect_timeout_ns;  /* gives up an attempt that is not open after so long, its
                                   handshake included; 0 = as the preset, without one when the
                                   kernel does */
    int64_t silence_timeout_ns;  /* closes when nothing came for so long; 0 = as the preset,
                                   without one never */
    int preset;                  /* how it reconnects: 0 = the parameters' own policy, else
                                   client_presets[preset - 1] */
    enum client_refused refused; /* what it does when an answer refuses it */
};

/* First client of class c (c == classes gives n): slices follow the shares, each rounded down
 * to whole clients from the cumulated share, so that they sum to n exactly. */
int64_t client_class_first(const struct client_class *list, int classes, int64_t n, int c);
int client_class_of(const struct client_class *list, int classes, int64_t n, int64_t client);

/* The connect time-out that holds for the class: its own, else that of its preset; 0: none. */
int64_t client_class_connect_timeout_ns(const struct client_class *k);
/* In the same way, after how long a silence it closes; 0: never. Clients that their server tells
 * how often it pings (client_preset.h) count pings alone. */
int64_t client_class_silence_timeout_ns(const struct client_class *k,
                                        const struct heartbeat_params *server);
bool client_class_counts_pings(const struct client_class *k,
                               const struct heartbeat_params *server);
/* In the same way, whether an answer that refuses it is its last attempt. What is no answer (reset,
 * time-out, end) never is. */
bool client_class_refused_ends(const struct client_class *k);

#endif
