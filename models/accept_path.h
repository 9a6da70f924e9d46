/* accept_path.h - from a client's SYN to a connection the server knows of.
 *
 * The listening socket holds at most backlog + 1 finished connections that nobody has accepted yet
 * (sk_acceptq_is_full in include/net/sock.h: strictly more than the backlog; the backlog is the
 * smaller of listen()'s argument, uvicorn 2048, and net.core.somaxconn, 4096 since 5.4). A SYN
 * that finds it full is dropped and the client sends it again: the retransmission time-out starts
 * at 1 s (TCP_TIMEOUT_INIT, RFC 6298 section 2.1) and doubles, tcp_syn_retries = 6 times: 1, 3, 7,
 * 15, 31, 63 s after the first, given up at 127 s. From Linux 6.5 the first
 * tcp_syn_linear_timeouts = 4 go by single seconds and come on top: 1, 2, 3, 4, 5, 7, 11, 19, 35,
 * 67 s, given up at 131 s (Documentation/networking/ip-sysctl.rst).
 *
 * A ramp limits the rate of new connections from the server's start on; a SYN beyond it is dropped
 * like one that finds the queue full (freenet-core#3210 drops the introduction packet: 5/s for 30
 * s, 20/s up to 2 min, then unlimited).
 *
 * Left out: the round trip of the handshake. A connection takes its place with its SYN, in the
 * instant in which that is sent; the kernel's takes it with the third packet
 * (tcp_v4_syn_recv_sock) and answers all SYNs of one round trip before. Those that then find no
 * place are connected for their client, and come in with the retransmission of their request (0.2,
 * 0.6, 1.4 s …), not of the SYN. So a storm over a way of some 100 ms to a small backlog is slower
 * here at first, and over sooner: of 200 at once, backlog 20, 100 ms, 82 were accepted within 0.7
 * s on Linux 6.18, the last after 11 s; here 21, after 20 s.
 */
#ifndef PUSHSIM_MODELS_ACCEPT_PATH_H
#define PUSHSIM_MODELS_ACCEPT_PATH_H

#include <stdbool.h>
#include <stdint.h>

#define ACCEPT_RAMP_MAX 4

struct accept_ramp_step {
    int64_t until_ns; /* since the server's start */
    double rate_hz;   /* accepted connections per second; > 0 */
};

struct accept_params {
    int64_t backlog;              /* listen() backlog after somaxconn, >= 0 */
    int64_t syn_retries;          /* tcp_syn_retries, 0..20 */
    int64_t syn_linear;           /* tcp_syn_linear_timeouts; 0 before Linux 6.5 */
    int64_t handshake_timeout_ns; /* server closes an unfinished handshake; 0 = never */
    double tls_ns;                /* CPU time of a TLS handshake; 0 = plain TCP */
    int64_t steps;                /* callbacks that the set-up of a connection takes, >= 1: all
                                     connections go through one before any goes on */
    int64_t ramp_steps;           /* 0..ACCEPT_RAMP_MAX; after the last step: no limit */
    struct accept_ramp_step ramp[ACCEPT_RAMP_MAX]; /* the earliest first; ramp_steps in use */
};

struct accept_path {
    int64_t started_ns;   /* when the server began to listen */
    int64_t waiting;      /* connections in the accept queue, 0..backlog + 1 */
    int64_t admit_ns;     /* the ramp lets the next one in at this time */
    uint64_t syn_dropped; /* SYNs that found the queue full or were beyond the ramp */
};

void accept_path_init(struct accept_path *a, int64_t now_ns);

/* A SYN arrives; false: dropped, the client will send it again. */
bool accept_path_syn(const struct accept_params *p, struct accept_path *a, int64_t now_ns);
/* The server has accepted n of the waiting connections (also of those whose client gave up:
 * a closed connection keeps its place until it is accepted). */
void accept_path_accepted(struct accept_path *a, int64_t n);

/* When the n-th SYN (n = 0 is the first) leaves, after the first one; past the last
 * retransmission: -1, and the attempt is over at accept_path_syn_end_ns. */
int64_t accept_path_syn_ns(const struct accept_params *p, int64_t n);
int64_t accept_path_syn_end_ns(const struct accept_params *p);

#endif
