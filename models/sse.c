#include "models/sse.h"

/* RFC 9112, 3 and 5: the least that a client and uvicorn send. */
static const int64_t request_head_bytes = 110, response_head_bytes = 130;

int64_t sse_post_bytes(int64_t payload_bytes)
{
    return request_head_bytes + payload_bytes;
}

int64_t sse_response_bytes(int64_t payload_bytes)
{
    return response_head_bytes + payload_bytes;
}
