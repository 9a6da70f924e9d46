#include "experiments/replay/delivery_verdict.h"

int delivery_verdict(const struct run_record *record, const struct delivery_causes *causes,
                     struct error *err)
{
    double due = run_record_value(record, "due");
    double published = run_record_value(record, "published");
    double failed = run_record_value(record, "publish.failed");
    double came = run_record_value(record, "client.strange");
    if (!(due > 0) || run_record_value(record, "delivered") > 0)
        return 0;
    if (came > 0)
        return error_set(err, ERR_STATE,
                         "%.0f messages came, and none begins as what is published does, with "
                         "eight digits; the first began '%s'",
                         came, causes->strange);
    if (failed > 0)
        return error_set(err, ERR_STATE, "nothing arrived: %.0f of %.0f publishes failed: %s",
                         failed, published, causes->refused);
    if (*causes->ended)
        return error_set(
            err, ERR_STATE,
            "nothing arrived of %.0f messages that were due, and connections ended: "
            "%s",
            due, causes->ended);
    if (run_record_value(record, "publish.answered") == 0)
        return error_set(err, ERR_STATE,
                         "nothing arrived, and none of %.0f publishes was answered", published);
    return error_set(err, ERR_STATE,
                     "nothing arrived of %.0f messages that were due, although publishes were "
                     "answered",
                     due);
}
