#include "experiments/replay/push_frame.h"

#include <stdint.h>
#include <string.h>

#include "sim/error.h"

void bytes_append(struct bytes *b, const void *data, size_t size)
{
    if (b->size + size > b->capacity) {
        b->capacity = 2 * (b->size + size);
        b->data = mem_realloc(b->data, b->capacity);
    }
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

const char *bytes_text(struct bytes *b)
{
    bytes_append(b, "", 1);
    b->size--;
    return b->data;
}

void push_frame_sse(struct bytes *out, const char *data, size_t size)
{
    const char *end = data + size;
    for (const char *line = data; line <= end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        bytes_append(out, "data: ", 6);
        bytes_append(out, line, (size_t)(stop - line));
        bytes_append(out, "\n", 1);
        line = stop + 1;
    }
    bytes_append(out, "\n", 1);
}

void push_frame_websocket(struct bytes *out, const char *data, size_t size)
{
    unsigned char head[10] = { 0x81 };
    int length_bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
    head[1] = (unsigned char)(length_bytes == 0 ? size : length_bytes == 2 ? 126 : 127);
    for (int i = 0; i < length_bytes; i++)
        head[2 + i] = (unsigned char)((uint64_t)size >> (8 * (length_bytes - 1 - i)));
    bytes_append(out, head, (size_t)(2 + length_bytes));
    bytes_append(out, data, size);
}
