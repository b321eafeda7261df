/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/record/mermaid.h"

#include <stdlib.h>
#include <string.h>

#include "example.h"
#include "tests/unit/tap.h"

static void mermaid_tells_departure_and_arrival_apart(void)
{
	struct record record = example_connected();

	example_add_segment(&record, WIRE_SENT, CLIENT, "FIN", 1);
	example_add_segment(&record, WIRE_SENT, SERVER, "data 5", 2);
	example_add_segment(&record, WIRE_ARRIVED, CLIENT, "FIN", 1);
	example_add_segment(&record, WIRE_LOST, SERVER, "data 5", 2);
	example_add_segment(&record, WIRE_LOST, SERVER, "data 5", 0);
	example_add_segment(&record, WIRE_FORGED, SERVER, "RST", 0)
		->states[CLIENT] = strdup("gone");
	example_add_segment(&record, WIRE_AT_ONCE, CLIENT, "RST", 0);
	char *text = example_drawn(mermaid_write, &record);

	EXPECT_TEXT("sequenceDiagram\n"
		    "    title A title\n"
		    "    participant client\n"
		    "    participant server\n"
		    "    Note over client,server: What?\n"
		    "    Note left of client: connect\n"
		    "    client->>server: SYN\n"
		    "    Note over client: ESTABLISHED\n"
		    "    Note right of server: accept\n"
		    "    server->>client: SYN+ACK\n"
		    "    Note over server: ESTABLISHED\n"
		    "    Note right of client: FIN no. 1 leaves\n"
		    "    Note left of server: data 5 no. 2 leaves\n"
		    "    client-->>server: FIN no. 1 arrives\n"
		    "    server-xclient: data 5 no. 2 is lost\n"
		    "    server-xclient: data 5 is lost\n"
		    "    server-->>client: RST forged\n"
		    "    Note over client: gone\n"
		    "    client->>server: RST\n",
		text ? text : "");
	free(text);
	record_free(&record);
}

const struct tap_test tests_lab_mermaid[] = {
	{ "mermaid: departure and arrival are told apart",
		mermaid_tells_departure_and_arrival_apart },
	{ NULL, NULL },
};
