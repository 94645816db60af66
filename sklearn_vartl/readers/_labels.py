"""Tables of labels: a row a star, with columns of identifiers and of classes among any others."""

import re
import shlex

from .._validation import is_missing_label, warn_user
from ..light_curves import plain_array
from ._layout import layout_of
from ._names import NUMBER, STAR_NAMES
from ._text import read_columns
from ._units import base_name


def read_labels(path, columns=None, stars=None):
    """A table of labels: those of the stars that have one, by identifier, both as text.

    Separators, comments and encoding are found out, and the columns may be called as among light curves, "label" also
    "class" or "type"; `columns` names those of "id" and "label" that are called otherwise, as "column1" in a table
    without a header. `stars` are the identifiers that want labels: where the usual column of identifiers names none
    of them, the one that names most is taken, with a warning.
    """
    columns = columns or {}
    layout, names = _labels_layout(path, columns)
    star, label = _of_labels(names, columns)
    if None in (star, label) and layout.comments and not columns:
        # The names in a comment, as text files have them.
        bare = layout_of(path, header=False)
        if bare.names and None not in _of_labels(bare.names, columns):
            layout, names = bare, bare.names
            star, label = _of_labels(names, columns)
    if "id" not in columns and stars is not None and label is not None and layout.rows:
        star = _naming(path, layout, names, label, star, stars)
    if None in (star, label):
        raise ValueError(_lacking(path, layout, names, star, label))
    if not layout.rows:
        return {}
    try:
        table = read_columns(path, layout, names, {star, label})
    except ValueError as error:
        raise ValueError(f"{path}: {error}; a label with a comma in it stands in quotes") from error
    labels = {}
    for own, given in zip(plain_array(table[star]), plain_array(table[label]), strict=True):
        if own is None or is_missing_label(given):
            continue
        if labels.setdefault(own, given) != given:
            raise ValueError(f"{path} gives the star {own!r} two different labels")
    return _of_one_spelling(labels)


def _labels_layout(path, columns):
    """How a table of labels is laid out, and its columns, among which are those that the user names."""
    by_place = any(re.fullmatch(r"column\d+", name) for name in columns.values())
    try:
        layout = layout_of(path, header=not by_place)
    except ValueError as error:
        reason = str(error).split(". ")[0]
        raise ValueError(f"{path} is no CSV table: {reason}; write the labels as CSV") from error
    names = layout.names or []
    if by_place:
        width = max((len(row) for row in layout.rows), default=0)
        names = [f"column{place}" for place in range(1, width + 1)]
    if (
        not names
        or not all(name.isprintable() for name in names)
        or names[0].startswith(("[{", "{"))
    ):
        raise ValueError(f"{path} is no CSV table of labels")
    if missing := [name for name in columns.values() if name not in names]:
        raise ValueError(f"{path} has no column {missing[0]}; its columns are {', '.join(names)}")
    return layout, names


def _lacking(path, layout, names, star, label):
    """What to say of a table of labels without one of its two columns."""
    lacking = [what for what, found in (("object_id", star), ("label", label)) if found is None]
    unlike = {
        name: _unlike_classes([row[place] for row in layout.rows if place < len(row)])
        for place, name in enumerate(names)
    }
    # Coordinates and magnitudes are neither classes nor names.
    free = sorted((name for name in names[1:] if name != star), key=unlike.get)
    label = label or next((name for name in free if not unlike[name][0]), "LABEL")
    first = [star or min((n for n in names if n != label), key=lambda n: unlike[n][0]), label]
    # A class that comes again among the rows is no name of a column.
    if any(first[1] in row for row in layout.rows):
        first = ["column1", "column2"]
    say = shlex.quote("id={},label={}".format(*first))
    return (
        f"{path} has no column {' and no column '.join(lacking)}; its columns are {', '.join(names)}"
        + (f": say --label-columns {say}" if len(names) > 1 else "")
    )


def _unlike_classes(cells):
    """How little cells look like classes, to sort by: decimals least, then what never comes again, then numbers."""
    some = [cell.strip() for cell in cells if not is_missing_label(cell)]
    numbers = all(NUMBER.fullmatch(cell) for cell in some) and bool(some)
    decimals = numbers and not all(re.fullmatch(r"[+-]?\d+", cell) for cell in some)
    share = len({*some}) / max(len(some), 1)
    return decimals, share == 1, numbers, share


def _naming(path, layout, names, label, usual, stars):
    """The column of a table that names stars: the usual one, unless it names none of them and another does."""
    try:
        table = read_columns(path, layout, names, set(names))
    except ValueError:
        return usual
    known = {str(star).strip() for star in plain_array(stars).tolist()}
    named = {n: len(known & set(map(str, plain_array(table[n])))) for n in names if n != label}
    if named.get(usual, 0) or not max(named.values(), default=0):
        return usual
    best = max(named, key=named.get)
    warn_user(f"{path}: the column {best} names the stars")
    return best


def _of_one_spelling(labels):
    """Labels that are numbers, written as 1 here and as 1.0 there, as the same number."""
    words = {label: re.sub(r"\.0*$", "", label) for label in labels.values()}
    whole = all(re.fullmatch(r"[+-]?\d+(?:\.0*)?", label) for label in words)
    if not whole or len(set(words.values())) == len(words):
        return labels
    return {star: words[label] for star, label in labels.items()}


def _of_labels(names, columns):
    """The columns of identifiers and labels, as given or by their names; None where there is none."""
    bases = {base_name(name): name for name in reversed(names)}
    words = "label labels class classname vartype variabilitytype type classification otype".split()
    star = columns.get("id", next((bases[b] for b in STAR_NAMES["id"] if b in bases), None))
    return star, columns.get("label", next((bases[base] for base in words if base in bases), None))
