/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/observe/capture.h"
#include "gracelab/observe/unix_table.h"
#include "gracelab/stage/stage.h"
#include "lib/net/unix_state.h"
#include "network.h"

struct loopback {
	struct kernel *kernel; /* NULL: states are not observed */
	struct capture *wire;  /* NULL: segments are not observed */
	uint16_t client_port;  /* of the last SYN */
};

static bool fail_without_memory(struct play *play)
{
	return play_fail(play, "no memory");
}

/* Notes why something cannot be had; the record owns its texts. */
static bool note_why(struct play *play, char **why, const char *text)
{
	*why = strdup(text);
	return *why || fail_without_memory(play);
}

/* Brings the stage about, or plays without what is refused. */
static bool set_stage(struct play *play)
{
	const struct experiment *experiment = play->experiment;
	struct record *record = play->record;
	const char *host_why = play->options->host_why;
	struct stage stage = { .result = STAGE_HOST };

	if (!host_why)
		stage_enter((const char *const *)experiment->sysctls.list,
			experiment->sysctls.count, &stage);
	switch (stage.result) {
	case STAGE_PRIVATE:
		record->private_network = true;
		return !*stage.note ||
			note_why(play, &record->network_why, stage.note);
	case STAGE_SPOILT:
	case STAGE_BAD_SYSCTL:
		return play_fail(play, "%s: %s", experiment->path, stage.why);
	case STAGE_HOST:
		break;
	}
	if (!note_why(play, &record->network_why,
		    host_why ? host_why : stage.why))
		return false;
	record->unplayable = experiment->sysctls.count;
	return !record->unplayable ||
		play_fail(play, "%s: sysctl needs a private network",
			experiment->path);
}

static bool enter(struct play *play)
{
	struct loopback *loopback = calloc(1, sizeof(*loopback));

	play->network_state = loopback;
	if (!loopback)
		return fail_without_memory(play);
	if (!set_stage(play))
		return false;
	loopback->kernel = kernel_open();
	play->record->states = loopback->kernel;
	return true;
}

/*
 * The server's port tells the sides apart; on a connection to somebody else,
 * whoever has sent the SYN is the client.
 */
static void on_segment(void *context, const struct segment *segment)
{
	struct play *play = context;
	struct loopback *loopback = play->network_state;
	bool to_server = segment->dport == play->cast.port;
	bool to_other = segment->sport != play->cast.port;

	if ((segment->flags & SEGMENT_SYN) && !(segment->flags & SEGMENT_ACK))
		loopback->client_port = segment->sport;
	bool from_client = to_server ||
		(to_other && segment->sport == loopback->client_port);

	if (play->folds && segment->payload_bytes)
		return;
	rungs_add_segment(&play->rungs,
		&(struct rungs_segment){
			.sender = from_client ? CLIENT : SERVER,
			.segment = *segment,
		});
}

static bool drain(struct play *play)
{
	struct loopback *loopback = play->network_state;

	return !loopback->wire ||
		capture_drain(loopback->wire, on_segment, play) >= 0 ||
		play_fail(play, "%s", capture_error(loopback->wire));
}

/* The capture's room is bounded, and an actor may flood or take long. */
static void drain_meanwhile(void *context)
{
	struct play *play = context;

	if (!drain(play))
		play->cast.company.fd = -1;
}

static bool observe(struct play *play)
{
	struct loopback *loopback = play->network_state;
	const char *pcap = play->options->pcap;
	char why[240];

	loopback->wire = capture_open(play->cast.port, pcap, why, sizeof(why));
	play->record->wire = loopback->wire;
	if (loopback->wire) {
		play->cast.company = (struct actor_company){
			.fd = capture_fd(loopback->wire),
			.serve = drain_meanwhile,
			.context = play,
		};
		return true;
	}
	return pcap ? play_fail(play, "%s", why)
		    : note_why(play, &play->record->wire_why, why);
}

static bool look(struct play *play)
{
	struct loopback *loopback = play->network_state;

	for (unsigned who = 0; who < ACTORS_MAX && loopback->kernel; who++) {
		struct connection *one = &play->connections[who];

		if (one->known &&
			kernel_look(loopback->kernel, &one->pair,
				&one->sockets[CLIENT], &one->sockets[SERVER]))
			return play_fail(
				play, "sock_diag: %s", strerror(errno));
	}
	return true;
}

