// SPDX-License-Identifier: GPL-3.0-or-later
// The usual TCP proxy in Node: node proxy.js PORT HOST:PORT ALLOW_HALF_OPEN
"use strict";
const net = require("net");
const [, , port, backend, half] = process.argv;
const allowHalfOpen = half === "true";
const [host, backendPort] = backend.split(":");

net.createServer({ allowHalfOpen }, (client) => {
	const server = net.connect({ host, port: +backendPort, allowHalfOpen });
	client.on("error", () => server.destroy());
	server.on("error", () => client.destroy());
	client.pipe(server);
	server.pipe(client);
}).listen(+port, "127.0.0.1");
