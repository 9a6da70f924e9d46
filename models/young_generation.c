#include "models/young_generation.h"

#include <math.h>

#define FIRST_SHARE 16 /* heap.cc: kMinSemiSpaceSize to max_semi_space_size_ */
#define MANY        8 /* spaces that a fan-out fills, above which no scavenge is gone through */

void young_generation_start(struct young_generation *y, double most)
{
    *y = (struct young_generation){ .most = most, .space = most / FIRST_SHARE };
}

void young_generation_keep(struct young_generation *y, double bytes)
{
    y->survived += bytes;
    if (y->survived <= y->space || y->space >= y->most)
        return;
    y->space = fmin(2 * y->space, y->most);
    y->survived = 0;
}

/* Each space of such a fan-out takes two scavenges and is copied by both; what is left to go
 * through starts and ends as all of it would. */
static struct scavenges skip(struct young_generation *y, double *bytes)
{
    if (*bytes <= MANY * y->most)
        return (struct scavenges){ 0 };
    y->space = y->most;
    double spaces = floor(*bytes / y->space) - MANY / 2;
    *bytes -= spaces * y->space;
    return (struct scavenges){ 2 * spaces, 2 * spaces * y->space };
}

struct scavenges young_generation_pass(struct young_generation *y, double bytes)
{
    double fresh = 0, once = 0; /* of this fan-out: never copied; copied once */
    struct scavenges made = skip(y, &bytes);
    while (bytes > y->space - y->used) {
        bytes -= y->space - y->used;
        fresh += y->space - y->used;
        made.count++;
        made.bytes += fresh + once;
        y->used = fresh; /* what was copied before has grown old */
        young_generation_keep(y, fresh + once);
        once = fresh;
        fresh = 0;
    }
    y->used += bytes;
    return made;
}