static bool rests(const struct play *play)
{
	const struct loopback *loopback = play->network_state;
	bool rested = true;

	for (unsigned who = 0; who < ACTORS_MAX && loopback->kernel; who++) {
		const struct connection *one = &play->connections[who];

		rested = rested &&
			(!one->known ||
				kernel_is_quiet(&one->sockets[CLIENT],
					&one->sockets[SERVER]));
	}
	return rested;
}

static void leave(struct play *play)
{
	struct loopback *loopback = play->network_state;

	if (!loopback)
		return;
	kernel_close(loopback->kernel);
	capture_close(loopback->wire);
	free(loopback);
	play->network_state = NULL;
}

/*
 * Looks for the ends of a client's new connection among the sockets that have
 * the listener's name: none but its client's is not known yet.
 */
static bool find_unix(const struct play *play, const struct unix_entry *entry)
{
	for (unsigned who = 0; who < ACTORS_MAX; who++)
		if (play->connections[who].inodes[CLIENT] == entry->peer)
			return false;
	return entry->peer && entry->state != STATE_LISTEN;
}

/* Both ends of one connection, by what the kernel has of them. */
static void look_at_unix(
	struct connection *one, const struct unix_entry *entries, size_t count)
{
	struct unix_facts facts;
	enum tcp_state server = STATE_GONE;

	for (size_t i = 0; i < count; i++) {
		const struct unix_entry *entry = &entries[i];

		if (entry->state == STATE_LISTEN ||
			(entry->peer != one->inodes[CLIENT] &&
				(!entry->inode ||
					entry->inode != one->inodes[SERVER])))
			continue;
		server = entry->state;
		if (entry->inode)
			one->inodes[SERVER] = entry->inode;
	}
	one->sockets[SERVER].state = server;
	one->sockets[CLIENT].state = unix_ask_inode(one->inodes[CLIENT], &facts)
		? facts.state
		: STATE_GONE;
}

static bool look_unix(struct play *play)
{
	struct unix_entry *entries;
	size_t count;

	if (!play->record->states)
		return true;
	if (unix_table_read(&entries, &count))
		return play_fail(play, "sock_diag: %s", strerror(errno));
	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		struct connection *one = &play->connections[who];

		for (size_t i = 0; i < count && !one->known; i++) {
			if ((!one->waits && !one->served) ||
				!find_unix(play, &entries[i]))
				continue;
			one->known = true;
			one->inodes[CLIENT] = entries[i].peer;
		}
		if (one->known)
			look_at_unix(one, entries, count);
	}
	free(entries);
	return true;
}

/* The names of sockets are told apart only where nobody else has any. */
static bool enter_unix(struct play *play)
{
	struct unix_entry *entries = NULL;
	size_t count;

	play->record->over_unix = true;
	/* A connection that nobody has accepted is there all the same. */
	play->cast.settles = true;
	if (play->options->wire || play->options->pcap)
		return play_fail(play,
			"%s: it is over unix, and has no wire to be played or "
			"captured on",
			play->experiment->path);
	if (!set_stage(play))
		return false;
	play->record->states = play->record->private_network &&
		!unix_table_read(&entries, &count);
	free(entries);
	return true;
}

/* Both ends are one kernel's, which has acted when the call returns. */
static bool rests_unix(const struct play *play)
{
	(void)play;
	return true;
}

/* What one has done is at the other at once, whoever that wakes. */
static bool rouse_unix(struct play *play)
{
	const char *error = NULL;

	for (unsigned who = 0; who < ACTORS_MAX && !error; who++)
		if (cast_runs(&play->cast, who))
			error = cast_settle(
				&play->cast, who, play_deadline_ms(play));
	return !error || play_fail(play, "%s", error);
}

static bool nothing_to_do(struct play *play)
{
	(void)play;
	return true;
}

static void leave_unix(struct play *play)
{
	(void)play;
}

const struct network network_unix = {
	.name = "unix",
	.enter = enter_unix,
	.observe = nothing_to_do,
	.look = look_unix,
	.rests = rests_unix,
	.rouse = rouse_unix,
	.drain = nothing_to_do,
	.leave = leave_unix,
};

const struct network network_loopback = {
	.name = "loopback",
	.enter = enter,
	.observe = observe,
	.look = look,
	.rests = rests,
	.drain = drain,
	.leave = leave,
};
