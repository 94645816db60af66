"""How a table of text is laid out: encoding, separator, decimals, comments, header, units.

All of it is found out from the first lines. Without a header the columns are named by their places,
as far as their values can be times, magnitudes and errors.
"""

import csv
import re
from functools import partial
from itertools import zip_longest

import numpy as np

from ._columns import resolve
from ._compressed import HEAD, decoded, head_of
from ._names import (
    COMMENT,
    DECIMAL_COMMA,
    NUMBER,
    NoLightCurves,
    is_comment,
    is_rule,
    is_value,
)
from ._places import by_place
from ._presets import recognised
from ._units import CONVERTED_UNITS, END_OF_FILE, base_name

BLANKS = r"\s+"


class Layout:
    """How a file of text lays out its table."""

    encoding: str
    delimiter: str  # a character, or blanks of any number
    decimal: str  # "." or ","
    names: list | None  # columns by the header; None where there is none
    units: dict  # by column, where a line below the header tells them
    n_skipped: int  # lines before the first of the data
    comment: str | None  # what opens comments among the data
    comments: list  # lines of comment before the data
    among: list  # those between the rows that differ by one word from one of them
    rows: list  # cells of the first rows
    cut: bool  # whether the last row is shorter than the others, and its line has no end
    headed: bool  # whether a row, and not a comment, names the columns
    multiline: bool  # whether a cell goes on in the next line

    def __init__(self, lines, encoding, header=None):
        self.encoding, self.units, self.names, self.cut = encoding, {}, None, False
        numbered, self.multiline = _joined(list(enumerate(lines)))
        told = _told_separator(numbered)
        if numbered and _SEPARATOR_LINE.fullmatch(numbered[0][1].strip()):
            numbered = numbered[1:]
        body = self._without_comments(numbered)
        self.delimiter, self.decimal = _separators([line for _, line in body[:200]], told)
        kept = [(i, line, self.cells(line)) for i, line in body[:2000] if not is_rule(line)]
        # Rows of separators alone are what spreadsheets leave below a title.
        kept = [each for each in kept if any(each[2])]
        rows = [cells for _, _, cells in kept]
        top = self._read_header([line for _, line, _ in kept], rows, header)
        if top < len(kept):
            self.n_skipped = kept[top][0]
        else:
            # No row is left: all lines are passed.
            self.n_skipped = body[-1][0] + 1 if body else len(lines)
        # Rows without anything, as spreadsheets leave them behind the last.
        self.rows = [row for row in rows[top:] if any(row)]
        self.headed = self.names is not None
        if self.names is None and self.rows:
            self.names = self._commented_names(max(len(row) for row in self.rows))
        elif self.names is None and self.comments:
            self.names = _words_of(self.comments[-1].strip().lstrip("#%!/\\ "))
        if self.names and self.rows:
            self.names = _with_row_names(self.names, self.rows)

    def _without_comments(self, numbered):
        """The lines without comments: those before the data are kept, and what opens the others is found out."""
        self.comments = []
        for place, (_, line) in enumerate(numbered):
            title = _is_one_word(line) and any(is_comment(n[1]) for n in numbered[place + 1 :][:1])
            if not (is_comment(line) or title):
                break
            self.comments.append(line.rstrip("\r\n"))
        body, marks, words = [], set(), []
        for i, line in numbered[len(self.comments) :]:
            if not is_comment(line):
                body.append((i, line))
            elif found := COMMENT.match(line):
                marks.add(found[1])
                words.append((len(body), line.strip()))
        self.among = [
            line for place, line in words
            if place < len(body) and any(map(partial(_is_sister, line), self.comments))
        ]  # fmt: skip
        self.comment = next((mark for mark in ("#", "%", "!") if mark in marks), None)
        if self.comment is None:
            self.comment = _inline_mark([line for _, line in body[:2000]])
        if self.comment is None or marks:
            return body
        return [(i, line.partition(self.comment)[0].rstrip()) for i, line in body]

    def _read_header(self, lines, rows, header):
        """Take names and units from the rows above the data, and tell how many these are."""
        if self.delimiter == BLANKS and _names_between_commas(rows):
            header, n_titles = True, 0
        else:
            n_titles = _n_single(rows) if header else _n_titles(rows)
        top = n_titles + _are_places(rows[n_titles:])
        if top == len(rows) or not (header or header is None and _is_header(rows[top:])):
            return top
        names = self._header_cells(lines[top], rows[top:])
        levels = n_titles > 0 and _are_twins(names)
        if levels:
            names = _two_levels(rows[top - 1], names)
        units = []
        while (top := top + 1) < len(rows) and _is_below_header(rows[top:], levels):
            below = rows[top]
            if levels and not any(below[1:]):
                # The name of the index, as pandas writes it.
                names[0] = below[0]
            elif _are_twins(names):
                names, levels = _two_levels(names, below), True
            else:
                units.append([cell.strip("()[] ") for cell in below])
        self.names = [name or f"column{i}" for i, name in enumerate(names)]
        for row in units:
            self.units |= dict(zip(self.names, row, strict=False))
        return top

    def cells(self, line):
        """Cells of a line."""
        if self.delimiter == BLANKS:
            return line.split()
        if '"' in line:
            return [c.strip() for c in next(csv.reader([line], delimiter=self.delimiter))]
        return [cell.strip() for cell in line.strip("\r\n").split(self.delimiter)]

    def _header_cells(self, line, rows):
        """Names of a header, which may have separators of its own."""
        names = self.cells(line)
        width = max((len(row) for row in rows[1:]), default=len(names))
        if self.delimiter == BLANKS and "," in line:
            # Commas between the names, blanks between the values.
            other = [name.strip() for name in line.split(",")]
            names = other if len(other) == width else [name.strip(",") for name in names]
        if self.delimiter == BLANKS and len(names) != width:
            joined = _UNIT_APART.sub(r"\1", line).split()
            names = joined if len(joined) == width else names
        return [name.strip().lstrip("#%").strip() for name in names]

    def _commented_names(self, width):
        """Column names: the last comment with as many different words as there are columns."""
        if (listed := _listed_names(self.comments, width)) is not None:
            return listed
        for line in reversed(self.comments):
            text = re.sub(r"^\s*((#|%|//|!|\\|--|;|\*)+|[cC] (?= *[A-Za-z]))", "", line).strip()
            text = re.sub(r"(?i)^col(?:umn)?s?(?: names)?\s*[:=]\s*", "", text)
            found = [_words_of(text, self.delimiter), _words_of(text), text.split()]
            found.append(_UNIT_APART.sub(r"\1", text).split())
            if all(row[0].isdigit() for row in self.rows):
                # A mark that stands where the first column has the numbers of its rows.
                found.append(_words_of(line.strip(), self.delimiter))
            for words in found:
                words = [word for word in words if word]
                if _OF_SENTENCES & set(words):
                    continue
                if len(words) == len(set(words)) == width and not all(map(is_value, words)):
                    return words
        return None


