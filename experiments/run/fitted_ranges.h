/* fitted_ranges.h - what a profile was fitted to, as ranges, and what of a question lies outside.
 *
 * Costs that were fitted to 15 to 1,900 clients say little about 50,000: the model then goes on in
 * the direction that it had. A profile has, under `provenance`, the ranges of the cells it was
 * fitted to:
 *
 *   ranges:
 *     protocol: sse websocket
 *     clients.count: 15..1900
 *     rate: 1.5/s..192/s          publishes of a phase, where there are any
 *     workload.payload: 100B..4KiB
 *     cpu.limit: 60m..1000m
 *
 * and the event loop that it was fitted with, its server.loop: with another (a preset's, a
 * file's) its costs are those of another server.
 *
 * They are the sides of a box, and fits do not fill its corners: a question inside may still be
 * far from every cell. Up to FITTED_MARGIN beyond a side is no news. Clients count for each pod. A
 * limit above what the host's CPUs can give, or none, is as much as they give.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_FITTED_RANGES_H
#define PUSHSIM_EXPERIMENTS_RUN_FITTED_RANGES_H

#include "experiments/run/settings.h"
#include "experiments/run/yaml_document.h"

#define FITTED_MARGIN 1.25 /* a factor: one stride of a search (limit_search.h) */

enum fitted_range { FITTED_CLIENTS, FITTED_RATE, FITTED_PAYLOAD, FITTED_LIMIT, FITTED_RANGES };

struct fitted_ranges {
    bool speaks[PROTOCOLS];                         /* none: not told */
    double low[FITTED_RANGES], high[FITTED_RANGES]; /* base units; both 0: not told */
    int loop; /* 1 + enum loop_kind of the profile's own server.loop; 0: not told */
};

/* Reads provenance.ranges; what is not there is not told (an old profile: nothing). ERR_INVALID
 * with its place; *r unchanged then. */
int fitted_ranges_parse(struct fitted_ranges *r, const struct yaml_document *doc,
                        struct error *err);

/* Widens the ranges to hold this cell; begins from zeros. */
void fitted_ranges_add(struct fitted_ranges *r, const struct settings *cell);
/* "clients.count", and "15..1900" as the file has it; *text empty where it is not told. */
const char *fitted_range_name(enum fitted_range which);
char *fitted_range_text(const struct fitted_ranges *r, enum fitted_range which,
                        char text[2 * UNIT_TEXT_BYTES + 2]);
/* The protocol's name where it was measured, else NULL. */
const char *fitted_ranges_protocol(const struct fitted_ranges *r, enum push_protocol protocol);

/* How far questions lie outside: "clients.count 5000 (15..1900), protocol websocket (sse)". */
struct fitted_outside {
    bool protocol[PROTOCOLS]; /* asked for, and none that was measured */
    unsigned loops;           /* asked for, other than the profile's: a bit of each loop_kind */
    double least[FITTED_RANGES], most[FITTED_RANGES]; /* asked for; both 0: nothing outside */
};
/* Adds one question's; begins from zeros. Returns whether anything is outside. */
bool fitted_ranges_outside(const struct fitted_ranges *r, const struct settings *question,
                           struct fitted_outside *outside);
/* Of a trace, which has clients and publishes of its own: what was asked of them does not count. */
void fitted_outside_forget_load(struct fitted_outside *outside);
/* Does the profile tell any range? (Of its loop alone nothing is known.) */
bool fitted_ranges_told(const struct fitted_ranges *r);
/* In words, "" where nothing is outside; the caller frees it. */
char *fitted_outside_text(const struct fitted_ranges *r, const struct fitted_outside *outside);

#endif
