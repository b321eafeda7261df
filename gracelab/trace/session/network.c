/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/stage/stage.h"
#include "gracelab/trace/story/story.h"
#include "lib/base/names.h"
#include "lib/text/utf8.h"

static void on_segment(void *context, const struct segment *segment)
{
	struct watched *watched = context;

	watched->segments++;
	story_segment(watched->story, segment);
}

static void on_news(void *context, const struct wire_news *news)
{
	struct watched *watched = context;

	if (watched->savefile)
		savefile_add(
			watched->savefile, news->packet, news->packet_bytes);
	story_segment(watched->story, news->segment);
}

void watched_drain(void *context)
{
	struct watched *watched = context;

	if (watched->wire && wire_pump(watched->wire) && !*watched->why)
		utf8_print(watched->why, sizeof(watched->why), "the wire: %s",
			strerror(errno));
	if (watched->capture &&
		capture_drain(watched->capture, on_segment, watched) < 0 &&
		!*watched->why)
		utf8_print(watched->why, sizeof(watched->why),
			"not all of the wire was seen: %s",
			capture_error(watched->capture));
}

bool watched_thin(void *context, uint16_t from, uint16_t to, bool thin)
{
	const struct watched *watched = context;

	return watched->capture &&
		capture_thin(watched->capture, from, to, thin);
}

int watched_namespace(const struct watched *watched, enum side side)
{
	return watched->has_hosts ? watched->hosts.of[side].network : -1;
}

int watched_descriptors(const struct watched *watched, int fds[SIDES])
{
	for (int side = 0; watched->wire && side < SIDES; side++)
		fds[side] = wire_descriptor(watched->wire, (enum side)side);
	if (watched->wire)
		return SIDES;
	/* Where calls tell of all, the segments can wait. */
	if (!watched->eager || !watched->capture)
		return 0;
	fds[0] = capture_fd(watched->capture);
	return 1;
}

const char *watched_address(
	const struct watched *watched, enum side side, bool ipv6)
{
	if (watched->has_hosts)
		return hosts_name(side, ipv6 ? AF_INET6 : AF_INET);
	return ipv6 ? "::1" : "127.0.0.1";
}

/* Leaves the host's network if that can be had. */
static bool enter_loopback(struct watched *watched, struct record *record)
{
	struct stage stage;

	stage_probe(&stage);
	if (stage.result == STAGE_PRIVATE)
		stage_enter(NULL, 0, &stage);
	switch (stage.result) {
	case STAGE_PRIVATE:
		record->private_network = true;
		record->network_why = *stage.note ? strdup(stage.note) : NULL;
		return true;
	case STAGE_HOST:
		record->network_why = strdup(stage.why);
		return true;
	case STAGE_SPOILT:
	case STAGE_BAD_SYSCTL:
		break;
	}
	snprintf(watched->why, sizeof(watched->why), "%s", stage.why);
	return false;
}

static bool enter_wire(
	struct watched *watched, const char *pcap, struct record *record)
{
	const struct hosts_plan plan = { 0 };
	char why[240];

	if (!hosts_probe(why, sizeof(why)) ||
		hosts_enter(&plan, &watched->hosts) != HOSTS_READY) {
		utf8_print(watched->why, sizeof(watched->why),
			"a wire needs two networks of its own: %s",
			*watched->hosts.why ? watched->hosts.why : why);
		return false;
	}
	watched->has_hosts = record->private_network = true;
	if (*watched->hosts.note)
		record->network_why = strdup(watched->hosts.note);
	watched->wire = wire_open(&watched->hosts, on_news, watched);
	if (!watched->wire) {
		utf8_print(watched->why, sizeof(watched->why), "the wire: %s",
			strerror(errno));
		return false;
	}
	if (pcap &&
		!(watched->savefile = savefile_open(
			  pcap, watched->why, sizeof(watched->why))))
		return false;
	record->wire = true;
	return true;
}

static bool open_capture(struct watched *watched, bool all, const char *pcap,
	struct record *record)
{
	char why[240];

	watched->capture = capture_open_sparing(all, pcap, why, sizeof(why));
	record->wire = watched->capture;
	if (watched->capture)
		return true;
	record->wire_why = strdup(why);
	if (pcap)
		snprintf(watched->why, sizeof(watched->why), "%s", why);
	return !pcap;
}

static void open_kernels(struct watched *watched, struct record *record)
{
	if (watched->has_hosts) {
		for (int side = 0; side < SIDES; side++)
			if (!hosts_visit(&watched->hosts, (enum side)side))
				watched->kernels[side] = kernel_open();
	} else {
		watched->kernels[CLIENT] = watched->kernels[SERVER] =
			kernel_open();
	}
	record->states = watched->kernels[CLIENT] && watched->kernels[SERVER];
}

bool watched_enter(struct watched *watched, enum watch_network network,
	const char *pcap, struct record *record)
{
	bool good = true;

	*watched = (struct watched){ .story = watched->story,
		.eager = watched->eager };
	switch (network) {
	case WATCH_HOST:
		good = open_capture(watched, true, pcap, record);
		break;
	case WATCH_LOOPBACK:
		good = enter_loopback(watched, record) &&
			open_capture(watched, false, pcap, record);
		break;
	case WATCH_WIRE:
		good = enter_wire(watched, pcap, record);
		break;
	}
	if (good)
		open_kernels(watched, record);
	return good;
}

bool watched_leave(struct watched *watched)
{
	char why[NAMES_DESCRIPTION_SIZE];
	unsigned unsaved = capture_unsaved(watched->capture);
	bool saved = !capture_close(watched->capture);

	saved = !savefile_close(watched->savefile) && saved;
	if (!saved && !*watched->why)
		utf8_print(watched->why, sizeof(watched->why),
			"cannot write the capture: %s",
			names_describe(why, errno));
	else if (unsaved && !*watched->why)
		utf8_print(watched->why, sizeof(watched->why),
			"the capture lacks %u packets: the kernel had no room "
			"for them",
			unsaved);
	if (watched->kernels[SERVER] != watched->kernels[CLIENT])
		kernel_close(watched->kernels[SERVER]);
	kernel_close(watched->kernels[CLIENT]);
	wire_close(watched->wire);
	if (watched->has_hosts)
		hosts_leave(&watched->hosts);
	return !*watched->why;
}