# "Times are HJD-2400000": a remark of as many words as there are columns names none.
_OF_SENTENCES = {*"are is was were the of in from by for and with this".split()}

# "time [d]  flux [ppm]": the blank before a unit parts no columns.
_UNIT_APART = re.compile(r"\s+([(\[][^\s()\[\]]+[)\]])")
# "# 1 MAG_AUTO  Kron-like [mag]" of SExtractor, "c column 1: HJD", "# col 1 = HJD".
_LISTED = re.compile(
    r"(?:[#%!;*]|//|c\b)+\s*(?:col(?:umn)?)?[\s.]*(\d+)\s*[:.=)-]*\s*([a-z][\w()+-]*)",
    re.IGNORECASE,
)


def _listed_names(comments, width):
    """Names of columns that comments list one by one, with their numbers; None where they do not."""
    listed = [found for line in comments if (found := _LISTED.match(line.strip()))]
    names = {int(found[1]): found[2] for found in listed}
    if len(listed) < 2 or names.keys() != set(range(1, width + 1)):
        return None
    return [names[k] for k in sorted(names)] if len(set(names.values())) == width else None


def _is_sister(line, other):
    """Whether comments differ by one of several words, as "# star B" from "# star A"."""
    one, another = (re.split(r"[\s=:]+", each.strip().lstrip("#%! ")) for each in (line, other))
    same = sum(a == b for a, b in zip(one, another, strict=False))
    return len(one) == len(another) > 1 and same == len(one) - 1 and one[0] == another[0]


def _inline_mark(lines):
    """What opens the remarks behind some of the rows, "#" or "%", between blanks; None without."""
    for mark in ("#", "%"):
        remarked = [line for line in lines if mark in line]
        apart = all(re.search(rf"\d\s+{mark}[ A-Za-z]", line) for line in remarked)
        if remarked and apart and len(remarked) < len(lines) // 2 and "," not in lines[-1]:
            return mark
    return None


