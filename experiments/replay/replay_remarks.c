#include "experiments/replay/replay_remarks.h"

#include <math.h>
#include <string.h>

#define UNDER_WAY_TOLD 0.01 /* of the messages: above it their p99 is not that of the others */

static const struct {
    const char *what;  /* with the number of it in a run */
    const char *event; /* kind of the event that tells the cause; NULL: none */
    double told_above;
    double scale;
} remarks_known[REMARKS] = {
    [REMARK_STRANGE] = { "%.0f messages came that are none of what was published", "strange", 0,
                         1 },
    [REMARK_DUPLICATES] = { "%.0f messages came to a connection that had them already", NULL, 0,
                            1 },
    [REMARK_REFUSED] = { "%.0f publishes failed", "publish", 0, 1 },
    [REMARK_UNANSWERED] = { "%.0f publishes were not answered", NULL, 0, 1 },
    [REMARK_AWAY] = { "%.0f connections ended that no client closed", "disconnect", 0, 1 },
    [REMARK_LOST] = { "%.0f messages were lost with their connections", "disconnect", 0, 1 },
    [REMARK_UNDER_WAY] = { "%.0f %% of the messages had not arrived when the drain was over: "
                           "the "
                           "latencies are of those that had",
                           NULL, UNDER_WAY_TOLD, 100 },
};

static double value_of(const struct run_record *r, enum remark remark)
{
    switch (remark) {
    case REMARK_STRANGE:
        return run_record_value(r, "client.strange");
    case REMARK_DUPLICATES:
        return run_record_value(r, "client.duplicates");
    case REMARK_REFUSED:
        return run_record_value(r, "publish.failed");
    case REMARK_UNANSWERED:
        return run_record_value(r, "published") - run_record_value(r, "publish.answered") -
               run_record_value(r, "publish.failed");
    case REMARK_AWAY:
        return run_record_value(r, "disconnects") -
               run_record_value(r, "disconnects.client_left");
    case REMARK_LOST:
        return run_record_value(r, "lost") - run_record_value(r, "lost.shared_queue");
    case REMARK_UNDER_WAY:
        return run_record_value(r, "in_flight") / run_record_value(r, "due");
    case REMARKS:
        break;
    }
    return NAN;
}

/* Of "12 failed; the first: …" the number is told already. */
static void find_cause(char *why, size_t room, const struct run_record *r, const char *event)
{
    for (size_t i = 0; event && i < r->event_count; i++)
        if (strcmp(r->events[i].kind, event) == 0) {
            const char *first = strstr(r->events[i].detail, "the first");
            snprintf(why, room, "%s", first ? first : r->events[i].detail);
            return;
        }
}

void replay_remarks_add(struct replay_remarks *remarks, const struct run_record *record)
{
    for (int i = 0; i < REMARKS; i++) {
        double value = value_of(record, (enum remark)i);
        if (!(value > remarks_known[i].told_above))
            continue;
        if (remarks->of[i].runs++ == 0)
            find_cause(remarks->of[i].why, sizeof remarks->of[i].why, record,
                       remarks_known[i].event);
        remarks->of[i].most = fmax(remarks->of[i].most, value);
    }
}

void replay_remarks_print(const struct replay_remarks *remarks, FILE *out)
{
    for (int i = 0; i < REMARKS; i++) {
        size_t runs = remarks->of[i].runs;
        const char *why = remarks->of[i].why;
        if (runs == 0)
            continue;
        fprintf(out, "in %zu run%s %s", runs, runs == 1 ? "" : "s", runs == 1 ? "" : "up to ");
        fprintf(out, remarks_known[i].what, remarks_known[i].scale * remarks->of[i].most);
        fprintf(out, "%s%s%s\n", *why ? " (" : "", why, *why ? ")" : "");
    }
}
