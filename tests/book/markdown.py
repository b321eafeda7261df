# SPDX-License-Identifier: GPL-3.0-or-later
"""The Markdown of transcripts/*.md as HTML: no more than these pages have."""

import html
import re


def inline(text, link):
    """Code, bold and links; link(address) is where one leads, or None."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        f"<code>{html.escape(part[1:-1])}</code>"
        if part.startswith("`") and len(part) > 1 else _plain(part, link)
        for part in parts)


def _plain(text, link):
    def linked(found):
        address = link(html.unescape(found.group(2)))
        return f'<a href="{html.escape(address)}">{found.group(1)}</a>' \
            if address else found.group(1)
    text = html.escape(text, quote=True)
    text = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", linked, text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"(?<!\w)\*(\S[^*]*)\*", r"<em>\1</em>", text)


def cells(line):
    """The cells of a table's line."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table(lines, link):
    """A table, with a heading."""
    head, *rows = [cells(line) for line in lines
                   if not re.fullmatch(r"[|\s:-]+", line)]
    said = "".join(f'<th scope="col">{inline(cell, link)}</th>'
                   for cell in head)
    body = "".join(
        "<tr>" + f'<th scope="row">{inline(row[0], link)}</th>' +
        "".join(f"<td>{inline(cell, link)}</td>" for cell in row[1:]) +
        "</tr>\n" for row in rows)
    return (f'<div class="wide"><table><thead><tr>{said}</tr></thead>\n'
            f'<tbody>{body}</tbody></table></div>')


def blocks(text):
    """The parts between empty lines; what is indented stays together."""
    found = []
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        if part.startswith("    ") and found and found[-1].startswith("    "):
            found[-1] += "\n\n" + part
        elif part.strip():
            found.append(part)
    return found


def _block(part, link, image):
    picture = re.fullmatch(r"!\[([^\]]*)\]\(([^)]*)\)", part.strip())
    heading = re.fullmatch(r"(#+) (.*)", part.strip())
    if picture:
        return image(picture.group(1), picture.group(2))
    if heading:
        rank = len(heading.group(1))
        return f"<h{rank}>{inline(heading.group(2), link)}</h{rank}>"
    if part.startswith("    "):
        lines = [line[4:] for line in part.split("\n")]
        return f'<pre class="shown">\n{html.escape(chr(10).join(lines))}</pre>'
    if part.startswith("|"):
        return table(part.split("\n"), link)
    if re.match(r"1\. ", part):
        items = re.split(r"\n?^\d+\. ", part, flags=re.M)[1:]
        return "<ol>" + "".join(f"<li>{inline(item, link)}</li>"
                                for item in items) + "</ol>"
    return f"<p>{inline(part, link)}</p>"


def convert(text, link, image=lambda alt, path: ""):
    """The HTML of a page's text."""
    return "\n".join(_block(part, link, image) for part in blocks(text))
