/* server_placeholders.h - how a run's parameters reach a real server: what {port}, {queue} and the
 * like stand for in a description (server_spec.h).
 *
 *   {port}                the one that the run found free
 *   {dir}                 where the description is
 *   {workers}             server.workers
 *   {loop} {policy} {fan_out} {buffers}
 *                         server.loop, server.queue.policy, server.fan-out and memory.buffers, in
 *                         the words of the option table (options.h)
 *   {queue}               server.queue.bound, messages
 *   {ping_interval} {heartbeat}
 *                         heartbeat.period, of WebSockets and of event streams; s
 *   {ping_timeout}        heartbeat.timeout, s
 *   {write_timeout}       server.write-timeout, s
 *   {reply}               duplex.reply: bytes of an answer to a message
 *   {auth_workers}        auth.workers; 0: none
 *   {auth_service} {auth_timeout}
 *                         auth.service and auth.timeout, s
 *
 * A time that is "none" or "never" is written as a million seconds: longer than any run, and still
 * a number that every server reads. ({auth_service} can be 0.)
 *
 * What a description has no placeholder for, a run cannot ask of the server.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_SERVER_PLACEHOLDERS_H
#define PUSHSIM_EXPERIMENTS_REPLAY_SERVER_PLACEHOLDERS_H

#include "models/parameters.h"

/* `text` with its placeholders filled in; the caller frees it. An unknown one stays. port:
 * 1..65535. */
char *server_placeholders_fill(const char *text, const char *dir, const struct parameters *p,
                               int port);

/* The option's words for 0, 1, ..., as a description says them too; ended by NULL, static. The
 * option is there and a choice. */
const char *const *server_placeholders_words(const char *option);

#endif
