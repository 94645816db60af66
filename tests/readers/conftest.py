"""Tables as they are delivered: how tests write them, read them, and hear what is said of them."""

import warnings

from sklearn_vartl.light_curves import read_light_curves


def text(head, columns, separator=","):
    """A table of text; without a head where that is empty."""
    rows = (separator.join(str(column[i]) for column in columns) for i in range(len(columns[0])))
    return "\n".join([*([head] if head else []), *rows]) + "\n"


def read(tmp_path, content, name="star.csv", **options):
    """What is read of a file of this text, or of these bytes."""
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_light_curves(tmp_path / name, **options)


def told(read_it):
    """What is read, and what is said of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        X = read_it()
    return X, " ".join(str(each.message) for each in caught)
