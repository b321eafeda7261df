/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "line.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "lib/base/duration.h"
#include "link.h"
#include "network.h"

enum {
	TABLE = 100,
	TABLE_LOCAL = 255,
	RTO_MIN_MS = 200,
	OF = 10000, /* what a loss is counted of */
};

/* A packet under way. */
struct travelling {
	struct travelling *next;
	int64_t due_ms;
	size_t len;
	uint8_t bytes[];
};

/* A connection of which a FIN was sent. */
struct ending {
	struct ending *next;
	uint16_t low, high; /* its ports */
	int64_t mended_ms;
};

struct line {
	struct line_plan plan;
	struct device *device;
	struct travelling *first, **end; /* owned; in the order of arrival */
	struct ending *endings;          /* owned */
	uint64_t random;
};

/* How many of OF it is this time. */
static unsigned draw(struct line *line)
{
	line->random =
		line->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((line->random >> 33) % OF);
}

/* Has the loopback's TCP go by the device; false, and why. */
static bool divert(char *why, size_t why_size)
{
	static const char *const sysctls[] = {
		/* Addresses of the loopback come in by another interface. */
		"net.ipv4.conf." DEVICE_NAME ".route_localnet=1",
		"net.ipv4.conf." DEVICE_NAME ".accept_local=1",
		"net.ipv4.conf." DEVICE_NAME ".rp_filter=0",
		"net.ipv4.conf.all.rp_filter=0",
	};
	static const struct link_rule late = { 100, TABLE_LOCAL, false };
	static const struct link_rule soon = { 0, TABLE_LOCAL, false };
	static const struct link_rule ours = { 10, TABLE, true };
	static const struct link_route route = { .family = AF_INET,
		.destination = "127.0.0.0",
		.prefix_bits = 8,
		.source = "127.0.0.1",
		.table = TABLE };
	struct mnl_socket *nl = link_open();
	unsigned index = if_nametoindex(DEVICE_NAME);
	int error = nl ? 0 : errno;

	if (!error)
		error = link_tame(nl, index, LINK_PACKET_BYTES);
	if (!error)
		error = link_up(nl, index);
	if (!error)
		error = link_add_rule(nl, &late);
	if (!error)
		error = link_delete_rule(nl, &soon);
	if (!error)
		error = link_put_route(nl, index, &route, RTO_MIN_MS);
	if (!error)
		error = link_add_rule(nl, &ours);
	if (error)
		network_explain(why, why_size, "divert the loopback", error);
	if (nl)
		mnl_socket_close(nl);
	return !error &&
		network_sysctls(sysctls, sizeof(sysctls) / sizeof(*sysctls),
			why, why_size);
}

/* Its stand-in has no room for a transfer. */
static bool has_tun(const struct device *device, char *why, size_t why_size)
{
	if (device_is_tun(device))
		return true;
	snprintf(why, why_size,
		"a line that delays or loses needs /dev/net/tun");
	return false;
}

struct line *line_open(const struct line_plan *plan, char *why, size_t why_size)
{
	struct line *line = calloc(1, sizeof(*line));

	if (!line) {
		network_explain(why, why_size, "memory", ENOMEM);
		return NULL;
	}
	line->plan = *plan;
	line->end = &line->first;
	line->random = 1;
	line->device = device_open(why, why_size);
	if (line->device && has_tun(line->device, why, why_size) &&
		divert(why, why_size))
		return line;
	line_close(line);
	return NULL;
}

void line_close(struct line *line)
{
	struct travelling *packet;
	struct ending *ending;

	if (!line)
		return;
	while ((packet = line->first)) {
		line->first = packet->next;
		free(packet);
	}
	while ((ending = line->endings)) {
		line->endings = ending->next;
		free(ending);
	}
	device_close(line->device);
	free(line);
}

/* Where the connection's is linked, or the next would be. */
static struct ending **ending_of(
	struct line *line, const struct segment *segment)
{
	uint16_t low = segment->sport, high = segment->dport;
	struct ending **at = &line->endings;

	if (low > high) {
		low = segment->dport;
		high = segment->sport;
	}
	while (*at && ((*at)->low != low || (*at)->high != high))
		at = &(*at)->next;
	return at;
}

/* Whether the connection is cut; its first FIN cuts it. */
static bool is_cut(struct line *line, const struct segment *segment)
{
	struct ending **at, *ending;

	if (!line->plan.cut_ms)
		return false;
	at = ending_of(line, segment);
	ending = *at;
	/* The ports are a new connection's. */
	if (ending &&
		(segment->flags & (SEGMENT_SYN | SEGMENT_ACK)) == SEGMENT_SYN) {
		*at = ending->next;
		free(ending);
		return false;
	}
	if (!ending && segment->flags & SEGMENT_FIN) {
		bool ordered = segment->sport < segment->dport;

		ending = calloc(1, sizeof(*ending));
		if (!ending)
			return false;
		ending->low = ordered ? segment->sport : segment->dport;
		ending->high = ordered ? segment->dport : segment->sport;
		ending->mended_ms = duration_deadline_ms(line->plan.cut_ms);
		*at = ending;
	}
	return ending && duration_now_ms() < ending->mended_ms;
}

static bool is_lost(struct line *line, const struct segment *segment)
{
	if (is_cut(line, segment))
		return true;
	return !(segment->flags & SEGMENT_SYN) && line->plan.loss &&
		draw(line) < line->plan.loss;
}

/* Sends a packet on its way. */
static void send_off(struct line *line, const uint8_t *bytes, size_t len)
{
	struct travelling *packet = malloc(sizeof(*packet) + len);

	if (!packet)
		return;
	packet->next = NULL;
	packet->due_ms = duration_deadline_ms(line->plan.delay_ms);
	packet->len = len;
	memcpy(packet->bytes, bytes, len);
	*line->end = packet;
	line->end = &packet->next;
}

static void deliver(struct line *line)
{
	int64_t now_ms = duration_now_ms();
	struct travelling *packet;

	while ((packet = line->first) && packet->due_ms <= now_ms) {
		line->first = packet->next;
		if (!line->first)
			line->end = &line->first;
		/* What the kernel has no room for is lost, as on any line. */
		device_give(line->device, packet->bytes, packet->len);
		free(packet);
	}
}

void line_pump(struct line *line,
	void (*on_segment)(
		void *context, const struct segment *segment, bool is_lost),
	void *context)
{
	const uint8_t *bytes;
	ssize_t len;

	while ((len = device_take(line->device, &bytes)) > 0) {
		struct segment segment;

		if (!segment_parse(bytes, (size_t)len, &segment))
			continue;
		segment.time_ns = duration_wall_ns();
		bool lost = is_lost(line, &segment);

		on_segment(context, &segment, lost);
		if (!lost)
			send_off(line, bytes, (size_t)len);
		if (!line->plan.delay_ms)
			deliver(line);
	}
	deliver(line);
}

int64_t line_due_ms(const struct line *line)
{
	return line->first ? line->first->due_ms : -1;
}

int line_descriptor(const struct line *line)
{
	return device_descriptor(line->device);
}
