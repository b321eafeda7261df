// SPDX-License-Identifier: GPL-3.0-or-later
// The diagram of TCP's states: where both ends are, and the way they came.
"use strict";

// States that the peer's kernel ends without anybody's doing: a row may pass
// through them.
const PASSING = ["SYN_SENT", "SYN_RECV", "FIN_WAIT1", "CLOSING", "LAST_ACK"];

function nodeName(state) {
	return state === "CLOSE" ? "gone" : state;
}

function edgesFrom(diagram, state) {
	return [...diagram.querySelectorAll(`.edge[data-from="${state}"]`)];
}

// The edges from a state to another, the fewest, through passing states alone;
// null if there is no such way.
function wayBetween(diagram, from, to) {
	const ways = [[from, []]];
	const seen = new Set();

	while (ways.length) {
		const [state, edges] = ways.shift();

		for (const edge of edgesFrom(diagram, state)) {
			const next = edge.dataset.to;

			if (next === to)
				return [...edges, edge];
			if (PASSING.includes(next) && !seen.has(next))
				ways.push([next, [...edges, edge]]);
			seen.add(next);
		}
	}
	return null;
}

// The states behind `shown` rows: of each side a map from connection to state.
function statesAt(rows, shown) {
	const states = { client: new Map(), server: new Map() };

	for (const row of rows.slice(0, shown))
		for (const side of SIDES)
			if (row.states && row.states[side])
				states[side].set(row.connection || 0,
					row.states[side]);
	return states;
}

function lightWay(diagram, row, side, before) {
	const began = side === "client" ? "CLOSED" : "LISTEN";
	const now = row.states && row.states[side];

	// A RST takes no way of the diagram.
	if (!now || /RST/.test(row.segment || ""))
		return;
	for (const edge of wayBetween(diagram, nodeName(before || began),
		nodeName(now)) || [])
		edge.classList.add(side);
}

function sayStates(line, states) {
	line.replaceChildren();
	for (const side of SIDES) {
		const said = [...states[side]].map(([connection, state]) =>
			(connection ? `[${connection}] ` : "") + plain(state));

		if (line.childNodes.length)
			line.append(" \u00b7 ");
		line.append(make("span", side, side),
			" " + (said.join(", ") || "\u2013"));
	}
}

// Lights what is so behind `shown` rows.
function lightStates(diagram, line, rows, shown) {
	const states = statesAt(rows, shown);

	for (const lit of diagram.querySelectorAll(".node, .edge"))
		lit.classList.remove(...SIDES);
	for (const side of SIDES)
		for (const node of diagram.querySelectorAll(".node"))
			if ([...states[side].values()].map(nodeName)
				.includes(node.dataset.state))
				node.classList.add(side);
	if (shown)
		for (const side of SIDES)
			lightWay(diagram, rows[shown - 1], side,
				statesAt(rows, shown - 1)[side].get(
					rows[shown - 1].connection || 0));
	sayStates(line, states);
}
