"""Feature rows kept on disk, found again by the content of each light curve."""

import hashlib
import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

_FILE_NAME = "light_curve_features.sqlite"
# SQLite takes at most 999 values in one statement on old builds.
_CHUNK = 500
# Seconds to wait for another process that writes.
_TIMEOUT = 60.0


def cache_folder(memory):
    """Folder that `memory`, a path or a `joblib.Memory`, stands for; None where nothing is kept."""
    if memory is None or isinstance(memory, str | os.PathLike):
        return memory
    if hasattr(memory, "location"):
        return memory.location
    raise ValueError(f"memory must be None, a folder or a joblib.Memory, got {memory!r}.")


class RowCache:
    """Rows of a feature table in an SQLite file in this folder.

    Several threads and processes may use the same file; a star is computed twice at worst. The
    folder can be deleted at any time. The signature is everything apart from the light curve that the values depend
    on; its `repr` tells one from another.
    """

    def __init__(self, folder, signature):
        self.path = Path(folder) / _FILE_NAME
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._seed = hashlib.blake2b(repr(signature).encode(), digest_size=16).digest()
        with self._connected() as connection, connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, value BLOB NOT NULL)"
            )

    @contextmanager
    def _connected(self):
        try:
            # A connection belongs to one thread: each use opens its own.
            with closing(sqlite3.connect(self.path, timeout=_TIMEOUT)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise OSError(
                f"The cache {self.path} cannot be used ({error}): delete it, or give another "
                "memory; memory=None keeps nothing"
            ) from error

    def keys(self, X):
        """Key of each star's times, magnitudes and errors."""
        keys = []
        for star in X:
            digest = hashlib.blake2b(self._seed, digest_size=16)
            for values in star:
                digest.update(np.ascontiguousarray(values).tobytes())
            keys.append(digest.digest())
        return keys

    def rows(self, keys, compute):
        """Table of one row for each key; ``compute(positions)`` gives those that are not known."""
        known = self.load(keys)
        missing = np.flatnonzero([key not in known for key in keys])
        if missing.size:
            table = compute(missing)
            self.store([keys[i] for i in missing], table)
            known.update(zip((keys[i] for i in missing), table, strict=True))
        return np.stack([known[key] for key in keys])

    def load(self, keys):
        """Rows that are known, as a dict from key to array."""
        rows = {}
        with self._connected() as connection:
            for start in range(0, len(keys), _CHUNK):
                part = keys[start : start + _CHUNK]
                marks = ",".join("?" * len(part))
                found = connection.execute(
                    f"SELECT key, value FROM rows WHERE key IN ({marks})", part
                )
                rows.update((key, np.frombuffer(value)) for key, value in found)
        return rows

    def store(self, keys, table):
        """Keep the rows of a table, one for each key."""
        entries = [(key, row.tobytes()) for key, row in zip(keys, table, strict=True)]
        with self._connected() as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", entries)
