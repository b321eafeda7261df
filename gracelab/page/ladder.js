// SPDX-License-Identifier: GPL-3.0-or-later
// The ladder: rows of calls and states, and the wire between them.
"use strict";

const SIDES = ["client", "server"];

// An element with classes and text; texts are never markup.
function make(name, classes, text) {
	const element = document.createElement(name);

	if (classes)
		element.className = classes;
	if (text !== undefined)
		element.textContent = text;
	return element;
}

// What would drive or turn the text around it is shown by its number.
function plain(text) {
	return text.replace(
		/[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g,
		(c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
}

function classOf(state) {
	switch (state) {
	case "FIN_WAIT1": case "FIN_WAIT2": case "CLOSING": case "SHUT_WR":
		return "active";
	case "CLOSE_WAIT": case "LAST_ACK": case "SHUT_RD":
		return "passive";
	case "TIME_WAIT": case "SHUT_RDWR":
		return "wait";
	case "SYN_SENT": case "SYN_RECV":
		return "begin";
	case "gone": case "CLOSE":
		return "gone";
	}
	return "open";
}

function isBad(row) {
	return /^E(?!AGAIN|INPROGRESS)[A-Z]/.test(row.result || "") ||
		/^(killed|SIG)/.test(row.call);
}

function numbered(row, text) {
	return plain(row.connection ? `[${row.connection}] ${text}` : text);
}

function callText(row) {
	const text = row.text === undefined ? "" : ` "${row.text}"`;
	const result = row.result === undefined ? "" : ` = ${row.result}`;

	return numbered(row, row.call + text + result);
}

// A TLS record in words, as the text ladder has it.
function recordText(record) {
	const inside = record.encrypted &&
		record.type === "application_data" &&
		record.version !== "TLS 1.2" ? "record" : record.type;

	if (record.partial)
		return !record.length ? "part of a header" :
			!record.there ? `header of a record (${record.length} bytes)` :
			`part of a record (${record.there} of ${record.length} bytes)`;
	if (record.encrypted)
		return `encrypted ${inside} (${record.length} bytes)`;
	return record.description ? `${record.type} ${record.description}` :
		record.type;
}

// The connections that rows are about, each a lane; 0 where there is but one.
function lanesOf(rows) {
	const lanes = [...new Set(rows.map((row) => row.connection || 0))];

	if (lanes.length > 1 && lanes.includes(0))
		lanes.splice(lanes.indexOf(0), 1);
	return lanes.sort((a, b) => a - b);
}

function makeBars(row, side, lanes, lit) {
	const bars = make("div", "bars");

	for (const lane of lanes) {
		const of = lanes.includes(row.connection || 0) ?
			row.connection || 0 : lanes[0];
		const change = of === lane && row.states && row.states[side];

		if (change)
			lit.set(side + lane, change);
		const state = lit.get(side + lane);
		const bar = make("div", state ? "bar " + classOf(state) : "bar",
			change ? numbered(row, change) : "");

		if (change)
			bar.classList.add("fresh");
		bars.append(bar);
	}
	return bars;
}

function makeCall(row, side) {
	const call = make("div", "call " + side,
		row.call && row.side === side ? callText(row) : "");
	const state = row.states && row.states[side];

	if (row.call && row.side === side && isBad(row))
		call.classList.add("bad");
	if (row.call && row.side === side && row.records)
		call.append(make("span", "records",
			row.records.map(recordText).join(", ")));
	if (state) {
		if (call.textContent)
			call.append(make("br", "chip"));
		call.append(make("span", "chip " + classOf(state),
			numbered(row, state)));
	}
	return call;
}

function makeRow(row, lanes, lit) {
	const line = make("div", row.failed ? "row failed" : "row");

	line.append(makeCall(row, "client"),
		makeBars(row, "client", lanes, lit), make("div", "wire"),
		makeBars(row, "server", lanes, lit), makeCall(row, "server"));
	return line;
}

function buildLadder(root, rows, between) {
	const heads = make("div", "heads"), lit = new Map();
	const lanes = lanesOf(rows);

	for (const text of ["client", "", between, "", "server"])
		heads.append(make("span", "", text));
	root.append(heads);
	const lines = rows.map((row) => makeRow(row, lanes, lit));

	root.append(...lines);
	return lines;
}

function svg(name, attributes, text) {
	const element =
		document.createElementNS("http://www.w3.org/2000/svg", name);

	for (const [key, value] of Object.entries(attributes))
		element.setAttribute(key, value);
	if (text !== undefined)
		element.textContent = text;
	return element;
}

// Where the wire's ends are in a row.
function placeOf(line, box) {
	const wire = line.querySelector(".wire").getBoundingClientRect();
	const left = wire.left - box.left + 3, right = wire.right - box.left - 3;

	return { client: left, server: right, middle: (left + right) / 2,
		y: wire.top - box.top + wire.height / 2 };
}

// The row in which a segment that waited was sent, or -1.
function rowOfDeparture(rows, id) {
	return rows.findIndex(
		(row) => row.segment_id === id && row.event === "sent");
}

// Whether one that waits has arrived or was lost in a row before `shown`.
function isOver(rows, id, shown) {
	return rows.slice(0, shown).some((row) => row.segment_id === id &&
		row.event !== "sent");
}

function drawTip(at, from, classes) {
	const angle = Math.atan2(at.y - from.y, at.x - from.x);
	const point = (turn) => `${at.x - 12 * Math.cos(angle + turn)},` +
		`${at.y - 12 * Math.sin(angle + turn)}`;

	return svg("polygon", { class: "tip " + classes,
		points: `${at.x},${at.y} ${point(0.42)} ${point(-0.42)}` });
}

function drawEnd(to, from, row, classes) {
	if (row.event === "lost")
		return [-1, 1].map((turn) => svg("line", { class: "cross",
			x1: to.x - 7, y1: to.y - 7 * turn,
			x2: to.x + 7, y2: to.y + 7 * turn }));
	if (row.event === "sent")
		return [svg("circle", { class: "tip " + classes, r: 5,
			cx: to.x, cy: to.y })];
	return [drawTip(to, from, classes)];
}

// A segment as far as it has come when `shown` rows are shown; null where
// another row draws it.
function drawSegment(rows, index, places, shown) {
	const row = rows[index], receiver = SIDES[1 - SIDES.indexOf(row.from)];
	const waits = row.event === "sent";
	const left = row.segment_id && !waits ?
		rowOfDeparture(rows, row.segment_id) : index;
	const here = places[waits ? shown - 1 : index];
	const start = places[left < 0 ? index : left];

	if (waits && isOver(rows, row.segment_id, shown))
		return null;
	const from = { x: start[row.from], y: start.y };
	const halfway = waits || row.event === "lost";
	const to = { x: halfway ? here.middle : here[receiver], y: here.y };
	const classes = (row.segment.includes("RST") ? "rst" : "") +
		(row.event === "forged" ? " forged" : "");
	const group = svg("g", { class: "segment", "data-row": index,
		"data-fate": row.event || "at-once" });
	// Two that cross keep their names apart.
	const part = halfway ? 0.5 : from.y === to.y ? 0.5 : 0.3;

	group.append(svg("line", { class: classes + (waits ? " waits" : ""),
		x1: from.x, y1: from.y, x2: to.x, y2: to.y }),
		...drawEnd(to, from, row, classes),
		svg("text", { class: classes,
			x: from.x + (to.x - from.x) * part,
			y: from.y + (to.y - from.y) * part - 6 },
		numbered(row.call ? {} : row,
			row.segment + (row.copy ? " copy" : ""))));
	return group;
}

function drawWires(root, lines, rows, shown) {
	const box = root.getBoundingClientRect();
	const places = lines.slice(0, shown).map((line) => placeOf(line, box));
	const wires = svg("svg", { id: "wires" });

	for (let i = 0; i < shown; i++) {
		const group = rows[i].segment &&
			drawSegment(rows, i, places, shown);

		if (group)
			wires.append(group);
	}
	for (const old of root.querySelectorAll("#wires"))
		old.remove();
	root.append(wires);
}
