/* profile.h - writes a calibrated profile: option values with errors, residuals and provenance.
 *
 * The file is YAML that experiments name as `profile:` (profile_load in experiments/run/config.h
 * reads it back). `provenance` is for people; `fit.cells` lists what the profile was fitted to:
 * a map for each cell, whose `key` is that of scenario_key.h and whose metrics are
 * "simulated / measured". Validation refuses a cell whose key is there.
 */
#ifndef PUSHSIM_ANALYSIS_PROFILE_H
#define PUSHSIM_ANALYSIS_PROFILE_H

#include "analysis/calibration.h"

struct profile_fact {
    const char *key, *value; /* borrowed; one line each */
};

struct profile_note {                 /* all borrowed */
    const char *name;                 /* of the server */
    const struct profile_fact *facts; /* host, kernel, versions, date, rows used */
    size_t fact_count;                /* of them */
};

/* Writes to `path`, whole or not at all. ERR_IO. */
int profile_write(const char *path, const struct calibration *c,
                  const struct calibration_fit *fit, const struct profile_note *note,
                  struct error *err);

#endif
