"""Tables with one row per point."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sklearn_vartl.light_curves import LightCurves, as_light_curves

TABLE = pd.DataFrame(
    {
        "object_id": ["b", "a", "b", "c", "a", "b"],
        "time": [3.0, 1.0, 2.0, 9.0, 0.0, 5.0],
        "mag": [10.0, 11.0, 12.0, 13.0, 14.0, 15.0],
        "magerr": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
        "label": ["EC", "RRAB", "EC", None, "RRAB", "EC"],
        "ra": [1.0, 2.0, 1.0, np.nan, 2.0, 1.0],
        "airmass": [1.0, 1.1, 1.2, 1.0, 1.3, 1.1],
    }
)
EXPECTED = LightCurves(
    [3.0, 2.0, 5.0, 1.0, 0.0, 9.0],
    [10.0, 12.0, 15.0, 11.0, 14.0, 13.0],
    [0.1, 0.3, 0.6, 0.2, 0.5, 0.4],
    [0, 3, 5, 6],
    ids=["b", "a", "c"],
    labels=["EC", "RRAB", None],
    table={"ra": [1.0, 2.0, np.nan]},
)


def test_stars_keep_the_order_of_their_first_row():
    assert LightCurves.from_any(TABLE) == EXPECTED


@pytest.mark.parametrize(
    "form",
    [
        lambda table: table.to_dict("list"),
        lambda table: {name: table[name].to_numpy() for name in table},
        lambda table: pa.Table.from_pandas(table),
        lambda table: table.convert_dtypes(),
        lambda table: table.set_index("object_id"),
        lambda table: table.assign(object_id=table.object_id.astype("category")),
    ],
)
def test_other_tables(form):
    assert LightCurves.from_any(form(TABLE)) == EXPECTED


def test_structured_arrays_of_fits_files():
    table = np.array(
        [(7, 0.0, 10.0), (7, 1.0, 11.0), (3, 0.0, 12.0)],
        dtype=[("id", ">i8"), ("time", ">f8"), ("mag", ">f4")],
    )
    X = LightCurves.from_any(table)
    assert X.ids.tolist() == [7, 3]
    assert X.mag.tolist() == [10.0, 11.0, 12.0]
    assert X.time.dtype.isnative


def test_columns_by_role():
    renamed = TABLE.rename(
        columns={"object_id": "star", "time": "HJD-2450000", "mag": "Vmag", "magerr": "s"}
    )
    roles = {"id": "star", "time": "HJD-2450000", "mag": "Vmag", "magerr": "s"}
    zero = EXPECTED.replace(time_zero=2450000.0, time_scale="hjd_utc")
    assert LightCurves.from_any(renamed, roles) == zero
    renamed = renamed.rename(columns={"Vmag": "V"})
    with pytest.raises(ValueError, match="Time and magnitude .* not found"):
        LightCurves.from_any(renamed)


def test_usual_names_are_found_whatever_their_case():
    table = TABLE.rename(
        columns={"object_id": "ID", "time": "MJD", "mag": "Mag", "magerr": "e_mag"}
    )
    assert LightCurves.from_any(table) == EXPECTED


def test_none_leaves_a_role_out():
    X = LightCurves.from_any(TABLE, {"magerr": None, "label": None})
    assert X.magerr is None
    assert X.labels is None


def test_flux_is_taken_where_there_are_no_magnitudes_or_it_is_asked_for():
    both = TABLE.assign(flux=[-1.0, 2.0, 3.0, 4.0, 5.0, 6.0], flux_err=0.5)
    assert LightCurves.from_any(both).quantity == "mag"
    X = LightCurves.from_any(both, {"flux": "flux"})
    assert X.flux.tolist() == [-1.0, 3.0, 6.0, 2.0, 5.0, 4.0]
    assert set(X.fluxerr) == {0.5}
    assert LightCurves.from_any(both.drop(columns="mag")) == X


def test_band_flag_limit_and_field_are_carried():
    table = TABLE.assign(
        band=list("VIVIVI"), flag=[0, 1, 0, 2, 0, 0], limit=[True] + [False] * 5, field=range(6)
    )
    X = LightCurves.from_any(table)
    assert X.band.tolist() == ["V", "V", "I", "I", "V", "I"]
    assert X.flag.tolist() == [0, 0, 0, 1, 0, 2]
    assert X.limit.tolist() == [True] + [False] * 5
    assert X.field.tolist() == [0, 2, 5, 1, 4, 3]


def test_label_may_be_missing_in_some_rows_but_not_differ():
    table = TABLE.assign(label=[None, "RRAB", "EC", None, None, "EC"])
    assert LightCurves.from_any(table).labels.tolist() == ["EC", "RRAB", None]
    table = TABLE.assign(label=["EC", "RRAB", "ED", None, "RRAB", "EC"])
    with pytest.raises(ValueError, match=r"Star 'b' \(position 0\).*label: 'EC' and 'ED'"):
        LightCurves.from_any(table)


def test_rows_without_identifier_are_refused():
    table = TABLE.assign(object_id=["b", None, "b", "c", None, "b"])
    with pytest.raises(ValueError, match="2 rows have no identifier in column object_id; .* row 1"):
        LightCurves.from_any(table)


def test_a_table_without_identifiers_is_refused():
    with pytest.raises(ValueError, match=r"tells the stars apart.*a list of one"):
        LightCurves.from_any(TABLE[["time", "mag"]])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"tme": "time"}, r"unknown roles \['tme'\]; the roles are id, label"),
        ({"time": "HJD"}, "There is no column HJD; there are"),
        ("sdss", "There is no preset 'sdss'; there are asas, crts"),
    ],
)
def test_mistakes_in_the_mapping(columns, message):
    with pytest.raises(ValueError, match=message):
        LightCurves.from_any(TABLE, columns)


def test_long_tables_are_refused_as_X():
    class Frame(pd.DataFrame):
        pass

    class Exporter:
        def __arrow_c_stream__(self, requested_schema=None):
            return pa.Table.from_pandas(TABLE).__arrow_c_stream__(requested_schema)

    forms = [TABLE, TABLE.to_dict("list"), pa.Table.from_pandas(TABLE), Frame(TABLE), Exporter()]
    for table in forms:
        assert LightCurves.from_any(table) == EXPECTED
        with pytest.raises(TypeError, match="one row per point cannot be X.*from_any"):
            as_light_curves(table)


def test_pandas_round_trip():
    X = LightCurves(
        [0.0, 1.0, 5.0],
        [1.0, 2.0, 3.0],
        [0.1, 0.2, 0.3],
        [0, 2, 2, 3],
        ids=["a", "empty", "b"],
        labels=["EC", "ED", None],
        survey="X",
        band=["V", "I", "V"],
        flag=[0, 2, 0],
        limit=[False, True, False],
        field=[1, 2, 3],
        table={"ra": [1.0, np.nan, 2.0], "kind": ["p", None, "q"]},
        time_scale="tai",
        time_zero=2400000.5,
    )
    table = X.to_pandas()
    assert len(table) == 4
    assert table.object_id.tolist() == ["a", "a", "empty", "b"]
    assert LightCurves.from_any(table) == X
    assert LightCurves.from_any(X[[0, 2]].to_pandas()) == X[[0, 2]]


def test_to_pandas_gives_arrays_of_its_own(light_curves):
    table = light_curves.to_pandas()
    table.loc[:, "mag"] = 0.0
    assert light_curves.mag.min() > 0


def test_to_pandas_refuses_repeated_identifiers(light_curves):
    with pytest.raises(ValueError, match="'star3' belongs to the stars at positions 0 and 2"):
        light_curves[[3, 4, 3]].to_pandas()


def test_fluxes_keep_their_names():
    X = LightCurves([0.0], [-1.0], [0.5], quantity="flux")
    assert X.to_pandas().columns.tolist() == ["object_id", "time", "flux", "fluxerr"]
    assert LightCurves.from_any(X.to_pandas()) == X
