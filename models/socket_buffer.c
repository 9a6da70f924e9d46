#include "models/socket_buffer.h"

#include <assert.h>

#define SECOND INT64_C(1000000000)

/* Bytes read since reading began: whole bytes, exact for any split of the time. */
static int64_t bytes_read(const struct socket_buffer *b, int64_t rate_bps, int64_t now_ns)
{
    if (now_ns < b->since_ns)
        return 0;
    if (rate_bps == 0)
        return b->written_bytes;
    __int128 bytes = (__int128)rate_bps * (now_ns - b->since_ns) / SECOND;
    return bytes < b->written_bytes ? (int64_t)bytes : b->written_bytes;
}

int64_t socket_buffer_level(const struct socket_buffer *b, int64_t rate_bps, int64_t now_ns)
{
    return b->written_bytes - bytes_read(b, rate_bps, now_ns);
}

int64_t socket_buffer_kernel(const struct socket_params *p, const struct socket_buffer *b,
                             int64_t rate_bps, int64_t now_ns)
{
    int64_t level = socket_buffer_level(b, rate_bps, now_ns);
    return level < p->kernel_bytes ? level : p->kernel_bytes;
}

int64_t socket_buffer_buffered(const struct socket_params *p, const struct socket_buffer *b,
                               int64_t rate_bps, int64_t now_ns)
{
    return socket_buffer_level(b, rate_bps, now_ns) -
           socket_buffer_kernel(p, b, rate_bps, now_ns);
}

/* When the client has read `bytes` since it began: rounded up, so the byte is there. */
static int64_t read_by_ns(const struct socket_buffer *b, int64_t rate_bps, int64_t bytes)
{
    if (b->since_ns == SOCKET_NEVER)
        return SOCKET_NEVER;
    if (rate_bps == 0)
        return b->since_ns;
    __int128 ns = ((__int128)bytes * SECOND + rate_bps - 1) / rate_bps + b->since_ns;
    return ns < SOCKET_NEVER ? (int64_t)ns : SOCKET_NEVER;
}

int64_t socket_buffer_falls_to(const struct socket_buffer *b, int64_t rate_bps, int64_t now_ns,
                               int64_t level_bytes)
{
    if (socket_buffer_level(b, rate_bps, now_ns) <= level_bytes)
        return now_ns;
    return read_by_ns(b, rate_bps, b->written_bytes - level_bytes);
}

int64_t socket_buffer_write(const struct socket_params *p, struct socket_buffer *b,
                            int64_t rate_bps, int64_t now_ns, int64_t bytes)
{
    assert(bytes >= 0);
    if (now_ns >= b->since_ns && socket_buffer_level(b, rate_bps, now_ns) == 0) {
        b->written_bytes = 0;
        b->since_ns = now_ns;
    }
    b->written_bytes += bytes;
    if (!b->paused && socket_buffer_buffered(p, b, rate_bps, now_ns) > p->high_bytes) {
        b->paused = true;
        b->paused_ns = now_ns;
    }
    return read_by_ns(b, rate_bps, b->written_bytes);
}

void socket_buffer_stall(struct socket_buffer *b, int64_t rate_bps, int64_t now_ns,
                         int64_t until_ns)
{
    b->written_bytes = socket_buffer_level(b, rate_bps, now_ns);
    if (until_ns > b->since_ns || now_ns >= b->since_ns)
        b->since_ns = until_ns;
}

int64_t socket_buffer_resumes_ns(const struct socket_params *p, const struct socket_buffer *b,
                                 int64_t rate_bps, int64_t now_ns)
{
    if (!b->paused)
        return now_ns;
    return socket_buffer_falls_to(b, rate_bps, now_ns, p->kernel_bytes + p->low_bytes);
}

bool socket_buffer_writable(const struct socket_params *p, struct socket_buffer *b,
                            int64_t rate_bps, int64_t now_ns)
{
    if (b->paused && socket_buffer_resumes_ns(p, b, rate_bps, now_ns) <= now_ns)
        b->paused = false;
    return !b->paused;
}

int64_t socket_buffer_times_out_ns(const struct socket_params *p, const struct socket_buffer *b,
                                   int64_t rate_bps, int64_t now_ns)
{
    if (!b->paused || p->write_timeout_ns == 0)
        return SOCKET_NEVER;
    int64_t at = b->paused_ns + p->write_timeout_ns;
    return socket_buffer_resumes_ns(p, b, rate_bps, now_ns) <= at ? SOCKET_NEVER : at;
}
