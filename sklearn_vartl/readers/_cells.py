"""What a line or a cell of text is: a comment, a rule, a number, a date."""

import re

from ._units import MISSING_NUMBERS, WRITTEN_DATE

COMMENT = re.compile(r"\s*(#|%|//|!|\\)")
_RULE = re.compile(r"[\s\-=+|,;]*[-=]{2}[\s\-=+|,;]*")
NUMBER = re.compile(r"[<>\[(]?[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?[:?)\]]?")
PLAIN_NUMBER = re.compile(r"[+-]?\d*[.,]?\d+(?:[eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}[-/]\d\d?[-/]\d\d?([ T].*)?")
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


def is_comment(line):
    if line[:1].isdigit():
        return False
    if COMMENT.match(line):
        return True
    text = line.strip()
    # "-- HJD mag err": a comment; "--,--,5", "-- V1 2451.2 .01": missing values; "-----  ----": a rule.
    # "c HJD flux": a comment of Fortran's.
    # "* HJD mag", "; HJD mag": comments, too; "* alf Ori,2451.2,14.1" is a star.
    if not re.match(r"--+ *[A-Za-z]|[cC](?: +[A-Za-z]|-----)|\*+ *[A-Za-z]|; +\w[^;]*$", text):
        return False
    words = re.split(r"[\s,;|]+", text)[1:]
    return sum(is_value(word) and any(map(str.isdigit, word)) for word in words) < 2


def is_rule(line):
    return not line[:1].isalnum() and bool(_RULE.fullmatch(line.strip()))


def is_value(cell):
    """Whether a cell is a number, a date or stands for none."""
    text = cell.strip().strip('"')
    return (
        text in MISSING_NUMBERS
        or NUMBER.fullmatch(text) is not None
        or DECIMAL_COMMA.fullmatch(text) is not None
        or is_date(text)
        or text.lower() in ("inf", "-inf", "+inf")
    )


def is_date(text):
    return _DATE.fullmatch(text) is not None or WRITTEN_DATE.fullmatch(text) is not None
