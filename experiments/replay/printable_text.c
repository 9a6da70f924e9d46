#include "experiments/replay/printable_text.h"

/* Bytes of the character that begins here; 0: none that can be printed. Ranges: RFC 3629, section 4;
 * U+0080 to U+009F are control characters. */
static size_t character(const unsigned char *s, size_t left)
{
    static const struct {
        unsigned char first, last; /* of the first byte */
        unsigned char second_from, second_to;
        size_t bytes;
    } known[] = {
        { 0x20, 0x7e, 0, 0xff, 1 },    { 0xc2, 0xc2, 0xa0, 0xbf, 2 },
        { 0xc3, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
        { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
        { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
        { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (*s < known[i].first || *s > known[i].last)
            continue;
        size_t bytes = known[i].bytes;
        if (bytes > left ||
            (bytes > 1 && (s[1] < known[i].second_from || s[1] > known[i].second_to)))
            return 0;
        for (size_t k = 2; k < bytes; k++)
            if ((s[k] & 0xc0) != 0x80)
                return 0;
        return bytes;
    }
    return 0;
}

void printable_text(char *text, size_t bytes)
{
    for (size_t at = 0; at < bytes;) {
        size_t length = character((const unsigned char *)text + at, bytes - at);
        if (length == 0)
            text[at] = '?';
        at += length ? length : 1;
    }
}
