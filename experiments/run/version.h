/* version.h - which code produced a row: release and commit, e.g. "0.1.0+66a2422". */
#ifndef PUSHSIM_EXPERIMENTS_RUN_VERSION_H
#define PUSHSIM_EXPERIMENTS_RUN_VERSION_H

const char *version_text(void);

#endif
