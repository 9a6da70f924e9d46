/* test_interrupt.c - signals that are held back while a real run goes on. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <signal.h>
#include <unistd.h>

#include "experiments/replay/interrupt.h"

/* Without the hold, or with one that leaves SIGPIPE pending, this ends the test. */
static void a_peer_that_left_is_an_error_not_the_end(void **state)
{
    (void)state;
    sigset_t before, nested, pending;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    interrupt_hold(&before);
    interrupt_hold(&nested);
    assert_int_equal(write(ends[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    interrupt_release(&nested);
    interrupt_release(&before);
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
    close(ends[1]);
}

static void a_signal_is_a_flag_until_it_is_taken(void **state)
{
    (void)state;
    sigset_t before;
    struct error err;
    interrupt_hold(&before);
    assert_int_equal(interrupt_check(&err), 0);
    raise(SIGTERM);
    assert_int_equal(interrupt_check(&err), ERR_INTERRUPTED + SIGTERM);
    assert_string_equal(err.text, "interrupted by SIGTERM");
    assert_int_equal(interrupt_check(&err), ERR_INTERRUPTED + SIGTERM);
    interrupt_take();
    assert_int_equal(interrupt_check(&err), 0);
    interrupt_release(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_that_left_is_an_error_not_the_end),
        cmocka_unit_test(a_signal_is_a_flag_until_it_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
