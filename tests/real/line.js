// SPDX-License-Identifier: GPL-3.0-or-later
// Sends a line, ends its half, and puts out what comes:
//   node line.js HOST PORT CA    with TLS
//   node line.js PATH            by a UNIX socket
"use strict";
const [, , host, port, ca] = process.argv;
const socket = ca
	? require("tls").connect({
			host, port, ca: require("fs").readFileSync(ca),
		})
	: require("net").connect(host);

socket.on("error", (error) => {
	console.error(error.message);
	process.exitCode = 1;
});
socket.pipe(process.stdout);
socket.end("a line\n");