_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_TOLD = re.compile(r"\s*#\s*delim(?:iter)?\s*=\s*(\S+)\s*", re.IGNORECASE)
_NAMED_MARKS = {"comma": ",", "tab": "\t", "semicolon": ";", "pipe": "|"}


def _told_separator(numbered):
    """The separator that the file itself tells: "sep=;" of spreadsheets, "#DELIM=," of the AAVSO."""
    for place, (_, line) in enumerate(numbered[:40]):
        found = _SEPARATOR_LINE.fullmatch(line.strip()) if place == 0 else None
        found = found or _TOLD.fullmatch(line)
        if found:
            mark = _NAMED_MARKS.get(found[1].lower(), found[1])
            return mark if len(mark) == 1 and not mark.isalnum() else None
    return None


def _joined(numbered):
    """Lines that hold something, those of one quoted cell as one; and whether there are such."""
    lines, open_, multiline = [], None, False
    for i, line in numbered:
        if open_ is not None:
            first, text, n = open_
            # Two of them end one cell and begin another.
            if line.count('"') % 2:
                lines.append((first, text + " " + line))
                open_, multiline = None, True
            elif n > 20:
                lines.append((first, text))
                open_ = None
            else:
                open_ = first, text + " " + line, n + 1
        elif '"' in line and line.count('"') % 2 and _OPEN_QUOTE.search(line):
            open_ = i, line, 0
        elif line.strip():
            lines.append((i, line))
    if open_ is not None:
        lines.append(open_[:2])
    return lines, multiline


_OPEN_QUOTE = re.compile(r'(?:^|[,;\t|])\s*"[^"]*$')


def _n_titles(rows):
    """Rows of words above the header, such as a title or names of groups of columns."""
    width = len(rows[-1]) if rows else 0
    for n in range(min(20, len(rows) - 1)):
        below = rows[n + 1 : 20]
        fits = (len(row) == width and all(row) and not any(map(is_value, row)) for row in below)
        n_words = sum(map(bool, rows[n]))
        if "=" in rows[n] or ((len(rows[n]) != width or n_words == 1 < width) and any(fits)):
            # "FILTER = V", and a title of other words than there are columns.
            continue
        if any(map(is_value, filter(None, rows[n]))) and len(rows[n]) >= len(rows[-1]):
            return 0
        if _is_header(rows[n:]) and not _names_below(rows[n:]):
            return n if len(rows[n]) > 1 or n == 0 else 0
    return 0


def _names_between_commas(rows):
    """Whether the first row is one cell, of as many words between commas as the others have cells between blanks."""
    words = rows[0][0].split(",") if rows and len(rows[0]) == 1 else []
    return (
        len(words) > 1
        and {len(row) for row in rows[1:]} == {len(words)}
        and not any(map(is_value, words))
    )


def _are_places(rows):
    """Whether the first row numbers the columns from 0 or 1 on, as pandas does for columns without names."""
    if len(rows) < 2 or len(rows[0]) < 2 or not any("." in cell for cell in rows[1]):
        return False
    first = [cell.strip("()[] ") for cell in rows[0] if cell]
    alone = len(first) == 1 and rows[0][0] != ""  # a star without a point
    return not alone and any(first == list(map(str, range(k, k + len(first)))) for k in (0, 1))


def _n_single(rows):
    """Rows of one cell above a table of more, all of words, where the first row of several names the columns."""
    filled = [sum(map(bool, row)) for row in rows]
    several = next((place for place, n in enumerate(filled) if n > 1), 0)
    return several if several <= 5 and min(filled[several:], default=0) > 1 else 0


def _names_below(rows):
    """Whether the second row names more of the columns than the first."""
    known = [sum(map(_known, filter(None, row))) for row in rows[:2]]
    # "Aperture: 2, JD: geocentric, Filter: V" below names that are as many as the columns.
    remark = len(rows[1:]) > 1 and len(rows[1]) != len(rows[-1]) == len(rows[0])
    return (
        len(rows) > 2
        and not remark
        and known[1] > max(known[0], 1)
        and not any(is_value(cell) for cell in rows[1] if cell)
        and not {cell.strip("()[] ").lower() for cell in rows[1]} <= _UNIT_WORDS | _NO_WORDS
    )


