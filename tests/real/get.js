// SPDX-License-Identifier: GPL-3.0-or-later
// Gets an address as the manual of Node has it, and puts the body out.
"use strict";
const http = require("http");

http.get(process.argv[2], (response) => {
	response.on("error", (error) => {
		console.error(error.message);
		process.exitCode = 1;
	});
	response.pipe(process.stdout);
}).on("error", (error) => {
	console.error(error.message);
	process.exitCode = 1;
});
