#include "experiments/cli/plan_share.h"

int plan_share_add(struct plan_share *share, struct store *store, const char *experiment,
                   struct error *err)
{
    int code = 0;
    for (enum arm arm = 0; arm < ARMS && code == 0; arm++) {
        int64_t there = 0, planned = 0;
        code = store_share(store, experiment, arm, &there, &planned, err);
        share->there[arm] += there;
        if (planned > share->planned[arm])
            share->planned[arm] = planned;
    }
    return code;
}

bool plan_share_print(const struct plan_share *share, FILE *out)
{
    static const char *const words[ARMS] = { "simulated", "measured" };
    bool part = false;
    for (enum arm arm = 0; arm < ARMS; arm++) {
        if (share->there[arm] >= share->planned[arm])
            continue;
        fprintf(out, "%s%lld of %lld %s runs",
                part ? ", " : "A part of the plan: ", (long long)share->there[arm],
                (long long)share->planned[arm], words[arm]);
        part = true;
    }
    if (part)
        fputs(" (pushsim merge puts parts together)\n", out);
    return part;
}
