// SPDX-License-Identifier: GPL-3.0-or-later
// The page: which step it is at, and what moves it. Nothing moves by itself.
"use strict";

const byId = (id) => document.getElementById(id);
const record = JSON.parse(byId("record").textContent);

// How many lines a terminal has behind `shown` rows.
function linesAt(rows, actor, shown) {
	return rows.slice(0, shown).reduce((most, row) =>
		Math.max(most, row.lines && row.lines[actor] || 0), 0);
}

// Each terminal as it was, what is new marked.
function showTerminals(rows, shown) {
	for (const screen of document.querySelectorAll("pre[data-actor]")) {
		const actor = screen.dataset.actor;
		const text = record.terminals[actor] || "";
		const lines = text.replace(/\n$/, "").split("\n");
		const end = shown === rows.length ? lines.length :
			linesAt(rows, actor, shown);
		const before = shown ? linesAt(rows, actor, shown - 1) : 0;

		screen.replaceChildren();
		lines.slice(0, end).forEach((line, at) => screen.append(
			make("span", shown < rows.length && at >= before ? "new" : "",
				plain(line) + "\n")));
		screen.scrollTop = screen.scrollHeight;
	}
}

// A row in a sentence, of the words that stand in the table.
function sentence(index) {
	const cells = [...byId("words").tBodies[0].rows[index].cells]
		.map((cell) => cell.textContent);
	const [, client, clientState, wire, serverState, server] = cells;
	const parts = [client && `the client: ${client}`,
		server && `the server: ${server}`, wire,
		clientState && `the client is ${clientState} now`,
		serverState && `the server is ${serverState} now`];

	return `Row ${index + 1}: ${parts.filter((part) => part).join("; ") ||
		"nothing changes"}.`;
}

function startPage(rows) {
	const root = byId("ladder"), diagram = byId("diagram");
	const form = byId("guess"), lines = buildLadder(root, rows,
			record.over === "unix" ? "UNIX socket" : "wire");
	let shown = 0, asks = false, asked = -1, right = 0, answered = 0;

	function draw() {
		lines.forEach((line, at) => {
			line.hidden = at >= shown;
			line.classList.toggle("now", at === shown - 1);
		});
		drawWires(root, lines, rows, shown);
		lightStates(diagram, byId("lit"), rows, shown);
		showTerminals(rows, shown);
		byId("now").textContent = shown ? sentence(shown - 1) :
			`${rows.length} rows: \u201cnext\u201d, the right arrow ` +
			"or the space bar shows the first.";
		byId("place").textContent = `${shown} / ${rows.length}`;
		byId("first").disabled = byId("back").disabled = !shown;
		byId("next").disabled = byId("last").disabled =
			shown === rows.length;
		byId("next").textContent = asked === shown ? "see" : "next";
		if (shown)
			lines[shown - 1].scrollIntoView({ block: "nearest" });
	}

	function go(to) {
		shown = Math.min(Math.max(to, 0), rows.length);
		asked = -1;
		form.hidden = true;
		history.replaceState(null, "", "#" + shown);
		draw();
	}

	function ask() {
		if (!showQuestions(form, diagram, rows, shown))
			return false;
		asked = shown;
		form.hidden = false;
		draw();
		form.scrollIntoView({ block: "nearest" });
		return true;
	}

	function see() {
		const marks = markQuestions(form);

		right += marks.right;
		answered += marks.asked;
		go(shown + 1);
		form.hidden = false;
		if (answered)
			form.append(make("p", "verdict",
				`${right} of ${answered} right so far`));
		lines[shown - 1].scrollIntoView({ block: "start" });
	}

	function next() {
		if (shown === rows.length)
			return;
		if (asks && asked === shown)
			see();
		else if (!asks || !ask())
			go(shown + 1);
	}

	function toggle() {
		asks = !asks;
		byId("ask").setAttribute("aria-pressed", asks);
		if (!asks || shown === rows.length || !ask())
			go(shown);
	}

	const acts = {
		first: () => go(0), back: () => go(shown - 1), next,
		last: () => go(rows.length), ask: toggle,
	};
	const keys = {
		ArrowRight: "next", PageDown: "next", " ": "next", n: "next",
		ArrowLeft: "back", PageUp: "back", p: "back", Home: "first",
		End: "last", g: "ask",
	};

	for (const [id, act] of Object.entries(acts))
		byId(id).addEventListener("click", act);
	document.addEventListener("keydown", (event) => {
		// A choice, a button or a terminal has keys of its own.
		const own = event.target.closest("input, button, summary, pre") &&
			[" ", "ArrowLeft", "ArrowRight", "PageUp", "PageDown",
				"Home", "End"].includes(event.key) &&
			(event.key === " " || !event.target.closest("button"));

		if (own || event.ctrlKey || event.altKey || event.metaKey ||
			!keys[event.key])
			return;
		event.preventDefault();
		acts[keys[event.key]]();
	});
	form.addEventListener("submit", (event) => event.preventDefault());
	window.addEventListener("resize", draw);
	window.addEventListener("hashchange", () =>
		go(Number(location.hash.slice(1)) || 0));
	for (const [event, prints] of [["beforeprint", true],
		["afterprint", false]])
		window.addEventListener(event, () => {
			const before = shown;

			document.documentElement.classList.toggle("prints", prints);
			shown = prints ? rows.length : shown;
			draw();
			shown = before;
			if (!prints)
				draw();
		});
	byId("in-words").open = false;
	go(Number(location.hash.slice(1)) || 0);
}

function shade() {
	const root = document.documentElement;
	const dark = root.dataset.shade ? root.dataset.shade === "dark" :
		matchMedia("(prefers-color-scheme: dark)").matches;

	root.dataset.shade = dark ? "light" : "dark";
}

if (record && record.ladder && record.ladder.length) {
	document.documentElement.classList.add("runs");
	startPage(record.ladder);
	byId("shade").addEventListener("click", shade);
	document.addEventListener("keydown", (event) => {
		if (event.key === "d" && !event.ctrlKey && !event.metaKey)
			shade();
	});
}
