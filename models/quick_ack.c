#include "models/quick_ack.h"

#define NONE_FIT 2 /* granted where not even two segments fit into the window */

void quick_ack_init(struct quick_ack *q)
{
    *q =
        (struct quick_ack){ .last_ns = -2 * (int64_t)QUICK_ACK_GAP_NS, .left = QUICK_ACKS - 1 };
}

/* What a gap gives. */
static uint32_t granted(int64_t segment_bytes)
{
    int64_t fit = QUICK_ACK_WINDOW / (2 * segment_bytes);
    fit = fit > 0 ? fit : NONE_FIT;
    return (uint32_t)(fit < QUICK_ACKS ? fit : QUICK_ACKS);
}

bool quick_ack_arrives(struct quick_ack *q, int64_t now_ns, int64_t segment_bytes)
{
    if (now_ns - q->last_ns > QUICK_ACK_GAP_NS) {
        uint32_t again = granted(segment_bytes);
        q->left = again > q->left ? again : q->left;
    }
    q->last_ns = now_ns;
    if (q->left == 0)
        return false;
    q->left--;
    return true;
}
