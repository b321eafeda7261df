// SPDX-License-Identifier: GPL-3.0-or-later
// A server in Node that works for a while before it answers:
//   node work.js PORT MILLISECONDS net|net-half|http|http-half
"use strict";
const [, , port, ms, kind] = process.argv;
const answer = "a reply that took its time\n";
let server;

if (kind.startsWith("net")) {
	server = require("net").createServer(
		{ allowHalfOpen: kind === "net-half" }, (socket) => {
			socket.on("error", () => {});
			socket.once("data", () => {
				setTimeout(() => socket.end(answer), +ms);
			});
			// One who allows it must end it also if nothing came.
			socket.on("end", () => {
				if (!socket.bytesRead) socket.end();
			});
		});
} else {
	server = require("http").createServer((request, response) => {
		response.on("error", () => {});
		setTimeout(() => response.end(answer), +ms);
	});
	server.httpAllowHalfOpen = kind === "http-half";
}
server.listen(+port, "127.0.0.1");
