/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the program that is judged waits, as the scheduler has it. */
#ifndef GRACELAB_REST_H
#define GRACELAB_REST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Whether each thread of who looks after it (subject.keeper; 0: nobody), and of
 * all that this has started, sleeps: nothing happens then until something comes
 * from outside, or a time of its own is over. One that is still to get a
 * processor does not; nor does a traced one whose tracer has yet to let it go
 * on, nor one that cannot be looked at. True too where nothing of it is left,
 * or proc(5) does not list a thread's children (CONFIG_PROC_CHILDREN). `ran_ms`
 * is how long all of them have had a processor.
 */
bool rest_of(pid_t keeper, int64_t *ran_ms);

#endif
