#include "models/quick_ack.h"

void quick_ack_init(struct quick_ack *q)
{
    *q = (struct quick_ack){ .left = QUICK_ACKS };
}

bool quick_ack_arrives(struct quick_ack *q, int64_t now_ns)
{
    if (now_ns - q->last_ns > QUICK_ACK_GAP_NS)
        q->left = QUICK_ACKS;
    q->last_ns = now_ns;
    if (q->left == 0)
        return false;
    q->left--;
    return true;
}
