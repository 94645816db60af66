"""Class labels of stars: which are missing, and whose they are where they come with identifiers."""

import re
from collections.abc import Mapping

import numpy as np

from .._validation import is_missing_label, warn_user
from ._validation import column, frozen, none_for_missing

# Words that tell of a star that nobody has classified; a classifier that is given them takes them for a class.
_UNCLASSIFIED = re.compile(
    r"nil|n\.a\.|tbd|unk(?:nown)?(?: (?:class|type))?|un(?:classified|identified|determined|defined|labell?ed)"
    r"|to be (?:classified|determined)|not (?:yet )?(?:classified|known|available)"
    r"|no (?:class(?:ification)?|label|type)|missing|\(null\)|[?:.~_\s\u2013\u2014-]+"
)
_WHOLE = re.compile(r"[+-]?0*(\d+)(?:\.0*)?")


def star_labels(labels, ids):
    """Class labels, shape (n_stars,), with None where one is missing; None when there are none.

    A mapping, or a pandas Series that is indexed by identifier, gives the labels by identifier.
    Blanks around a label are no part of it, and a blank, "nan", "None", "--" or "?" is no label.
    Numbers without a gap keep their dtype, since scikit-learn takes numbers in an object array for
    an unknown kind of target.
    """
    if labels is None:
        return None
    if isinstance(labels, Mapping):
        labels = by_identifier(labels.keys(), list(labels.values()), ids)
    elif type(labels).__name__ == "Series" and hasattr(labels, "index"):
        labels = _of_series(labels, ids)
    elif hasattr(labels, "columns") and hasattr(labels, "index"):
        raise ValueError(
            f"labels is a table of {', '.join(map(str, labels.columns))}: pass one column by identifier, as in "
            'table.set_index("id")["label"]'
        )
    array = column(labels, "labels", len(ids))
    if array.dtype.kind in "biu":
        return array
    if array.dtype == object:
        return frozen(_cleaned(array))
    return frozen(none_for_missing(array.astype(object)))


def _cleaned(array):
    """Labels without the blanks around them, and None where a word says that there is none."""
    known, unclassified = {}, set()
    labels = array.tolist()
    try:
        unique = dict.fromkeys(labels)
    except TypeError:
        # Something else than a label is among them, and refused later.
        unique = labels
    for label in unique:
        if isinstance(label, str | bytes):
            text = label.decode("utf-8", "replace") if isinstance(label, bytes) else label
            known[label] = None if is_missing_label(text) else text.strip()
            bare = re.sub(r"[\s_-]+", " ", text.strip().lower())
            if known[label] and _UNCLASSIFIED.fullmatch(bare):
                known[label] = None
                unclassified.add(label)
    if unclassified:
        n_stars = sum(isinstance(label, str | bytes) and label in unclassified for label in labels)
        named = ", ".join(repr(label) for label in known if label in unclassified)
        warn_user(
            f"{n_stars} star{'s' * (n_stars > 1)} labelled {named}: taken for stars "
            "without a label; where it is a class, give it another name"
        )
    if all(label == name for label, name in known.items()):
        return none_for_missing(array)
    clean = np.empty(len(array), dtype=object)
    clean[:] = [known[v] if isinstance(v, str | bytes) else v for v in labels]
    return none_for_missing(clean)


def by_identifier(keys, values, ids):
    """The value of each star's identifier, None where there is none.

    Identifiers agree as text; where a star has none that does, as whole numbers: "001", "1.0" and
    1 are one star, unless several of the same table would be.
    """
    keys, given = list(keys), {}
    for key, value in zip(keys, values, strict=True):
        if not is_missing_label(value) and given.setdefault(_text(key), value) != value:
            raise ValueError(
                f"the star {_shown(key)} has two labels, {_shown(given[_text(key)])} and {_shown(value)}"
            )
    position, unmatched = match_identifiers(keys, ids)
    found = np.empty(len(ids), dtype=object)
    found[:] = [
        None if place < 0 else given.get(_text(keys[place]), values[place]) for place in position
    ]
    if keys and len(ids) and unmatched == len(keys):
        raise ValueError(
            f"None of the {len(keys)} labels belongs to a star: the first is of "
            f"{_shown(keys[0])}, the first star is {_shown(ids[0])}"
        )
    without = sum(value is None for value in found)
    if unmatched and without:
        warn_user(
            f"{unmatched} of {len(keys)} labels belong to no star, and {without} of {len(ids)} "
            "stars have no label"
        )
    return found


def _shown(value):
    return repr(value.item() if isinstance(value, np.generic) else value)


def match_identifiers(keys, ids):
    """Where among `keys` each star's identifier is (-1: nowhere), and how many keys are no star's."""
    keys, ids = [_text(key) for key in keys], [_text(star) for star in ids]
    place = {key: i for i, key in reversed(list(enumerate(keys)))}
    position = np.array([place.get(star, -1) for star in ids], dtype=np.int64)
    if (position < 0).any():
        numbers = _whole_numbers(keys)
        own = _whole_numbers(ids)
        used = set(position.tolist())
        for number, star in own.items():
            if position[star] < 0 and numbers.get(number, -1) not in used:
                position[star] = numbers[number]
    return position, len(set(keys) - {keys[i] for i in set(position.tolist()) if i >= 0})


def _text(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    return str(value).strip()


def _whole_numbers(words):
    """Position by whole number, of those that only one word means."""
    found = {}
    for place, word in enumerate(words):
        number = _WHOLE.fullmatch(word)
        if number:
            found.setdefault(word[:1] * (word[:1] == "-") + number[1], []).append(place)
    return {number: places[0] for number, places in found.items() if len(places) == 1}


def _of_series(labels, ids):
    """A Series' labels in the order of the stars: by its index where that names stars."""
    index = list(labels.index)
    whole = labels.index.dtype.kind in "iu"
    numbers = list(range(len(index)))
    if whole and index == numbers and len(index) == len(ids):
        return labels.to_numpy()
    if whole and len(index) == len(ids) and ids.tolist() == list(map(str, numbers)):
        # The stars bear their positions: nobody named them, so the index cannot name them either.
        if sorted(index) == numbers:
            raise ValueError(
                "The Series of labels has its index in another order than the stars, which have no "
                "identifiers but their positions. For labels in the order of the stars pass "
                "labels.to_numpy(), for others labels.sort_index()"
            )
        return labels.to_numpy()
    position, unmatched = match_identifiers(index, ids)
    matched = len(index) - unmatched
    if unmatched == 0 or (matched and (not whole or 2 * matched >= len(index))):
        return by_identifier(index, labels.tolist(), ids)
    if not whole and len(ids) and len(index):
        raise ValueError(
            f"None of the labels belongs to a star: the Series' index starts with "
            f"{_shown(index[0])}, the stars with {_shown(ids[0])}. For labels in the order of the "
            "stars pass labels.to_numpy()"
        )
    if len(index) != len(ids):
        return by_identifier(index, labels.tolist(), ids)
    if matched:
        raise ValueError(
            f"{matched} of {len(index)} labels have an index that is a star's identifier, the others have not: "
            "labels.to_numpy() gives them in the order of the stars, labels.set_axis(identifiers) by identifier"
        )
    return labels.to_numpy()
