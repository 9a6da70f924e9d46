/* design_file.h - the cells of a calibration's design as an experiment file: three phases (before,
 * burst, after) whose rates, with everything else in which cells differ, are swept side by side.
 */
#ifndef PUSHSIM_ANALYSIS_DESIGN_FILE_H
#define PUSHSIM_ANALYSIS_DESIGN_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/calibration_design.h"

struct design_cell {
    enum push_protocol protocol; /* one that the server speaks */
    int clients;                 /* subscribers, >= 1 */
    bool large;                  /* 4 KiB instead of 100 B */
    double rate_hz[3];           /* of publishes before, in and after a burst, > 0 */
    int limit;                   /* of its CPU, millicores, > 0 */
    int beat_ms;                 /* between two heartbeats; 0: none */
    bool slow;                   /* at one rate, so low that it plays longer than others may */
};

struct design_length { /* of the runs */
    double seconds;    /* that each plays, slow ones longer */
    double fan_outs;   /* that slow ones have, within 7 s a run */
};

/* How long a cell's runs play, s. */
double design_file_seconds(const struct design_cell *cell, const struct design_length *length);

/* The file's text, with the request's loop and hops where they are said; the caller frees it.
 * count: at least 1; repeats: of each cell, at least 1. */
char *design_file_text(const struct design_request *request, const struct design_cell *cells,
                       size_t count, const struct design_length *length, int repeats);

#endif
