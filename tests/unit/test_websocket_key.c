/* The handshake answer against RFC 6455's own example and answers from another implementation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "experiments/replay/websocket_key.h"

static void test_known_answers(void **state)
{
    (void)state;
    static const struct {
        const char *key, *accept;
    } cases[] = {
        { "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" }, /* RFC 6455 1.3 */
        /* Python: base64.b64encode(hashlib.sha1(key + GUID).digest()) */
        { "", "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=" },
        { "AAAAAAAAAAAAAAAAAAAAAA==", "ICX+Yqv66kxgM0FcWaLWlFLwTAI=" },
        { "0123456789012345678901234567", "L/LxVrWLCNmdeLz0onIT/zC6v8g=" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char accept[WEBSOCKET_ACCEPT_BYTES];
        websocket_key_accept(cases[i].key, accept);
        assert_string_equal(accept, cases[i].accept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_known_answers) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
