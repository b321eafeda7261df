/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events as a play reads them: heard.h, actor.h, cast.h, rungs.h, and the
 * record that they give, written and read. The input stands in a file, as if
 * the server had written it and ended.
 */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "gracelab/cast/cast.h"
#include "gracelab/cast/kind.h"
#include "gracelab/experiment/outcome.h"
#include "gracelab/record/ladder.h"
#include "gracelab/record/mermaid.h"
#include "gracelab/record/rungs.h"
#include "gracelab/record/svg.h"
#include "tests/unit/tap.h"

struct collected {
	struct rungs rungs;
	size_t events;
};

static void on_event(void *context, unsigned who, const struct heard *event)
{
	struct collected *collected = context;

	collected->events++;
	rungs_add_event(&collected->rungs, actor_side(who), 0, event);
}

/* A server without a process: its end is what is left to read. */
static bool open_server(struct actor *actor, const uint8_t *data, size_t size)
{
	int fd = memfd_create("events", MFD_CLOEXEC);

	*actor = (struct actor){
		.side = SERVER,
		.wait_status = SIGKILL,
		.input = -1,
		.output = -1,
		.events = fd,
	};
	return EXPECT(fd >= 0) && EXPECT_INT(size, write(fd, data, size)) &&
		EXPECT_INT(0, lseek(fd, 0, SEEK_SET));
}

static void check_seen(const struct cast_member *server)
{
	char text[OUTCOME_TEXT_SIZE];

	for (size_t i = 0; i < server->seen_count; i++) {
		const struct outcome *seen = &server->seen[i];

		memset(text, 't', sizeof(text));
		outcome_text(seen, text);
		const char *end = memchr(text, '\0', sizeof(text));

		if (EXPECT(end))
			EXPECT(fuzz_is_harmless(text, (size_t)(end - text)));
		EXPECT(outcome_equal(seen, seen));
	}
}

static void check_pictures(const struct record *record)
{
	static void (*const writers[])(FILE *, const struct record *) = {
		ladder_write, svg_write, mermaid_write
	};

	for (size_t i = 0; i < sizeof(writers) / sizeof(*writers); i++) {
		char *text = NULL;
		size_t bytes;
		FILE *out = open_memstream(&text, &bytes);

		if (!EXPECT(out))
			return;
		writers[i](out, record);
		fclose(out);
		EXPECT_INT(strlen(text), bytes);
		free(text);
	}
}

/* A record as it goes from the process that plays to the one that shows. */
static void check_record(const struct record *record)
{
	struct record again = { 0 };
	json_t *json = record_to_json(record);
	char *text = json_dumps(json, JSON_COMPACT);
	json_t *read = json_loads(text ? text : "", 0, NULL);

	if (EXPECT(read) && EXPECT(record_from_json(&again, read))) {
		json_t *third = record_to_json(&again);

		EXPECT(json_equal(json, third));
		json_decref(third);
		check_pictures(&again);
	}
	record_free(&again);
	json_decref(read);
	free(text);
	json_decref(json);
}

static void check_rungs(struct collected *collected)
{
	struct record record = {
		.name = strdup("name"),
		.system = strdup("Linux"),
		.wire = true,
		.states = true,
	};
	size_t calls = collected->rungs.call_count;

	rungs_flush(&collected->rungs, &record, 0.5);
	EXPECT_INT(calls, record.rung_count);
	check_record(&record);
	record_free(&record);
}

bool fuzz_events(const uint8_t *data, size_t size)
{
	static const struct experiment experiment;
	struct collected collected = { 0 };
	struct cast cast = { .experiment = &experiment,
		.on_event = on_event,
		.context = &collected };
	struct cast_member *server = &cast.members[SERVER];

	cast_init(&cast);

	if (open_server(&server->actor, data, size)) {
		cast_await_server(&cast, 0);
		EXPECT(memchr(cast.host, '\0', sizeof(cast.host)));
		check_seen(server);
		/* Its last outcome is its end, whatever it wrote before. */
		if (!server->actor.ended)
			EXPECT(!kind_grace.await_end(&cast, SERVER, 0));
		if (EXPECT(server->actor.ended && server->seen_count))
			EXPECT(server->seen[server->seen_count - 1].kind ==
				OUTCOME_KILLED);
		check_seen(server);
	}
	if (!server->actor.ended && server->actor.events >= 0)
		close(server->actor.events);
	check_rungs(&collected);
	cast_end(&cast);
	/* The last is that it was killed, which is ours. */
	return collected.events > 1;
}
