/* nagle.h - a stream without TCP_NODELAY whose client acknowledges late.
 *
 * nginx 1.22 sets TCP_NODELAY when a connection is kept alive, upgraded or encrypted
 * (ngx_http_request.c, ngx_http_upstream.c), nchan for a WebSocket: not for an event stream. So a
 * write waits while one before it is not acknowledged (RFC 896; Linux, net/ipv4/tcp_output.c,
 * tcp_nagle_check), and what waits goes as one segment. That shows only when the client's kernel
 * waits with its acknowledgement (net/ipv4/tcp_input.c). It sends one
 *   - at once, for the first 15 segments and for 12 of 4 KiB after a gap (quick_ack.h);
 *   - when the client reads, if tcp_measure_rcv_mss took the segment for the end of a write: it is no
 *     smaller than the largest so far, or below NAGLE_LEARNS bytes, or smaller and not as large as
 *     the one before. A second one in a row of a smaller size is the new largest size instead,
 *   - and then waits for its timer, 40 ms (TCP_DELACK_MIN) rounded up to a tick and one more.
 * A size gets smaller when an event's id does: nchan's ends with the number of the message in its
 * second (id: 1795728081:12). And when at least two messages have waited, since their segment was
 * larger: so it goes on, the third message and some more of each turn 40 ms late.
 *
 * Measured on nginx 1.22, one reader, 4 KiB at 75/s: the 12th message on of a second is a byte
 * longer; the third of the next second comes 38 ms late with two more, and every fourth or so from
 * then on; one stall of a reader sets off the same at 600 B and more, never at 500 B and less.
 *
 * An acknowledgement sent at once comes back inside the write that sends the segment, which pays
 * for it (cost.ack). A write that waits sends nothing, and saves the way through the loopback
 * (cost.transmit): its segment goes out when the acknowledgement that it waits for arrives, in a
 * soft interrupt of the client's timer, in the kernel's time and not in the server's. Under
 * TCP_CORK a write of 600 B or 4 KiB to one of 110 to 1,000 sockets took 2.1 to 2.5 us less of 4.0
 * to 4.6 (Intel Xeon).
 *
 * On loopback the acknowledgement has no way to go. Over a network it takes the round trip, which
 * small messages that follow each other faster wait for: at 20/s over 100 ms in all (RFC 896's
 * case: measured, 1,000 B, half of the messages reach the reader within 98 ms of their write, none
 * after 108) half of them wait 50 ms, and go two by two. The round trip is network.publish and
 * .delivery where they sum up to more than NAGLE_NEAR_NS: less is what a calibration on loopback
 * makes of them, the client's own time.
 *
 * Each stream is for itself: a tick between two writes of a fan-out, and one client's message
 * waits where another's does not. Traced with 110 clients at 189/s: of 916 second smaller segments
 * of the size before 911 were acknowledged late, of 7 of another size none; what waited went in
 * segments of up to 61.9 kB.
 *
 * Left out: what waits beyond a full segment goes at once, with the message that fills it (those
 * before it have been given their time); a read is at once, though it may take a millisecond when
 * all clients get what has waited; that interrupt may come while the server runs, which then pays.
 */
#ifndef PUSHSIM_MODELS_NAGLE_H
#define PUSHSIM_MODELS_NAGLE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/quick_ack.h"

#define NAGLE_LEARNS   524      /* TCP_MSS_DEFAULT 536, less 12 bytes of options */
#define NAGLE_FIRST    536      /* largest size taken for granted at first */
#define NAGLE_FULL     62464    /* half of the largest window offered, 122 KiB: never waits */
#define NAGLE_TIMER_NS 40000000 /* TCP_DELACK_MIN */
#define NAGLE_NEAR_NS  1000000  /* a shorter round trip is none */

struct nagle {
    struct quick_ack quick; /* what the client's kernel acknowledges at once */
    int64_t tick_ns;        /* of the timer, > 0 */
    int64_t trip_ns;       /* an acknowledgement is so long under way, with its segment; >= 0 */
    int64_t free_ns;       /* what was sent last is acknowledged then */
    int64_t waiting_bytes; /* written and not sent */
    int64_t largest_bytes; /* segment, as the client's kernel has it */
    int64_t last_bytes;    /* the last one, if it was smaller; else 0 */
    bool acked;            /* the last write has sent its segment and is acknowledged in it */
};

struct nagle_ids {      /* of a channel's messages */
    int64_t second_ns;  /* how far the wall clock is in its second at time 0, 0 .. 1e9 - 1 */
    int64_t second;     /* of the last event */
    uint32_t in_second; /* events in it */
};

/* tick_ns: of the timer; network_ns: there and back. */
void nagle_init(struct nagle *n, int64_t tick_ns, int64_t network_ns);
/* Bytes of an event at now_ns (never before the last) that has so many with an id of one digit. */
int64_t nagle_event_bytes(struct nagle_ids *n, int64_t now_ns, int64_t bytes);
/* So many bytes (> 0) are written at now_ns, never before the last: how long they wait, >= 0. */
int64_t nagle_write(struct nagle *n, int64_t now_ns, int64_t bytes);

#endif
