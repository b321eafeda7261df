/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "svg_style.h"

/*
 * Light and dark, and told apart by lightness too, for print in grey; each
 * span bears its name besides. Not every renderer has variables, so the dark
 * colours are said again.
 */
const char svg_style[] =
	"text{font-family:'DejaVu Sans',Verdana,sans-serif;font-size:14px;"
	"fill:#1d2733}\n"
	".mono{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace;"
	"font-size:13px}\n"
	".page{fill:#ffffff}\n"
	".title{font-size:19px;font-weight:bold}\n"
	".asks{font-size:14px;fill:#4a5a6a}\n"
	".head{font-size:15px;font-weight:bold}\n"
	".foot,.lane{font-size:12px;fill:#5d6c7b}\n"
	".line{stroke:#9aa7b4;stroke-width:1.5;stroke-dasharray:3 5}\n"
	/* Arrows, their tips and texts; texts keep clear of what they cross. */
	".arrow{stroke:#1d2733;stroke-width:2;fill:none}\n"
	".tip{fill:#1d2733}\n"
	".rst{stroke:#c3142d;stroke-width:4;fill:none}\n"
	".rsttip{fill:#c3142d}\n"
	".forged{stroke:#7a3fb0;stroke-width:2.5;stroke-dasharray:7 5;"
	"fill:none}\n"
	".forgedtip{fill:#7a3fb0}\n"
	".rst.forged{stroke:#c3142d;stroke-width:4;stroke-dasharray:9 6}\n"
	".rst.ring,.forged.ring{stroke-width:2.5;stroke-dasharray:none}\n"
	".waits{stroke-dasharray:2 5}\n"
	".cross{stroke-width:3}\n"
	".label,.note{stroke:#ffffff;stroke-width:5px;stroke-linejoin:round;"
	"paint-order:stroke}\n"
	".rstlabel{fill:#c3142d;font-weight:bold;font-size:15px}\n"
	".forgedlabel{fill:#7a3fb0;font-weight:bold}\n"
	".note{font-size:12px;font-style:italic;fill:#5d6c7b}\n"
	/* Calls and failures. */
	".bad{fill:#c3142d;font-weight:bold}\n"
	".failed{fill:#c3142d;fill-opacity:0.13}\n"
	/* States. */
	".state{font-size:12px;font-weight:bold;fill:#10202e}\n"
	".span{stroke:#ffffff;stroke-width:1.5}\n"
	".begin{fill:#e3f1f9}\n"
	".open{fill:#bfe0f2}\n"
	".active{fill:#e8944a}\n"
	".passive{fill:#cdb8e8}\n"
	".wait{fill:#e9edf0}\n"
	"@media (prefers-color-scheme: dark){\n"
	"text{fill:#e4ebf2}.page{fill:#141b23}\n"
	".asks,.foot,.lane,.note{fill:#a9b7c4}\n"
	".line{stroke:#5d6c7b}.arrow{stroke:#e4ebf2}.tip{fill:#e4ebf2}\n"
	".rst,.rst.forged{stroke:#ff6b7d}\n"
	".rsttip,.rstlabel,.bad,.failed{fill:#ff6b7d}\n"
	".forged{stroke:#c79bf0}.forgedtip,.forgedlabel{fill:#c79bf0}\n"
	".label,.note{stroke:#141b23}.span{stroke:#141b23}\n"
	".state{fill:#10202e}\n"
	"}\n";
