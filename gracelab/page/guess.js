// SPDX-License-Identifier: GPL-3.0-or-later
// What will happen? Questions about the next row, to be answered before it is
// seen. What the experiment does is given; what comes of it is asked.
"use strict";

// What a call gives, as one of few answers.
function kindOfResult(row) {
	const result = row.result;

	if (/^[A-Z]{2}/.test(result))
		return result === "EAGAIN" ? "nothing yet" : result;
	if (/EOF/.test(result))
		return "0: end of file";
	if (/^recv|^read/.test(row.call))
		return "data";
	if (/^(send|write)/.test(row.call))
		return "all is taken";
	return result === "0" ? "0: it succeeds" : result;
}

function resultChoices(row) {
	if (/^recv|^read/.test(row.call))
		return ["data", "0: end of file", "nothing yet", "ECONNRESET"];
	if (/^(send|write)/.test(row.call))
		return ["all is taken", "EPIPE", "ECONNRESET"];
	if (/^accept|^connect/.test(row.call))
		return ["0: it succeeds", "ECONNREFUSED", "ETIMEDOUT"];
	return ["0: it succeeds", "EPIPE", "ENOTCONN"];
}

function kindOfSegment(segment) {
	return segment.replace(/^data \d+/, "data");
}

function segmentChoices(row, states) {
	const other = row.side === "client" ? "server" : "client";
	const began = states.client.size || states.server.size;

	if (!row.side)
		return ["nothing", "FIN from the client", "FIN from the server",
			"data from the client", "data from the server"];
	return ["nothing", ...(began ? ["data", "FIN", "RST"] : ["SYN", "RST"])
		.map((what) => `${what} from the ${row.side}`),
	`RST from the ${other}`];
}

// With the answer, each choice once, in an order that does not tell it.
function among(choices, answer) {
	return [...new Set([...choices, answer])].sort();
}

// The question about a side's state, or null.
function askState(diagram, row, side, before) {
	const from = before.get(row.connection || 0);
	const stays = from ? `still ${from}` : "none yet";
	const now = row.states && row.states[side];

	if (!from && !now || from === "gone")
		return null;
	const began = record.over === "unix" ? "CONNECTED" :
		side === "client" ? "CLOSED" : "LISTEN";
	const next = edgesFrom(diagram, nodeName(from || began))
		.map((edge) => edge.dataset.to);
	const further = next.filter((state) => PASSING.includes(state))
		.flatMap((state) => edgesFrom(diagram, state))
		.map((edge) => edge.dataset.to);

	return { asks: `The ${side}'s state?`, answer: now || stays,
		choices: [stays, ...among([...next, ...further, "gone"],
			now || "gone")].filter((choice, at, all) =>
			all.indexOf(choice) === at) };
}

// What is given of a row.
function given(row) {
	if (!row.call)
		return row.segment && row.event && row.event !== "sent" ?
			`The ${row.from}'s ${row.segment} ` +
			(row.event === "lost" ? "is lost." :
				row.event === "forged" ? "is forged, and arrives." :
					"arrives.") :
			"Nobody calls anything.";
	if (/^(exit|killed|SIG)/.test(row.call))
		return `The ${row.side}'s turn.`;
	const text = row.text !== undefined && !/^recv|^read/.test(row.call) ?
		` "${row.text}"` : "";

	return `The ${row.side} calls ${row.call}${text}.`;
}

// The questions about row `index`: { asks, choices, answer } each.
function questionsAbout(diagram, rows, index) {
	const row = rows[index], states = statesAt(rows, index);
	const arrives = row.event && row.event !== "sent";
	const questions = [];

	if (row.call && row.result !== undefined)
		questions.push({ asks: "What does the call give?",
			answer: kindOfResult(row),
			choices: among(resultChoices(row), kindOfResult(row)) });
	if (!arrives && record.over !== "unix") {
		const answer = row.segment ? kindOfSegment(row.segment) +
			` from the ${row.from}` : "nothing";

		questions.push({ asks: "What goes on the wire?", answer,
			choices: among(segmentChoices(row, states), answer) });
	}
	if (row.segment || row.states || record.over === "unix" && row.call)
		for (const side of SIDES)
			questions.push(askState(diagram, row, side,
				states[side]));
	return questions.filter((question) => question);
}

// Fills the form; the number of questions.
function showQuestions(form, diagram, rows, index) {
	const questions = questionsAbout(diagram, rows, index);

	form.replaceChildren(make("p", "verdict", plain(given(rows[index]))));
	questions.forEach((question, number) => {
		const set = make("fieldset");

		set.append(make("legend", "", question.asks));
		for (const choice of question.choices) {
			const label = make("label"), radio = make("input");

			radio.type = "radio";
			radio.name = "question-" + number;
			radio.value = choice;
			label.append(radio, plain(choice));
			set.append(label);
		}
		set.dataset.answer = question.answer;
		form.append(set);
	});
	return questions.length;
}

// Marks what was chosen: { right, asked } of the questions that were answered.
function markQuestions(form) {
	const marks = { right: 0, asked: 0 };

	for (const set of form.querySelectorAll("fieldset")) {
		const chosen = set.querySelector("input:checked");

		for (const radio of set.querySelectorAll("input")) {
			const is = radio.value === set.dataset.answer;

			if (is)
				radio.parentNode.classList.add("right");
			else if (radio === chosen)
				radio.parentNode.classList.add("wrong");
			radio.disabled = true;
		}
		if (chosen) {
			marks.asked++;
			marks.right += chosen.value === set.dataset.answer;
		}
	}
	return marks;
}
