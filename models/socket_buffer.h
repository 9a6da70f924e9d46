/* socket_buffer.h - what lies between a server's write and a client's read, as a lazy fluid.
 *
 * Bytes written and not yet read by the client: first the kernel takes them (the server's send
 * buffer and the client's receive buffer, one pipe of `kernel_bytes`), and what does not fit
 * stays in the process, in the write buffer of the transport. The client reads at a rate, or at
 * once, or not at all while it stalls. Nothing happens between writes, so nothing is simulated
 * between them: the level is a function of time.
 *
 *   level(t)  = written since the pipe was last empty - read since then
 *   kernel(t) = min(level, kernel_bytes);  buffered(t) = level - kernel
 *
 * The writer is paused when buffered exceeds the high mark and resumes at or below the low mark:
 * asyncio/transports.py _set_write_buffer_limits (64 KiB, a quarter of it), uvicorn
 * flow_control.py HIGH_WATER_LIMIT 65536, Node's writableHighWaterMark 16 KiB.
 * Kernel sizes: tcp_wmem 4096 16384 4194304, tcp_rmem 4096 131072 6291456 (Linux
 * Documentation/networking/ip-sysctl.rst; send autotuning grows with the congestion window, so
 * a stalled peer sees about 16 KiB to a few hundred KiB sent and a window of half the receive
 * buffer, tcp_adv_win_scale = 1, filled before anything stops).
 */
#ifndef PUSHSIM_MODELS_SOCKET_BUFFER_H
#define PUSHSIM_MODELS_SOCKET_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

#define SOCKET_NEVER INT64_MAX

struct socket_params {
    int64_t kernel_bytes;     /* send buffer + receive window, > 0 */
    int64_t high_bytes;       /* write buffer: pause above; >= low_bytes */
    int64_t low_bytes;        /* resume at or below; >= 0 */
    int64_t write_timeout_ns; /* the server closes a connection paused so long; 0 = never */
};

struct socket_buffer {     /* one connection; all zero = empty, not stalled */
    int64_t written_bytes; /* since the reading began at since_ns */
    int64_t since_ns;      /* reading began (in the future while stalled) */
    int64_t paused_ns;     /* the writer has been paused since; meaningful if paused */
    bool paused;           /* above the high mark, not yet down to the low one */
};

/* rate_bps: bytes per second the client reads; 0 = at once. Calls in the order of time. */
int64_t socket_buffer_level(const struct socket_buffer *b, int64_t rate_bps, int64_t now_ns);
int64_t socket_buffer_kernel(const struct socket_params *p, const struct socket_buffer *b,
                             int64_t rate_bps, int64_t now_ns);
int64_t socket_buffer_buffered(const struct socket_params *p, const struct socket_buffer *b,
                               int64_t rate_bps, int64_t now_ns);

/* Writes; returns when the client has read the last of these bytes (SOCKET_NEVER while it stalls
 * without end). Sets `paused` when the high mark is passed. */
int64_t socket_buffer_write(const struct socket_params *p, struct socket_buffer *b,
                            int64_t rate_bps, int64_t now_ns, int64_t bytes);
/* The client stops reading until until_ns (SOCKET_NEVER: for good). */
void socket_buffer_stall(struct socket_buffer *b, int64_t rate_bps, int64_t now_ns,
                         int64_t until_ns);

/* The first time at which the level is at or below `level_bytes`, if nothing more is written. */
int64_t socket_buffer_falls_to(const struct socket_buffer *b, int64_t rate_bps, int64_t now_ns,
                               int64_t level_bytes);
/* When a paused writer resumes: the write buffer is down to the low mark. */
int64_t socket_buffer_resumes_ns(const struct socket_params *p, const struct socket_buffer *b,
                                 int64_t rate_bps, int64_t now_ns);
/* Takes note of the time: resumes the writer if it is due; returns whether it may write. */
bool socket_buffer_writable(const struct socket_params *p, struct socket_buffer *b,
                            int64_t rate_bps, int64_t now_ns);
/* When the write time-out closes a paused connection; SOCKET_NEVER: it does not. */
int64_t socket_buffer_times_out_ns(const struct socket_params *p, const struct socket_buffer *b,
                                   int64_t rate_bps, int64_t now_ns);

#endif
