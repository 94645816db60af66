"""
A HATS catalogue with LSDB
==========================

Surveys publish light curves as HATS catalogues: Parquet files by pixel of the sky. LSDB reads them
lazily, and a fitted model classifies them partition by partition; the result is a catalogue again.

Needs ``pip install sklearn_vartl[catalog] lsdb``.
"""

# %%
# A model, saved so that each worker loads it once.

import functools
import importlib.util
import tempfile
from pathlib import Path

import numpy as np

from sklearn_vartl import (
    LightCurveFeatures,
    TransferMLPClassifier,
    make_transfer_pipeline,
    save_model,
)
from sklearn_vartl.catalog import classify_partition
from sklearn_vartl.datasets import simulate_survey

CLASSES = ["RRAB", "EC", "MIRA"]


def make_model(path):
    """Learn a small simulated survey."""
    X = simulate_survey(90, "asas", classes=CLASSES, random_state=0)
    # A star without features must not stop its partition.
    features = LightCurveFeatures(on_error="nan")
    model = make_transfer_pipeline(features, TransferMLPClassifier(n_estimators=1, random_state=0))
    save_model(model.fit(X, X.labels), path)


# %%
# A small HATS catalogue: forty stars all over the sky, light curves nested in one column.


def make_hats(folder):
    """Write the catalogue."""
    import lsdb

    X = simulate_survey(40, "asas", classes=CLASSES, random_state=1)
    rng = np.random.default_rng(2)
    frame = X.to_nested().reset_index(drop=True)
    frame["ra"] = rng.uniform(0, 360, len(X))
    frame["dec"] = np.degrees(np.arcsin(rng.uniform(-1, 1, len(X))))
    stars = lsdb.from_dataframe(frame, ra_column="ra", dec_column="dec", partition_rows=10)
    stars.write_catalog(folder, catalog_name="stars", as_collection=False, progress_bar=False)


# %%
# What is done with each partition. LSDB wants the positions kept; an empty partition gives an empty
# table of the same columns and types, which therefore is the `meta` as well.


def classify(partition, model):
    """Positions and classes of the stars of one partition."""
    return partition[["ra", "dec"]].join(classify_partition(model, partition))


def main():
    """Make a catalogue, classify it, write the classes as another one."""
    import lsdb

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        model = str(folder / "model.vartl")
        make_model(model)
        make_hats(folder / "stars")

        stars = lsdb.open_catalog(folder / "stars", columns="all")
        work = functools.partial(classify, model=model)
        meta = work(stars.meta)
        classes = stars.map_partitions(work, meta=meta)
        classes.write_catalog(folder / "classes", catalog_name="classes", progress_bar=False)
        written = lsdb.open_catalog(folder / "classes", columns="all").compute()
        print(f"{stars.npartitions} partitions, {len(written)} stars")
        print(written[["object_id", "ra", "dec", "label", "period"]].head(3).to_string())

        # A search leaves partitions without any star.
        north = stars.query("dec > 60").map_partitions(work, meta=meta).compute()
        assert north.dtypes.equals(meta.dtypes)
        print(f"{len(north)} of them north of 60 degrees")


if __name__ == "__main__":
    if importlib.util.find_spec("lsdb") is None:
        print("Left out: LSDB is not installed (pip install lsdb).")
    else:
        main()
