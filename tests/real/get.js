// SPDX-License-Identifier: GPL-3.0-or-later
// Gets an address as the manual of Node has it, and puts the body out:
//   node get.js URL [CA]
"use strict";
const [, , url, ca] = process.argv;
const options = ca ? { ca: require("fs").readFileSync(ca) } : {};

require(ca ? "https" : "http").get(url, options, (response) => {
	response.on("error", (error) => {
		console.error(error.message);
		process.exitCode = 1;
	});
	response.pipe(process.stdout);
}).on("error", (error) => {
	console.error(error.message);
	process.exitCode = 1;
});
