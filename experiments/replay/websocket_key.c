#include "experiments/replay/websocket_key.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_BYTES  64
#define DIGEST_BYTES 20

static uint32_t rotate(uint32_t x, int bits)
{
    return x << bits | x >> (32 - bits);
}

/* The round function and constant of step t: FIPS 180-4 sections 4.1.1 and 4.2.1. */
static uint32_t round_value(int t, uint32_t b, uint32_t c, uint32_t d)
{
    if (t < 20)
        return ((b & c) | (~b & d)) + 0x5a827999u;
    if (t < 40)
        return (b ^ c ^ d) + 0x6ed9eba1u;
    if (t < 60)
        return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcu;
    return (b ^ c ^ d) + 0xca62c1d6u;
}

static void sha1_block(uint32_t hash[5], const unsigned char block[BLOCK_BYTES])
{
    uint32_t w[80];
    for (int t = 0; t < 16; t++, block += 4)
        w[t] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 |
               block[3];
    for (int t = 16; t < 80; t++)
        w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);

    uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4];
    for (int t = 0; t < 80; t++) {
        uint32_t next = rotate(a, 5) + round_value(t, b, c, d) + e + w[t];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    hash[0] += a;
    hash[1] += b;
    hash[2] += c;
    hash[3] += d;
    hash[4] += e;
}

/* SHA-1 of a text of at most 119 bytes, which with its padding fits two blocks. */
static void sha1_short(const char *text, unsigned char digest[DIGEST_BYTES])
{
    uint32_t hash[5] = { 0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u };
    unsigned char padded[2 * BLOCK_BYTES] = { 0 };
    size_t length = strlen(text);
    memcpy(padded, text, length);
    padded[length] = 0x80;
    size_t bytes = length + 9 <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    padded[bytes - 2] = (unsigned char)(length * 8 >> 8);
    padded[bytes - 1] = (unsigned char)(length * 8);
    for (size_t at = 0; at < bytes; at += BLOCK_BYTES)
        sha1_block(hash, padded + at);
    for (int i = 0; i < DIGEST_BYTES; i++)
        digest[i] = (unsigned char)(hash[i / 4] >> (24 - 8 * (i % 4)));
}

void websocket_key_accept(const char *key, char accept[WEBSOCKET_ACCEPT_BYTES])
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char joined[120];
    /* a key is 24 characters; a longer one is cut and so refused by its owner */
    snprintf(joined, sizeof joined, "%.64s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    unsigned char digest[DIGEST_BYTES + 1] = { 0 };
    sha1_short(joined, digest);
    for (int i = 0; i < 7; i++) {
        uint32_t bits = (uint32_t)digest[3 * i] << 16 | (uint32_t)digest[3 * i + 1] << 8 |
                        digest[3 * i + 2];
        for (int j = 0; j < 4; j++)
            accept[4 * i + j] = digits[bits >> (18 - 6 * j) & 63];
    }
    accept[27] = '='; /* 20 bytes leave one place of the last four to fill */
    accept[28] = '\0';
}
