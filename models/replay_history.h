/* replay_history.h - the bounded history of events that a reconnecting client can catch up from.
 *
 * An SSE client sends the id of the last event it saw as Last-Event-ID (WHATWG HTML 9.2.4) and a
 * server that keeps a history answers with what it missed. Events are numbered by publish
 * sequence; the history keeps the newest `length` of them: what was missed before them is lost
 * for good. nchan keeps nchan_message_buffer_length 10; dust kept 256 of 10 KB (dust-tt/dust
 * #19917). A client without an id, or a server without history, gets only what comes next.
 *
 * The history is a store outside of the process (dust: Redis): it outlives a crash and takes none
 * of the server's memory, which what is loaded for a replay does. It holds what a server heard of.
 *
 * In the model a client knows what it has got without a gap; the task of its new connection sends
 * what follows before anything new (push_server_replay.c). The books (meter.h): an event to be
 * replayed is *recalled*, and then *replayed*, by kind, or lost with the connection like any other.
 * What the history no longer holds is *missed*, for good: missed.lost were due on the connection
 * that ended (and are in its books as lost or dropped), missed.away came while there was none, and
 * were due to nobody. Per client, what was published is delivered, replayed as lost or away, or
 * missed, if nothing is dropped by a queue's bound and everybody is back.
 */
#ifndef PUSHSIM_MODELS_REPLAY_HISTORY_H
#define PUSHSIM_MODELS_REPLAY_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

struct replay_params {
    int64_t length;         /* newest events kept; 0 = no history */
    int64_t batch;          /* events loaded at a time for one client; 0 = all at once */
    int64_t snapshot_bytes; /* sent to every new connection before its events; 0 = none */
    int64_t stored;         /* events in the history when the run begins */
    bool whole;             /* a client that comes back gets all of it, not what it missed */
};

struct missed {
    uint64_t first; /* sequence of the first event to send again; those before are lost */
    uint64_t count; /* how many, up to `next` - 1 */
};

/* The client has seen everything below `seen` (events up to seen - 1); `next` is the sequence of
 * the next publish; events before `oldest` were never kept (0, or the first after a restart that
 * lost the history). seen <= next. */
struct missed replay_history_missed(const struct replay_params *p, uint64_t oldest,
                                    uint64_t seen, uint64_t next);

/* Bytes held while one replay is under way, of events of event_bytes each. */
int64_t replay_history_load_bytes(const struct replay_params *p, uint64_t count,
                                  int64_t event_bytes);

#endif
