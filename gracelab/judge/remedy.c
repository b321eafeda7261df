/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remedy.h"

#include <stddef.h>
#include <string.h>

const char *remedy_of_proxy(const char *program)
{
	static const struct {
		const char *program, *remedy;
	} all[] = {
		{ "socat",
			"socat gives up 0.5 s after EOF: -t SECONDS is that "
			"time, which must be longer than any think time" },
		{ "ncat",
			"ncat ends a connection at the first EOF; socat -t "
			"SECONDS does not" },
		{ "nginx",
			"proxy_half_close on; in the server of nginx's "
			"stream" },
		{ "node",
			"allowHalfOpen: true, for net.createServer() and for "
			"net.connect()" },
		{ "MainThread",
			"if it is Node: allowHalfOpen: true, for "
			"net.createServer() and for net.connect()" },
		{ "haproxy",
			"haproxy: longer timeout client-fin, server-fin and "
			"tunnel; no option abortonclose" },
		{ "envoy", "Envoy: a longer delayed_close_timeout" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (!strcmp(all[i].program, program))
			return all[i].remedy;
	return NULL;
}

const char *remedy_of_client(const char *command)
{
	const char *slash = strrchr(command, '/');
	const char *program = slash ? slash + 1 : command;

	if (!strncmp(program, "socat", 5))
		return remedy_of_proxy("socat");
	return NULL;
}
