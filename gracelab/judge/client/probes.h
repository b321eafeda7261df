/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client is put through: data alone. */
#ifndef GRACELAB_CLIENT_PROBES_H
#define GRACELAB_CLIENT_PROBES_H

#include "gracelab/judge/inspect.h"
#include "gracelab/judge/visit/visit.h"

enum client_probe {
	CLIENT_PLAIN,
	CLIENT_ENDS,
	CLIENT_TLS_END, /* told from the visits of CLIENT_ENDS */
	CLIENT_LATE_REPLY,
	CLIENT_SENDS_ON,
	CLIENT_SIGPIPE, /* told from the visits of CLIENT_SENDS_ON */
	CLIENT_CUT,
	CLIENT_CUT_CHUNKED,
	CLIENT_UNTIL_FIN,
	CLIENT_TRUNCATED,
	CLIENT_TRUNCATED_UNTIL_FIN,
	CLIENT_FIN_ALONE,
	CLIENT_NOTIFY_ALONE,
	CLIENT_RESET,
	CLIENT_RESET_UNTIL_FIN,
	CLIENT_PROBES,
	/* What else is played: controls, and one that waits longer. */
	CLIENT_ENDS_LONG = CLIENT_PROBES,
	CLIENT_ENDS_LARGE,
	CLIENT_LATE_OPEN,
	CLIENT_CHUNKED,
	CLIENT_PLAIN_OPEN,
	CLIENT_NO_REPLY,
	CLIENT_VISITS,
};

/* How long the server thinks in CLIENT_LATE_REPLY. */
#define CLIENT_THINK_MS 1000

/* By id, CLIENT_PROBES long, in the order in which they are shown. */
extern const struct inspect_item client_probes[];

/* What a visit of that id does, with TLS or without. */
struct visit_plan client_plan(enum client_probe id, bool tls);

/* Whether it can be asked only of a client of HTTP. */
bool client_probe_is_http(enum client_probe id);

/* Whether it can be asked only of one that speaks TLS. */
bool client_probe_is_tls(enum client_probe id);

/* Whether half a reply is ended by a reset. */
bool client_probe_resets(enum client_probe id);

/* What a whole reply of that kind is played as, for one that is not whole. */
enum client_probe client_control_of(enum client_probe id);

#endif
