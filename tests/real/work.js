// SPDX-License-Identifier: GPL-3.0-or-later
// A server in Node that works for a while before it answers:
//   node work.js PORT|PATH MILLISECONDS net|net-half|tls|tls-half|http|http-half
// With TLS the certificate is in cert.pem and key.pem.
"use strict";
const [, , port, ms, kind] = process.argv;
const answer = "a reply that took its time\n";
let server;

if (kind.startsWith("net") || kind.startsWith("tls")) {
	const options = { allowHalfOpen: kind.endsWith("-half") };
	const tls = kind.startsWith("tls");

	if (tls)
		for (const file of ["cert", "key"])
			options[file] = require("fs").readFileSync(file + ".pem");
	server = require(tls ? "tls" : "net").createServer(
		options, (socket) => {
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
server.listen(port.startsWith("/") ? { path: port, backlog: 128 } :
	{ port: +port, host: "127.0.0.1" });
