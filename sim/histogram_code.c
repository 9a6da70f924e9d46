/* histogram_code.c - a histogram as bytes.
 *
 * 'H', version 1, HISTOGRAM_SUB_BITS, HISTOGRAM_VALUE_BITS; then variable-length integers (seven
 * bits a byte, low first, top bit = more follows): count, overflow, min, max (min and max only
 * when count > 0), the bits of the double `sum` as eight bytes, low first; then for each bucket
 * that is not empty: its distance from the one before (the first: its number + 1), its count. The
 * end of the block ends the list.
 */
#include "sim/histogram.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

enum { VERSION = 1, VARINT_BYTES = 10, HEAD_BYTES = 4 + 4 * VARINT_BYTES + 8 };

static unsigned char *put(unsigned char *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (unsigned char)(value | 0x80);
    *at++ = (unsigned char)value;
    return at;
}

static unsigned char *put_head(unsigned char *at, const struct histogram *h)
{
    const unsigned char magic[] = { 'H', VERSION, HISTOGRAM_SUB_BITS, HISTOGRAM_VALUE_BITS };
    uint64_t sum;
    memcpy(at, magic, sizeof magic);
    at = put(put(at + sizeof magic, h->count), h->overflow);
    if (h->count > 0)
        at = put(put(at, (uint64_t)h->min), (uint64_t)h->max);
    memcpy(&sum, &h->sum, sizeof sum);
    for (int i = 0; i < 8; i++)
        *at++ = (unsigned char)(sum >> 8 * i);
    return at;
}

void *histogram_encode(const struct histogram *h, size_t *bytes)
{
    size_t filled = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        filled += h->buckets[i] != 0;
    unsigned char *block = mem_alloc(HEAD_BYTES + filled * 2 * VARINT_BYTES);
    unsigned char *at = put_head(block, h);
    uint32_t listed = 0; /* number of the last one + 1 */
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (h->buckets[i] == 0)
            continue;
        at = put(put(at, i + 1 - listed), h->buckets[i]);
        listed = i + 1;
    }
    *bytes = (size_t)(at - block);
    return block;
}

struct reader {
    const unsigned char *at;  /* next byte */
    const unsigned char *end; /* one past the last */
    bool bad;                 /* cut short or a number too large; sticks */
};

static unsigned get_byte(struct reader *r)
{
    if (r->at < r->end)
        return *r->at++;
    r->bad = true;
    return 0;
}

static uint64_t get(struct reader *r)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        uint64_t byte = get_byte(r);
        if (shift == 63 && byte > 1)
            break;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    r->bad = true;
    return 0;
}

static void get_head(struct reader *r, struct histogram *h)
{
    const unsigned char magic[] = { 'H', VERSION, HISTOGRAM_SUB_BITS, HISTOGRAM_VALUE_BITS };
    for (size_t i = 0; i < sizeof magic; i++)
        r->bad |= get_byte(r) != magic[i];
    h->count = get(r);
    h->overflow = get(r);
    if (h->count > 0) {
        h->min = (int64_t)get(r);
        h->max = (int64_t)get(r);
        r->bad |= h->min < 0 || h->max < h->min;
    }
    uint64_t sum = 0;
    for (int i = 0; i < 8; i++)
        sum |= (uint64_t)get_byte(r) << 8 * i;
    memcpy(&h->sum, &sum, sizeof sum);
    r->bad |= !(h->sum >= 0 && h->sum <= DBL_MAX) || (h->count == 0 && h->sum != 0);
}

static void get_buckets(struct reader *r, struct histogram *h)
{
    uint64_t left = h->count - h->overflow;
    r->bad |= h->overflow > h->count;
    for (uint64_t listed = 0; !r->bad && r->at < r->end;) {
        uint64_t distance = get(r), times = get(r);
        bool fits = distance >= 1 && distance <= HISTOGRAM_BUCKETS - listed;
        r->bad |= !fits || times < 1 || times > left;
        if (r->bad)
            return;
        listed += distance;
        r->bad |= listed - 1 < histogram_bucket_of(h->min) ||
                  listed - 1 > histogram_bucket_of(h->max);
        h->buckets[listed - 1] = times;
        left -= times;
    }
    r->bad |= left != 0;
}

int histogram_decode(struct histogram *h, const void *block, size_t bytes)
{
    struct reader r = { .at = block, .end = (const unsigned char *)block + bytes };
    struct histogram read;
    histogram_init(&read);
    get_head(&r, &read);
    get_buckets(&r, &read);
    if (!r.bad)
        histogram_merge(h, &read);
    histogram_close(&read);
    return r.bad ? ERR_INVALID : 0;
}
