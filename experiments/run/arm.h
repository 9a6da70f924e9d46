/* arm.h - the two arms of an experiment: what the model says, and what the real server did. */
#ifndef PUSHSIM_EXPERIMENTS_RUN_ARM_H
#define PUSHSIM_EXPERIMENTS_RUN_ARM_H

enum arm { ARM_SIM, ARM_REAL, ARMS, ARM_BOTH = ARMS };

/* "sim", "real", "both", NULL: by enum arm, as the database and --arm have them. */
extern const char *const arm_words[];

/* Of a word that is "sim" or "real". */
enum arm arm_of(const char *word);

#endif