def _with_row_names(names, rows):
    """Names for all columns where the header leaves out that of the numbers of the rows."""
    firsts = [row[0].strip('"') for row in rows if len(row) == len(names) + 1 and row[-1] != ""]
    if len(firsts) < max(2, len(rows)):
        return names
    words = not any(map(is_value, firsts)) and len(firsts) > 2 and len(set(firsts)) == len(firsts)
    if words and sum(map(_known, names)) > 1 and "row" not in names:
        # Names of rows, as R writes them without a name of their own.
        return ["row", *names]
    if not firsts[0].isdigit():
        return names
    counted = [str(int(firsts[0]) + step) for step in range(len(firsts))]
    return ["row", *names] if firsts == counted and "row" not in names else names


def _words_of(text, delimiter=None):
    if delimiter in (None, BLANKS):
        return [w.strip() for w in text.split(",")] if "," in text else text.split()
    return [word.strip() for word in text.split(delimiter)]


def _is_one_word(line):
    """Whether a line is a name without a number: of a star, above a commented header."""
    word = line.strip()
    return re.fullmatch(r"[^\s,;|]+", word) is not None and not is_value(word)


def _is_header(rows):
    """Whether the first row names the columns: words where the others have numbers."""
    first, others = rows[0], rows[1:50]
    named = [not is_value(cell) and cell != "" for cell in first]
    if not any(named) or any(NUMBER.fullmatch(c.strip('"')) for c in first if "." in c):
        return False
    if not others:
        return sum(named) == len(first) or sum(map(_known, first)) > 1
    known = sum(map(_known, first))
    for place, is_name in enumerate(named):
        below = [row[place] for row in others if place < len(row)]
        if is_name and below and np.mean([is_value(cell) for cell in below]) > 0.5:
            return True
    return known > 1 and all(named)


def _known(cell):
    return base_name(cell) in _USUAL


_USUAL = {
    *("time", "mjd", "hjd", "jd", "bjd", "hmjd", "date", "mag", "magnitude", "magerr", "err"),
    *("error", "flux", "fluxerr", "band", "filter", "id", "objectid", "name", "label", "emag"),
}


# What a line of units, or of types, below the header holds.
_UNIT_WORDS = CONVERTED_UNITS | {
    *("d", "day", "days", "mag", "mags", "mjd", "jd", "hjd", "bjd", "float", "double"),
    *("float32", "float64", "real", "number"),
}
_NO_WORDS = {"", "-", "--", "---", "none", "n/a"}


def _is_below_header(rows, levels):
    """Whether a row below the header belongs to it, with units, types or names: words over columns of numbers."""
    words = {i: c.strip("()[] ").lower() for i, c in enumerate(rows[0])}
    words = {i: word for i, word in words.items() if word not in _NO_WORDS}
    if _are_places(rows):
        return True
    if len(rows) < 2 or not words or any(map(is_value, words.values())):
        return False
    # The name of the index, as pandas writes it below several levels; else it is a star without a point.
    alone = levels and words.keys() == {0} and len(rows[0]) > 1
    over = [
        word
        for i, word in words.items()
        if np.mean([is_value(row[i]) for row in rows[1:50] if i < len(row)] or [0]) > 0.5
    ]
    return len(over) > 1 or (len(over) == 1 and (alone or over[0] in _UNIT_WORDS))


def _are_twins(names):
    filled = [name for name in names if name]
    return len(set(filled)) < len(filled)


def _two_levels(upper, lower):
    """Names that stand in two rows, the upper of which may stand over several columns."""
    found, last = [], ""
    for above, below in zip_longest(upper, lower, fillvalue=""):
        last, below = above or last, "" if below in _NO_WORDS else below
        found.append(f"{last} {below}".strip() if below else above)
    return found


