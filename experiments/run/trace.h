/* trace.h - a schedule as a CSV file: publishes, who came and went, who stopped reading.
 *
 *   time_s,action,client,bytes,duration_s,measured
 *   0.000000000,connect,0,,,
 *   0.137000000,publish,,100,,1
 *   2.500000000,stall,0,,1.5,
 *   10.000000000,end,,,,
 *
 * The first row names the columns, in any order; time_s (or time_ns) and action are needed,
 * client, bytes and duration_s (or duration_ns) where an action needs them, measured (0 or 1,
 * default 1) says whether a publish or message enters the latency figures. Actions:
 *   connect     client; at time 0: connected before the run starts. Those are numbered from 0.
 *   disconnect  client, connected by an earlier row
 *   publish     bytes (1..16 MiB)
 *   stall       client, duration: the client, connected by an earlier row, stops reading
 *   message     client, connected by an earlier row, bytes: it sends the server a message
 *   end         the run ends here and the drain follows (default: at the last action)
 * Times do not go backwards. Fields may be quoted (RFC 4180, but no line break inside a field;
 * libcsv 3.0.3). Every row ends in a line break, so that a file cut short is noticed.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_TRACE_H
#define PUSHSIM_EXPERIMENTS_RUN_TRACE_H

#include "models/schedule.h"
#include "sim/error.h"

#define TRACE_CLIENTS_MAX 10000000

/* The caller closes the schedule. ERR_INVALID: "file:line:column: …" with the line and a
 * caret, or it cannot be opened;
 * ERR_IO: reading fails. */
int trace_read(struct schedule *s, const char *path, struct error *err);

/* Writes a file that trace_read turns into the same schedule (but for a connect at exactly 0,
 * which counts as initial there). Replaces `path` at once, when it
 * is complete. ERR_IO. */
int trace_write(const struct schedule *s, const char *path, struct error *err);

#endif
