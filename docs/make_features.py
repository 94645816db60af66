"""Write docs/features.md from the table of definitions: python docs/make_features.py."""

from itertools import groupby
from pathlib import Path

from sklearn_vartl.features import feature_definitions

PAGE = Path(__file__).with_name("features.md")

HEAD = """\
# Features

What `LightCurveFeatures` computes, by family. A star has `n` points at times `t_i` (days, sorted)
with magnitudes `m_i` and errors `e_i`, and spans the time `T`. The last column names the sets a
feature belongs to: `LightCurveFeatures("vartl")` computes a set, `LightCurveFeatures(["period",
"r21"])` what is named. Names that begin with `upsilon:` are those of the reference library,
UPSILoN-T, computed as it does; within the set `"upsilon"` they lose the prefix.

This page is made by `python docs/make_features.py`.
"""


def page():
    """The whole page as text."""
    definitions = sorted(feature_definitions("all"), key=lambda entry: entry.family)
    parts = [HEAD]
    for family, entries in groupby(definitions, key=lambda entry: entry.family):
        parts.append(f"\n## {family.replace('_', ' ').capitalize()}\n")
        parts.append("| name | what it is | formula | sets |\n|---|---|---|---|")
        parts.extend(row(entry) for entry in entries)
    return "\n".join(parts) + "\n"


def row(entry):
    """One line of a table, in which a bar would end the cell."""
    formula = "$`" + entry.formula.replace("|", r"\vert ") + "`$" if entry.formula else ""
    return f"| `{entry.name}` | {entry.definition} | {formula} | {', '.join(entry.sets)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
