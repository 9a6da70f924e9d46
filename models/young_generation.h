/* young_generation.h - when V8 copies what its young objects leave alive, and how much that is.
 *
 * V8, src/heap/scavenger.cc and new-spaces.h: objects are allocated one behind the other in a
 * semi-space. When it is full, what is still referred to is copied to the other semi-space; what
 * was copied once already goes to the old generation. The dead cost nothing: a scavenge's work
 * grows with the survivors. A semi-space starts with a sixteenth of what it may have (1 of 16 MiB
 * on 64 bits) and is doubled by the scavenge after which more than itself has survived since the
 * last time (heap.cc, ShouldResizeNewSpace). That it shrinks again where less than 1 MB/s is
 * allocated is left out: so few scavenges cost nothing.
 *
 * What a fan-out allocates is held until it is over: Node corks a response until the next tick
 * (lib/_http_outgoing.js, write_) and calls back a stream's writes then (lib/internal/streams/
 * writable.js, afterWrite), so chunks, requests and texts of all connections are there at once. A
 * scavenge in the middle of a fan-out copies what that one has allocated by then; what earlier
 * ones left is dead. Measured with --trace-gc-nvp on Node 20.20, 2,000 event streams, 4 KiB: 11.7
 * MB from one scavenge to the next, one in each fan-out, 4.25 MB copied: what a semi-space has
 * above a fan-out's allocations. With v8.GCProfiler: 480 WebSockets (3.8 MB survived their
 * connects, 2.1 MB fan-outs) left a semi-space of 4 MiB, 480 event streams (4.8 and 16.8 MB) one
 * of 16.
 */
#ifndef PUSHSIM_MODELS_YOUNG_GENERATION_H
#define PUSHSIM_MODELS_YOUNG_GENERATION_H

struct young_generation {
    double most;     /* bytes that its semi-space may have; 0: there is none */
    double space;    /* bytes that it has, most/16..most */
    double used;     /* bytes of it, 0..space; all dead between two fan-outs */
    double survived; /* bytes, since it was last doubled */
};

struct scavenges {
    double count; /* of them */
    double bytes; /* copied, each time they are */
};

/* A process has started. */
void young_generation_start(struct young_generation *y, double most);
/* `bytes` (>= 0) survive that stay for good; what their scavenges cost is no part of this. */
void young_generation_keep(struct young_generation *y, double bytes);
/* A fan-out allocates `bytes` (>= 0), which are dead when it is over: the scavenges in it. */
struct scavenges young_generation_pass(struct young_generation *y, double bytes);

#endif
