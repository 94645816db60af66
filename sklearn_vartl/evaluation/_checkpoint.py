"""Finished fits of a transfer curve on disk, so that a long run can go on after a stop."""

import hashlib
import json
import os
import re
from pathlib import Path

import numpy as np
from sklearn.utils import _safe_indexing

from .. import __version__

_KIND = "transfer_curve of sklearn_vartl"
_START = f'{{"kind": "{_KIND}"'.encode()
# What the parts of the header are called in an error message.
_PARTS = {
    "kind": "program",
    "version": "version of sklearn_vartl",
    "stars": "target stars",
    "source": "source",
    "scoring": "scoring",
}
_FIT_PARTS = {
    "labels": "draws of labels (cv, groups, draw, random_state)",
    "test": "test stars (cv, groups)",
    "unlabelled": "unlabelled stars (X_unlabelled)",
    "seed": "random_state",
    "method": "baseline of that name",
}


class Checkpoint:
    """Scores of finished fits in a file of JSON lines.

    The first line says what they were made of. Each fit is one line, written at once: a line that
    a stop has torn is cut off when the file is opened again.

    Parameters
    ----------
    path : path-like
    settings : dict
        What all fits have in common, see `common_settings`.

    Raises
    ------
    ValueError
        If the file is no checkpoint, or one of other settings.
    """

    def __init__(self, path, settings):
        self.path = Path(path)
        self._fits = {}
        lines = self._complete_lines()
        if not lines:
            self._append(settings)
            return
        try:
            header, *fits = [json.loads(line) for line in lines]
            self._fits = {json.dumps(fit["fit"]): fit for fit in fits}
            kind = header["kind"]
        except (ValueError, KeyError, TypeError):
            kind = None
        if kind != _KIND:
            raise ValueError(f"{path} is no checkpoint of transfer_curve: give another name.")
        self._refuse_changes(header, settings, _PARTS)

    def find(self, fit, made_of):
        """Scores of a finished fit, or None.

        Raises
        ------
        ValueError
            If it was made of something else.
        """
        known = self._fits.get(json.dumps(fit))
        if known is None:
            return None
        self._refuse_changes(known["made_of"], made_of, _FIT_PARTS)
        return known["scores"]

    def add(self, fit, made_of, scores):
        """Keep the scores of a fit."""
        self._append({"fit": fit, "made_of": made_of, "scores": scores})

    def _complete_lines(self):
        if not self.path.exists():
            return []
        content = self.path.read_bytes()
        complete = content.rfind(b"\n") + 1
        if not content.startswith(_START):
            return [content] if content else []
        if complete < len(content):
            os.truncate(self.path, complete)
        return content[:complete].splitlines()

    def _append(self, entry):
        line = json.dumps(entry) + "\n"
        with self.path.open("ab", buffering=0) as file:
            file.write(line.encode())
            os.fsync(file.fileno())

    def _refuse_changes(self, known, wanted, names):
        changed = [name for part, name in names.items() if known.get(part) != wanted.get(part)]
        if changed:
            raise ValueError(
                f"{self.path} was made with other settings ({', '.join(changed)}): give another "
                "name, or delete it to start anew."
            )


def common_settings(X, y, classifier, scorers):
    """What all fits of a transfer curve have in common, as something JSON can hold.

    The source is known by what it predicts for the first hundred stars, and by its parameters.
    """
    some = _safe_indexing(X, np.arange(min(100, len(y))))
    return {
        "kind": _KIND,
        "version": __version__,
        "stars": digest(X) + digest(y),
        "source": digest(classifier.predict_proba(some).astype(np.float32))
        + digest(describe(classifier)),
        "scoring": {
            name: wanted if isinstance(wanted, str) else _plain(wanted)
            for name, wanted in scorers.items()
        },
    }


def digest(values):
    """Short hash of an array, a text or anything that joblib can hash."""
    if isinstance(values, str):
        values = np.frombuffer(values.encode(), dtype=np.uint8)
    array = np.asarray(values) if hasattr(values, "dtype") or hasattr(values, "to_numpy") else None
    if array is None or array.dtype.kind == "O":
        if array is None:
            import joblib

            return joblib.hash(values)[:16]
        array = array.astype(str)
    found = hashlib.blake2b(f"{array.dtype.str}{array.shape}".encode(), digest_size=8)
    found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def describe(estimator):
    """Class and parameters of an estimator as text; what does not change results is left out."""
    parameters = estimator.get_params(deep=True)
    told = {
        name: type(value).__name__ if hasattr(value, "get_params") else _plain(value)
        for name, value in sorted(parameters.items())
        if name.rpartition("__")[2] not in ("n_jobs", "verbose", "memory")
    }
    return f"{type(estimator).__name__} {json.dumps(told)}"


def _plain(value):
    # Addresses differ from run to run.
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))
