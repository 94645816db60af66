"""Partitions of frames: nested-pandas and Dask."""

import functools
import os
import signal

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_vartl import LightCurves
from sklearn_vartl.catalog import classify_partition

from .conftest import sines

pytest.importorskip("nested_pandas", reason="nested-pandas is not installed")


def nested(X, index=None):
    frame = X.replace(labels=None).to_nested("lc")
    frame.index = np.arange(len(X)) * 10 + 7 if index is None else index
    frame.index.name = "_healpix_29"
    return frame


def test_a_whole_frame(model):
    X = sines(13)
    frame = nested(X)
    table = classify_partition(model, frame)
    assert list(table.columns[:6]) == [
        "object_id", "label", "period", "significance", "n_points", "flag"
    ]  # fmt: skip
    assert table.index.equals(frame.index)
    assert_array_equal(table["object_id"], X.ids)
    assert_allclose(table[["p_LONG", "p_SHORT"]], model.predict_proba(X), atol=1e-5)
    assert_array_equal(table["label"], model.predict(X))


def test_an_empty_partition_has_the_columns_and_types_of_the_others(model):
    frame = nested(sines(6))
    full, empty = classify_partition(model, frame), classify_partition(model, frame.iloc[:0])
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert empty.index.dtype == full.index.dtype and empty.index.name == full.index.name
    mag = frame["lc.mag"].to_numpy(copy=True)
    flat = frame.copy()
    flat["lc.mag"] = 15.0 + 0 * mag
    flagged = classify_partition(model, flat)
    assert set(flagged["flag"]) == {"all magnitudes equal"}
    assert flagged.dtypes.to_dict() == full.dtypes.to_dict()


def test_a_model_on_disk_is_loaded_once(model, model_file, monkeypatch):
    from sklearn_vartl import persistence

    X = sines(5)
    first = classify_partition(model_file, nested(X))
    monkeypatch.setattr(persistence, "load_model", None)
    assert classify_partition(str(model_file), nested(X)).equals(first)
    assert_allclose(first["p_LONG"], model.predict_proba(X)[:, 0], rtol=1e-6)


def test_rows_of_a_nested_frame(model):
    X = sines(5)

    def classify_row(time, mag, magerr):
        return {"p_LONG": model.predict_proba(LightCurves(time, mag, magerr))[0, 0]}

    columns = ["lc.time", "lc.mag", "lc.magerr"]
    found = nested(X).map_rows(classify_row, columns=columns, row_container="args")
    assert_allclose(found["p_LONG"], model.predict_proba(X)[:, 0], rtol=1e-6)


def test_a_frame_of_points_is_refused(model):
    with pytest.raises(ValueError, match="rows are points, not stars"):
        classify_partition(model, sines(3).to_pandas())


def partition_work(folder, model_file, number, frame):
    """Classify one partition; the first process to meet number 2 dies on the way."""
    mark = os.path.join(folder, "killed")
    if number == 2 and not os.path.exists(mark):
        with open(mark, "x"):
            os.kill(os.getpid(), signal.SIGKILL)
    return classify_partition(model_file, frame)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_dask_finishes_when_a_worker_is_killed(model, model_file, tmp_path):
    distributed = pytest.importorskip("distributed", reason="distributed is not installed")
    from dask import delayed
    from dask.dataframe import from_delayed

    X = sines(60)
    frames = [nested(X[i : i + 10], np.arange(i, i + 10)) for i in range(0, 60, 10)]
    frames.insert(3, frames[0].iloc[:0])
    meta = classify_partition(model, frames[0].iloc[:0])
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=tmp_path
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = set(client.run(os.getpid).values())
        work = functools.partial(partition_work, str(tmp_path), str(model_file))
        parts = [delayed(work)(number, frame) for number, frame in enumerate(frames)]
        table = from_delayed(parts, meta=meta).compute()
        assert (tmp_path / "killed").exists()
        client.wait_for_workers(2)
        assert len(pids - set(client.run(os.getpid).values())) == 1
    assert_array_equal(table["object_id"], X.ids)
    assert_allclose(table[["p_LONG", "p_SHORT"]], model.predict_proba(X), atol=1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_map_partitions_of_a_dask_frame(model_file, model):
    dataframe = pytest.importorskip("dask.dataframe", reason="dask is not installed")
    import pandas as pd
    import pyarrow as pa

    X = sines(40)
    table = X.to_arrow().select(["object_id", "time", "mag", "magerr"])
    arrow = {n: pd.ArrowDtype(table.schema.field(n).type) for n in table.column_names[1:]}
    frame = pd.DataFrame({"object_id": X.ids}).assign(
        **{n: pd.array(table[n].to_pylist(), dtype=kind) for n, kind in arrow.items()}
    )
    assert pa.types.is_large_list(table.schema.field("time").type) or len(arrow) == 3
    lazy = dataframe.from_pandas(frame, npartitions=3, sort=False)
    work = functools.partial(classify_partition, str(model_file))
    found = lazy.map_partitions(work, meta=work(lazy._meta)).compute(scheduler="threads")
    assert_array_equal(found["object_id"], X.ids)
    assert_allclose(found[["p_LONG", "p_SHORT"]], model.predict_proba(X), atol=1e-5)
