#include "models/websocket.h"

#include <assert.h>

int64_t websocket_header_bytes(int64_t payload_bytes, bool masked)
{
    int64_t length = payload_bytes < 126 ? 0 : payload_bytes < 65536 ? 2 : 8;
    return 2 + length + (masked ? 4 : 0);
}

int64_t websocket_deflated_bytes(const struct websocket_params *p, int64_t payload_bytes)
{
    int64_t bytes = (int64_t)((double)payload_bytes * p->deflate_ratio);
    return bytes > 0 ? bytes : 1;
}

int64_t websocket_deflate_state_bytes(int window_bits, int mem_level)
{
    assert(window_bits >= 8 && window_bits <= 15 && mem_level >= 1 && mem_level <= 9);
    int64_t deflate = (INT64_C(1) << (window_bits + 2)) + (INT64_C(1) << (mem_level + 9));
    int64_t inflate = (INT64_C(1) << window_bits) + 7 * 1024;
    return deflate + inflate;
}
