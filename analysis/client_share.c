#include "analysis/client_share.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void client_times_init(struct client_times *times)
{
    times->p50_s = times->slope_s = NAN;
}

/* The client's time comes after the figure that it is a part of ("floor.…" after "delivery.…"). */
static void take_share(struct sample *shares, double own_s, double *of_s)
{
    double share = own_s / *of_s;
    if (isfinite(share))
        sample_add(shares, share);
    *of_s = NAN;
}

void client_share_add(struct client_share *share, struct client_times *times,
                      const char *metric, double value)
{
    if (strcmp(metric, "delivery.p50") == 0)
        times->p50_s = value;
    else if (strcmp(metric, "delivery.slope") == 0)
        times->slope_s = value;
    else if (strcmp(metric, "floor.first") == 0)
        take_share(&share->first, value, &times->p50_s);
    else if (strcmp(metric, "floor.step") == 0)
        take_share(&share->step, value, &times->slope_s);
}

bool client_share_judge(struct client_share *share)
{
    sample_sort(&share->first);
    sample_sort(&share->step);
    share->left_out |= sample_median(&share->first) > CLIENT_SHARE_FIRST ||
                       sample_median(&share->step) > CLIENT_SHARE_STEP;
    return share->left_out;
}

void client_share_close(struct client_share *share)
{
    free(share->first.values);
    free(share->step.values);
    *share = (struct client_share){ 0 };
}
