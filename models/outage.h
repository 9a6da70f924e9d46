/* outage.h - a network between some of the clients and the server that carries nothing for a
 * while.
 *
 * Neither side is told. What either sends is swallowed, and sent again by its kernel until it is
 * acknowledged: first after the retransmission time-out, then each time after twice as long (RFC
 * 6298, 5.5; include/net/tcp.h: TCP_RTO_MIN 200 ms, which it is on any near network, TCP_RTO_MAX
 * 120 s), so 0.2, 0.6, 1.4, 3.0, 6.2, 12.6, 25.4 s … after it was first sent. The rest of the
 * stream waits behind it. So an outage is over for a connection up to twice as late as for the
 * network: with a message every 100 ms one of 5 s ends after 6.2 s, one of 15 s after 25.4 s
 * (measured over a router that drops everything, Linux 6.18: 6.4 to 6.7 and 26.7 s). SYNs go by
 * their own times (accept_path.h).
 *
 * Left out: a client in its closing handshake hears the end at once; a connection that is in its
 * handshake when the outage begins is set up all the same, and cut off then; the kernel's tail loss
 * probe.
 */
#ifndef PUSHSIM_MODELS_OUTAGE_H
#define PUSHSIM_MODELS_OUTAGE_H

#include <stdbool.h>
#include <stdint.h>

struct outage_client {
    int64_t sent_ns; /* it first sent something that was swallowed; 0: nothing yet */
    int64_t told_ns; /* it hears then that the server has ended the connection; 0: it has not */
    uint8_t cause;   /* of that: enum disconnect_cause */
};

struct outage {
    int64_t from_ns, until_ns;     /* 0, 0: none */
    double share;                  /* of the clients, evenly spread: 0..1 */
    struct outage_client *clients; /* by number; owned; NULL: none */
};

/* Begins: the clients are numbered below `count`. */
void outage_begin(struct outage *o, int64_t from_ns, int64_t until_ns, double share,
                  uint32_t count);
void outage_close(struct outage *o);

/* Is it one of those that it befalls? */
bool outage_hits(const struct outage *o, uint32_t client);
/* Does the network carry nothing to and from the client now? */
static inline bool outage_cuts(const struct outage *o, uint32_t client, int64_t now_ns)
{
    return now_ns < o->until_ns && now_ns >= o->from_ns && outage_hits(o, client);
}

/* When what is first sent at sent_ns comes through a network that is dead until until_ns. */
int64_t outage_through_ns(int64_t sent_ns, int64_t until_ns);

#endif
