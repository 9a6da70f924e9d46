/* units.h - values with units, as people write them: one parser and one printer.
 *
 * Every quantity is a double in its base unit (integers are exact up to 2^53: 104 days in ns).
 *
 *   unit           base         written                               bare number
 *   UNIT_TIME      ns           1.5us 100ms 20s 5min 2h               only 0
 *   UNIT_BYTES     bytes        100B 64KiB 512Mi 1GB                  only 0
 *   UNIT_CPU       millicores   250m 0.25 2                           cores (as Kubernetes)
 *   UNIT_RATE      1/s          10/s 600/min 2/h 10Hz                 only 0
 *   UNIT_SHARE     ratio        0.1% 20%                              only 0
 *   UNIT_COUNT     integer      500 1e6 10k                           yes
 *   UNIT_NUMBER    real         0.35                                  yes
 *   UNIT_PODS      integer      3 25% (of the pods: -25)              yes
 *   UNIT_SECONDS   s            400ms 0.4                             seconds, up to 10
 *
 * As in other programs' times m is minutes (20min); of CPU it is thousandths.
 * Suffixes of UNIT_BYTES: B kB MB GB (powers of 1000), KiB MiB GiB and Ki Mi Gi (of 1024).
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_UNITS_H
#define PUSHSIM_EXPERIMENTS_RUN_UNITS_H

#include <stddef.h>

#include "sim/error.h"

enum unit {
    UNIT_TIME,
    UNIT_BYTES,
    UNIT_CPU,
    UNIT_RATE,
    UNIT_SHARE,
    UNIT_COUNT,
    UNIT_NUMBER,
    UNIT_PODS,
    UNIT_SECONDS
};

#define UNIT_TEXT_BYTES       32
#define UNIT_SECONDS_BARE_MAX 10.0

/* Reads the whole of `text`. ERR_INVALID with a text such as "'10' lacks a unit (e.g. 100ms)";
 * *value is unchanged then. Never gives a NaN or an infinity. */
int unit_parse(const char *text, enum unit unit, double *value, struct error *err);

/* The shortest exact spelling that unit_parse reads back to the same value: 100ms, 64KiB, 250m.
 * Writes at most UNIT_TEXT_BYTES; returns out. */
char *unit_format(char *out, enum unit unit, double value);

/* For people's tables: three significant digits in the unit that suits (7.53ms, 1.28s). */
char *unit_format_short(char *out, enum unit unit, double value);

/* What a value of this unit looks like, for messages and documentation: "100ms". */
const char *unit_example(enum unit unit);
/* Its name: "time", "bytes", "cpu", "rate", "share", "count", "number", "pods". */
const char *unit_name(enum unit unit);

#endif