def _separators(lines, told=None):
    """What separates columns, and the mark of decimals."""
    lines = [line.rstrip("\r\n") for line in lines if not is_rule(line)]
    # Titles stand at the top.
    lines = lines[len(lines) // 3 :][-150:]
    if not lines:
        return told or ",", "."
    plain = [re.sub(r'"[^"]*"', '""', line) for line in lines]
    for delimiter in (told,) if told else ("\t", ";", "|"):
        counts = [line.strip(" ").count(delimiter) for line in plain]
        if told or np.mean([count > 0 for count in counts]) >= 0.8:
            cells = [cell.strip() for line in plain for cell in line.split(delimiter)]
            decimal = _decimal(cells) if delimiter != "," else "."
            if told or decimal == "," or not _within_commas(plain, counts):
                return delimiter, decimal
    words = [line.split() for line in plain]
    all_words = [word for row in words for word in row]
    if np.mean(["," in line for line in plain]) < 0.8:
        return BLANKS, _decimal(all_words)
    with_comma = [word for word in all_words if "," in word]
    if all(map(DECIMAL_COMMA.fullmatch, with_comma)) and all(len(row) > 1 for row in words):
        # "2450000,5  12,3": columns between blanks, decimal commas.
        return BLANKS, ","
    # "58000,35991","12,3": decimal commas within quotes, of which one at least separates no thousands.
    quoted = re.findall(r'"([^"]*)"', "\n".join(lines))
    no_thousands = re.compile(r"[+-]?(?:\d{4,},\d+|\d+,(?!\d{3}$)\d+)")
    return ",", _decimal(quoted) if any(map(no_thousands.fullmatch, quoted)) else "."


def _within_commas(lines, counts):
    """Whether these marks stand within cells that commas separate, as many in each line."""
    commas = [line.count(",") for line in lines]
    most = max(set(commas), key=commas.count)
    return most > max(counts) and commas.count(most) >= 0.9 * len(commas)


def _decimal(cells):
    commas = sum(bool(DECIMAL_COMMA.fullmatch(cell)) for cell in cells)
    points = sum(bool(re.fullmatch(r"[+-]?\d+\.\d*", cell)) for cell in cells)
    return "," if commas > points else "."


def layout_of(path, header=None):
    """How a file of text is laid out, by its first lines; `header`: whether the first is one."""
    head = head_of(path)
    try:
        text, encoding = decoded(head)
    except UnicodeDecodeError as error:
        raise ValueError(f"this is no text in {error.encoding}: {error.reason}") from error
    if re.match(r"(?i)\s*<(?:!doctype html|html|head|body|table)\b", text):
        raise NoLightCurves(
            f"this is a page of the web, no table ({' '.join(text.split())[:40]}...)"
        )
    lines = re.split(r"\r\n|\n|\r", text)
    if len(head) == HEAD and len(lines) > 1:
        lines.pop()
    layout = Layout(lines, encoding, header)
    if len(layout.rows) > 2 and lines[-1].strip(END_OF_FILE) and len(head) < HEAD:
        layout.cut = len(layout.cells(lines[-1])) < min(map(len, layout.rows[:-1]))
    return layout


def column_names(layout, columns):
    """Names of the columns, by the header or by their places."""
    width = max(len(row) for row in layout.rows)
    if layout.names is not None:
        _refuse_twins(layout.names)
    if width < 2:
        raise NoLightCurves("needs columns for time and magnitude")
    if layout.names is not None and len(layout.names) > width and layout.delimiter == BLANKS:
        raise ValueError(f"the header has {len(layout.names)} columns, the data have {width}")
    if layout.names is not None and len(layout.names) != width:
        filled = max(_width(row) for row in layout.rows)
        if filled > len(layout.names):
            raise ValueError(
                f"the header has {len(layout.names)} columns, the data have {filled}: rows have "
                "more fields than the header"
                if layout.delimiter != BLANKS
                else f"the header has {len(layout.names)} columns, the data have {filled}, as in the row "
                f"{' '.join(next(row for row in layout.rows if _width(row) == filled))[:60]!r}"
            )
    if layout.names is not None:
        known = recognised(layout.names) if columns in (None, "auto") else None
        if known or not _says_nothing(layout.names, columns) or width > 3:
            return layout.names, columns, None
        # Words of a comment that no table uses for its columns: a remark, not a header.
        if layout.headed:
            return layout.names, columns, None
    return by_place(layout, columns, width)


def _refuse_twins(names):
    twins = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twins:
        raise ValueError(f"the header names several columns {twins[0]!r}: give them other names")


def _width(row):
    """Cells up to the last that holds something."""
    return next((len(row) - i for i, cell in enumerate(reversed(row)) if cell != ""), 0)


def _says_nothing(names, columns):
    """Whether none of these names is known for any role."""
    if columns is not None and columns != "auto":
        return False
    try:
        resolve(names, names, None)
    except NoLightCurves:
        return not any(_known(name) for name in names) and not any(
            re.search(r"flux|mag|jd|time|phase|count|err", base_name(name)) for name in names
        )
    except ValueError:
        return False
    return False
