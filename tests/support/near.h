/* near.h - doubles that agree to within a bound. cmocka's assert_float_equal rounds both to float,
 * and lets NAN pass for any number.
 */
#ifndef PUSHSIM_TESTS_SUPPORT_NEAR_H
#define PUSHSIM_TESTS_SUPPORT_NEAR_H

#include <math.h>

#define assert_near(value, expected, within)                                                   \
    assert_true(fabs((double)(value) - (double)(expected)) <= (within))

#endif
