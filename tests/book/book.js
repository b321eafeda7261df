// SPDX-License-Identifier: GPL-3.0-or-later
// The search of the book's index: all words must stand in an entry.
"use strict";

const search = document.getElementById("search");

function find() {
	const words = search.value.toLowerCase().split(/\s+/)
		.filter((word) => word);
	let shown = 0;

	for (const card of document.querySelectorAll(".card")) {
		const text = card.textContent.toLowerCase();

		card.hidden = !words.every((word) => text.includes(word));
		shown += !card.hidden;
	}
	for (const section of document.querySelectorAll("section section"))
		section.hidden = !section.querySelector(".card:not([hidden])");
	for (const id of ["begin", "map"])
		document.getElementById(id).hidden = words.length > 0;
	document.getElementById("found").textContent =
		words.length ? `${shown} found` : "";
}

if (search) {
	search.addEventListener("input", find);
	document.addEventListener("keydown", (event) => {
		if (event.key !== "/" || event.target === search)
			return;
		event.preventDefault();
		search.focus();
	});
	find();
}
