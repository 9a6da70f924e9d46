/* quick_ack.h - which segments a client's kernel acknowledges at once.
 *
 * On one machine a write does the receiver's work as well: the segment goes through the loopback
 * in the sender's system call, and an acknowledgement that is sent at once comes back in it
 * (cost.ack). Linux, net/ipv4/tcp_input.c: a socket starts with 16 quick acknowledgements
 * (TCP_MAX_QUICKACKS) and gets 16 again after a gap longer than its retransmission time-out
 * (tcp_event_data_recv; TCP_RTO_MIN 200 ms, which a loopback's round trip adds nothing to); else
 * it waits for more data or its timer. Measured on FastAPI/uvicorn, 100 and 500 clients at 7.3/s:
 * a write costs 11 us up to the 16th message of a run and 8 us from the 17th on.
 *
 * The window bounds their number: a gap gives no more than half as many as segments of the size
 * learnt fit into it, but 2 where that is none (tcp_incr_quickack), and takes none of those away
 * that are left. Of a connection's first 16 its answer's headers have taken one. Measured with
 * TCP_INFO (unacked = 0 right behind a write) on Linux 6.18, headers of 250 B and then segments 20
 * ms apart, 0.5 s between two turns of 40 of them, acknowledged at once in the first turn and in
 * those after it: 16 and 16 of 116 B, 15 and 12 of 4,112 B, 15 and 6 of 8,200 B, 15 and 3 of
 * 16,000 B; a window of 64 KiB at first, of some 102 KiB as soon as a large segment has come.
 *
 * What one write hands to the kernel is one segment (a loopback's hold 64 KiB), so a backlog is
 * acknowledged once a write and not once a message. Charged by the message, at 4.8 us each, the
 * recovery from a burst under 60m (experiments/real/starved-quota.yaml, WebSocket, queue 512) took
 * 14 s, charged by the segment 6 s; the real server took 4 s.
 *
 * What it costs without any server (300 and 1,000 sockets read on another CPU, 20 ms between
 * messages, turns of 32 with 0.3 s between them, CPU time of the writing thread): 1.2 to 2.0 us
 * more for a write acknowledged at once than for a later one of its turn, with 116 B and with
 * 4,112 B alike (Intel Xeon, Linux 6.18; the write itself 3.7 to 4.7). Compare within a turn, not
 * the first messages of a connection with later ones: those are dearer for other reasons, too.
 *
 * Clients that get the same messages are in the same state, so one stands for all of a feed
 * (topics.h); those that connect later are taken to be as far. Left out: 102 KiB are taken for
 * granted before the first large segment has come, and the size learnt is that of this segment
 * (nagle.h learns it).
 */
#ifndef PUSHSIM_MODELS_QUICK_ACK_H
#define PUSHSIM_MODELS_QUICK_ACK_H

#include <stdbool.h>
#include <stdint.h>

#define QUICK_ACKS       16
#define QUICK_ACK_GAP_NS 200000000
#define QUICK_ACK_WINDOW 104448 /* bytes */

struct quick_ack {
    int64_t last_ns; /* time of the last segment; before any: long ago */
    uint32_t left;   /* acknowledgements still to be sent at once, 0..QUICK_ACKS */
};

void quick_ack_init(struct quick_ack *q);
/* A segment arrives at now_ns (>= 0, never before the last), when the receiver takes segments to
 * have so many bytes (> 0): is it acknowledged at once? */
bool quick_ack_arrives(struct quick_ack *q, int64_t now_ns, int64_t segment_bytes);

#endif
