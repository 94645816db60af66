"""Tables in and out: labels, features, classes."""

import re
import shlex

from .._files import complete_path, refuse_device
from ..catalog import PARQUET
from ..classes import misspelt
from ..light_curves import match_identifiers
from ..readers import read_labels
from ._arguments import parse_columns, warn

_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_JSON = (".jsonl", ".ndjson")
_ASTROPY = {".fits": "fits", ".fit": "fits", ".vot": "votable", ".xml": "votable"}
_ASTROPY |= {".ecsv": "ascii.ecsv"}
#: The suffixes, in words.
TABLES = ".parquet, .csv, .tsv, .jsonl, .fits, .vot or .ecsv"


def check_output(path):
    """Refuse an output that could not be written, before hours of work."""
    _kind(path)
    check_folder(path)


def check_folder(path):
    """Refuse an output in a folder that does not exist, and a device."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent} to write {path.name} to")
    refuse_device(path)


def write_table(table, path, decimals=None, units=None):
    """Write a DataFrame in the format of the suffix; it appears only when complete.

    Text has so many decimals as `decimals` says of a column, or of all whose name begins with it where it ends in an
    underscore; other columns have eight significant digits. Parquet, FITS and VOTable have all. Of a name in full the
    decimals stand however long the numbers are. Units are for the formats that keep them.
    """
    kind = _kind(path)
    with complete_path(path) as part:
        if kind in PARQUET:
            table.to_parquet(part, index=False)
        elif kind in _ASTROPY:
            own = table if kind != ".ecsv" else _rounded(table, decimals)
            _to_astropy(own, units or {}).write(part, format=_ASTROPY[kind])
        elif kind in _JSON:
            lines = _rounded(table, decimals).to_json(
                orient="records", lines=True, double_precision=15
            )
            part.write_text(lines.strip("\n") + "\n", encoding="utf-8")
        else:
            _as_text(_rounded(table, decimals), decimals or {}).to_csv(
                part, index=False, sep=_SEPARATORS[kind], float_format="%.8g"
            )


def _rounded(table, decimals):
    """The table with the digits that mean something."""
    rounded = {
        name: table[name].round(number)
        for start, number in (decimals or {}).items()
        for name in table.columns
        if name == start or (start.endswith("_") and name.startswith(start))
    }
    return table.assign(**rounded)


def _as_text(table, decimals):
    """The table with its long numbers as text: eight digits hold no decimals of a Julian day."""
    texts = {
        name: table[name].map(f"{{:.{number}f}}".format, na_action="ignore")
        for name, number in decimals.items()
        if name in table and table[name].abs().max() >= 10.0 ** (8 - number)
    }
    return table.assign(**texts)


def _to_astropy(table, units):
    from astropy.table import Table

    columns = {}
    for name in table.columns:
        values = table[name].to_numpy()
        if values.dtype.kind not in "biuf":
            # Text, and none as the empty one: these formats know no missing text.
            values = table[name].astype(object).where(table[name].notna(), "").astype(str)
            values = values.to_numpy(dtype=str)
            # A column of empty texts has no width, which FITS cannot write.
            values = values.astype("U1") if values.dtype.itemsize == 0 else values
        columns[name] = values
    return Table(columns, units={name: unit for name, unit in units.items() if name in columns})


def read_table(path, columns=("object_id", "label", "period"), what="classes"):
    """A table that `write_table` wrote, with these columns at least, as a DataFrame; identifiers are text."""
    import pandas as pd

    kind, text = _kind(path), {"object_id": str, "label": str}
    if kind in PARQUET:
        table = pd.read_parquet(path)
    elif kind in _JSON:
        # Told to make text, older versions of pandas write None out.
        table = pd.read_json(path, lines=True, dtype=False)
        for name in text.keys() & set(table):
            table[name] = [None if pd.isna(value) else str(value) for value in table[name]]
    elif kind in _ASTROPY:
        from astropy.table import Table

        table = Table.read(path, format=_ASTROPY[kind])
        # FITS keeps text as bytes.
        table.convert_bytestring_to_unicode()
        table = table.to_pandas()
    else:
        table = pd.read_csv(path, sep=_SEPARATORS[kind], dtype=text)
    if missing := {*columns} - {*table.columns}:
        raise ValueError(f"{path} is no table of {what}: it has no {', '.join(sorted(missing))}")
    return table


def read_weights(path, X):
    """What the label of each star of `X` may weigh, from a table with the columns object_id,weight."""
    import numpy as np

    table = read_table(path, ("object_id", "weight"), "weights")
    keys = table["object_id"].astype(str)
    if (twice := keys[keys.duplicated()]).size:
        raise ValueError(f"{path}: star {twice.iloc[0]!r} stands there twice")
    position, _ = match_identifiers(keys.tolist(), X.ids)
    here = position >= 0
    if not here.any():
        raise ValueError(
            f"{path}: none of its stars is among those with a label, whose first is {str(X.ids[0])!r}"
        )
    try:
        own = table["weight"].to_numpy(dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{path}: its weights must be numbers") from None
    weight = np.ones(len(X))
    weight[here] = own[position[here]]
    if (wrong := ~np.isfinite(weight) | (weight < 0)).any():
        raise ValueError(
            f"{path}: the weight of {str(X.ids[wrong][0])!r} is {weight[wrong][0]:g}; a weight is a number from 0 up, "
            "and 0 leaves the star out"
        )
    if not here.all():
        warn(
            f"{(~here).sum()} of {len(X)} labelled stars are not in {path} and weigh 1, as its mean does (first: "
            f"{str(X.ids[~here][0])!r}); a weight of 0 leaves a star out"
        )
    return weight


def read_shares(path):
    """Shares of classes: class -> share, from a CSV table with the columns class and share."""
    import pandas as pd

    table = pd.read_csv(path, dtype={"class": str}, skipinitialspace=True)
    if not {"class", "share"} <= {*table.columns} or not len(table):
        raise ValueError(f"{path}: class shares are a table with the columns class,share")
    if (twice := table["class"][table["class"].duplicated()]).size:
        raise ValueError(f"{path}: class {twice.iloc[0]!r} stands there twice")
    return dict(zip(table["class"], table["share"].tolist(), strict=True))


def labelled_stars(X, arguments, *, teaching=True):
    """The stars that have a label, their own or one from a table, and the number of those without.

    Where a model learns the labels (`teaching`) several spellings of one class are told, and with ``--harmonise``
    become one.
    """
    if arguments.survey is not None and not arguments.harmonise:
        raise ValueError("--survey says how --harmonise reads the labels: give both")
    path = arguments.labels
    if path is not None:
        X = _with_labels(X, path, _label_columns(arguments.label_columns))
    elif arguments.label_columns is not None:
        raise ValueError("--label-columns names columns of a table of labels: give it as --labels")
    labelled = X.labelled()
    if len(labelled) == 0:
        raise ValueError(
            f"none of the light curves has a label{_perhaps_labels(X)}: give a table with the columns object_id,label "
            "as --labels"
        )
    if teaching:
        labelled = _of_one_spelling(labelled, arguments)
    return labelled, len(X) - len(labelled)


# Names that columns of classes bear, of which only "label" is taken for one without being asked.
_OF_CLASSES = re.compile(r"(?i)class|typ|label|kind")


def _perhaps_labels(X):
    """That a column of the light curves, with words and one a star, may hold the labels."""
    for name, values in {} if X.table is None else X.table.items():
        words = {value for value in values if isinstance(value, str) and value}
        if _OF_CLASSES.search(str(name)) and 1 < len(words) < len(X):
            return f" (column {name} may hold them: --columns {shlex.quote(f'label={name}')})"
    return ""


def _with_labels(X, path, columns):
    labels = read_labels(path, columns, X.ids)
    if not labels:
        raise ValueError(f"{path} holds no labels")
    position, unmatched = match_identifiers(list(labels), X.ids)
    if len(X) and unmatched == len(labels):
        raise ValueError(
            f"{path}: none of its {len(labels)} object_ids, such as {next(iter(labels))!r}, is among the light "
            f"curves, whose first is {str(X.ids[0])!r}; --label-columns id=NAME,label=NAME names another column of "
            "identifiers"
        )
    if not len(X):
        raise ValueError(f"{path}: there are no light curves to label")
    if unmatched:
        warn(f"{unmatched} of {len(labels)} labels in {path} belong to no star")
    given = list(labels.values())
    if slips := misspelt(given):
        shown = ", ".join(f"{label!r} ({meant}?)" for label, meant in slips.items())
        warn(f"labels in {path} look misspelt, each is a class of its own: {shown}")
    return X.replace(labels=[None if place < 0 else given[place] for place in position])


def _label_columns(text):
    columns = parse_columns(text)
    if columns is None:
        return None
    if (
        not isinstance(columns, dict)
        or not {*columns} <= {"id", "label"}
        or None in columns.values()
    ):
        raise ValueError(f"--label-columns {text}: give it as id=NAME,label=NAME")
    return columns


def _of_one_spelling(X, arguments):
    """With --harmonise the labels by their standard names; without, a warning where that matters."""
    standard = standard_names(X, arguments.survey)
    if arguments.harmonise:
        return X.replace(labels=standard)
    spellings = {}
    pairs = {*zip(X.labels.astype(str).tolist(), standard.tolist(), strict=True)}
    for label, name in sorted(pairs):
        spellings.setdefault(name, []).append(label)
    twins = [" = ".join(names) for names in spellings.values() if len(names) > 1]
    if twins:
        warn(
            "labels of the same meaning are learned as different classes: "
            f"{'; '.join(twins)}. --harmonise makes one class of each"
        )
    return X


def standard_names(X, survey=None, classes=None):
    """Labels of a survey (None: as `X` says) by their standard names, or as members of `classes`."""
    import numpy as np

    from ..classes import harmonise

    labels = X.labels.astype(str)
    surveys = np.broadcast_to(np.asarray(survey or X.survey, dtype=object), labels.shape)
    names = labels.astype(object)
    for one in {*surveys.tolist()}:
        own = np.array([name == one for name in surveys])
        names[own] = harmonise(labels[own].astype(object), one, classes=classes)
    return names.astype(str)


def _kind(path):
    # A compressed table has two suffixes, the first of which says what it is.
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    for suffix in suffixes[-1:] + suffixes[:1]:
        if suffix in (*PARQUET, *_SEPARATORS, *_JSON, *_ASTROPY):
            return suffix
    raise ValueError(f"{path}: a table's name must end in {TABLES} (also .csv.gz)")
