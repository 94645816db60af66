"""
A catalogue on a cluster
========================

The same fitted model on nested-pandas frames, Dask and, where it is installed, LSDB: whole partitions
go in, tables of classes come out. The small HATS catalogue is made here.

Needs ``pip install sklearn_vartl[catalog]``, and ``pip install lsdb`` for the last part.
"""

# %%
# A model, saved so that workers load it once each instead of getting it with every partition.

import functools
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
    model = make_transfer_pipeline(
        LightCurveFeatures(on_error="nan"), TransferMLPClassifier(n_estimators=1, random_state=0)
    )
    save_model(model.fit(X, X.labels), path)


# %%
# A HATS catalogue: Parquet files by pixel of the sky, one row a star, light curves nested.

PROPERTIES = """\
obs_collection=simulated
dataproduct_type=object
hats_nrows={n_stars}
hats_col_ra=ra
hats_col_dec=dec
hats_order=0
hats_skymap_order=0
hats_version=v0.1
hats_npix_suffix=.parquet
"""


def make_hats(folder, pixels=(0, 5)):
    """Write a catalogue with ten stars in each pixel of order 0."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = []
    for pixel in pixels:
        X = simulate_survey(10, "asas", classes=CLASSES, random_state=pixel + 1)
        table = X.to_arrow().select(["object_id", "time", "mag", "magerr"])
        points = [table[name].combine_chunks() for name in ("time", "mag", "magerr")]
        # The centres of the pixels: 0 is at (45, 41.8), 5 at (90, 0).
        ra, dec = {0: (45.0, 41.8), 5: (90.0, 0.0)}[pixel]
        table = pa.table(
            {
                "_healpix_29": pa.array((pixel << 58) + np.arange(len(X)), pa.int64()),
                "object_id": [f"{pixel}-{star}" for star in X.ids],
                "ra": np.full(len(X), ra),
                "dec": np.full(len(X), dec),
                "lightcurve": pa.StructArray.from_arrays(points, ["time", "mag", "magerr"]),
            }
        )
        path = folder / "dataset" / "Norder=0" / "Dir=0" / f"Npix={pixel}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
        tables.append(table)
    rows = "\n".join(f"0,{pixel}" for pixel in pixels)
    (folder / "partition_info.csv").write_text(f"Norder,Npix\n{rows}\n")
    (folder / "hats.properties").write_text(PROPERTIES.format(n_stars=10 * len(pixels)))
    pq.write_metadata(table.schema, folder / "dataset" / "_common_metadata")
    return tables


def on_nested_pandas(model, tables):
    """One frame in memory."""
    from nested_pandas import NestedFrame

    frame = tables[0].to_pandas(types_mapper=_arrow_types).set_index("_healpix_29")
    return classify_partition(model, NestedFrame(frame))


def on_dask(model, tables):
    """Partitions of a Dask frame, in threads; with a `distributed.Client`, on its workers."""
    import dask.dataframe as dd
    from dask import delayed

    work = functools.partial(classify_partition, model)
    frames = [table.to_pandas(types_mapper=_arrow_types) for table in tables]
    lazy = dd.from_delayed([delayed(frame) for frame in frames], meta=frames[0].iloc[:0])
    return lazy.map_partitions(work, meta=work(lazy._meta)).compute(scheduler="threads")


def on_lsdb(model, folder):
    """Partitions of an LSDB catalogue."""
    import lsdb

    catalog = lsdb.open_catalog(folder, columns="all")
    work = functools.partial(classify_partition, model)
    return catalog.map_partitions(work, meta=work(catalog.meta)).compute()


def _arrow_types(kind):
    import pandas as pd
    import pyarrow as pa

    return pd.ArrowDtype(kind) if pa.types.is_nested(kind) else None


def main():
    """Classify the catalogue in all three ways."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        model = str(folder / "model.vartl")
        make_model(model)
        tables = make_hats(folder / "survey")
        ways = {
            "nested-pandas": lambda: on_nested_pandas(model, tables),
            "Dask": lambda: on_dask(model, tables),
            "LSDB": lambda: on_lsdb(model, folder / "survey"),
        }
        for name, way in ways.items():
            try:
                table = way()
            except ImportError as error:
                print(f"{name}: left out, {error}")
                continue
            print(f"{name}: {len(table)} stars")
            print(table[["object_id", "label", "period"]].head(3).to_string())


if __name__ == "__main__":
    main()
