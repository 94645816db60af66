"""The page: HTML from texts, tables and figures, with nothing loaded from elsewhere."""

from base64 import b64encode
from html import escape
from io import BytesIO

_STYLE = """
:root { color-scheme: light; --ink: #1b2430; --soft: #5b6673; --line: #dfe4ea; --accent: #1f5fa8; }
* { box-sizing: border-box; }
body { margin: 0; background: #f5f7f9; color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.25rem; margin: 0 0 .75rem; }
.lead { color: var(--soft); margin: 0 0 1.5rem; }
section { background: #fff; border: 1px solid var(--line); border-radius: .6rem;
  padding: 1.1rem 1.2rem; margin: 0 0 1.2rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .8rem; }
.tile { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
.tile b { display: block; font-size: 1.5rem; line-height: 1.3; color: var(--accent); }
.tile span { color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 0; }
figure img { max-width: 100%; height: auto; display: block; margin: 0 auto; }
figcaption { color: var(--soft); font-size: .88rem; margin-top: .4rem; }
.stars { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; }
p:last-child { margin-bottom: 0; }
"""


def page(title, lead, sections):
    """A whole HTML document.

    Parameters
    ----------
    title, lead : str
        Plain text.
    sections : list of (str, str)
        Heading, and HTML of the section.
    """
    body = "".join(
        f"<section><h2>{escape(heading)}</h2>{content}</section>" for heading, content in sections
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # An empty icon, lest the browser ask a server for one.
        '<link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f'<body><main><h1>{escape(title)}</h1><p class="lead">{escape(lead)}</p>'
        f"{body}</main></body></html>\n"
    )


def tiles(values):
    """Large numbers with a caption each, from a dict of caption to text."""
    each = (
        f'<div class="tile"><b>{escape(v)}</b><span>{escape(k)}</span></div>' for k, v in values
    )
    return f'<div class="tiles">{"".join(each)}</div>'


def table(header, rows):
    """A table; numbers stand to the right.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequences of str, int, float or None
    """
    rows = [list(row) for row in rows]
    numeric = [
        any(isinstance(row[k], int | float) for row in rows)
        and all(row[k] is None or isinstance(row[k], int | float) for row in rows)
        for k in range(len(header))
    ]
    kinds = [' class="number"' if number else "" for number in numeric]
    head = "".join(f"<th{kind}>{escape(h)}</th>" for h, kind in zip(header, kinds, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{_text(v)}</td>" for v, kind in zip(row, kinds, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def paragraph(text):
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def figure(drawn, caption, alt, *, dpi=110):
    """A matplotlib figure as an image inside the page; the figure is closed.

    Parameters
    ----------
    drawn : matplotlib Figure
    caption, alt : str
        Text below the image, and for those who do not see it.
    """
    import matplotlib.pyplot as plt

    buffer = BytesIO()
    drawn.savefig(buffer, format="png", dpi=dpi)
    plt.close(drawn)
    data = b64encode(buffer.getvalue()).decode()
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{escape(alt)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _text(value):
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, int):
        return f"{value:,}"
    return escape(str(value))
