"""Classification of a catalogue of any size, which survives being killed."""

from numbers import Integral
from pathlib import Path


def classify_catalog(
    model,
    source,
    output,
    *,
    columns=None,
    points=None,
    batch_size=8192,
    n_jobs=None,
    resume=True,
    verbose=0,
):
    """Classify light curves in Parquet files, and write the classes to Parquet.

    Stars are read, classified and written part by part, so that the memory needed does not depend
    on how many there are. Each part appears on disk complete or not at all. A run that was killed
    goes on where it stopped when it is called again with the same arguments, and ends with the same
    rows as one that was never interrupted.

    Parameters
    ----------
    model : fitted TransferPipeline, str or path-like
        Its first step is a LightCurveFeatures; or the file of one, from `save_model`.
    source : str or path-like
        A Parquet file with one row a star (list columns, a list of structs or a struct of lists), a
        folder of such files, a HATS catalogue, or a glob such as ``"survey/*.parquet"``.
    output : str or path-like
        A name that ends in .parquet or .pq: one file, which appears when all is done; its parts
        wait beside it, in a folder of that name with ``.parts``. Any other name: a folder of parts,
        which is a Parquet data set.
    columns : mapping of str to str, or str, default=None
        Column names by role, or the name of a survey's preset, see `LightCurves.from_any`.
    points : str, default=None
        The nested column that holds the light curves, where there are several.
    batch_size : int, default=8192
        Most stars of a part. Stars with very many points go in smaller parts.
    n_jobs : int, default=None
        Number of threads that compute features. None is one unless in a `joblib.parallel_config`
        context, whose backend is used; -1 all.
    resume : bool, default=True
        Go on from the parts that are there. False begins anew.
    verbose : int, default=0
        Show a progress bar with rate and time left.

    Returns
    -------
    report : CatalogReport
        Its `complete` tells whether every star has a class; `flags` and `broken` say why not.

    Raises
    ------
    FileNotFoundError
        If there is no Parquet file.
    ValueError
        If no file holds light curves, or `output` holds a run of another model, of other light
        curves or settings.
    TypeError
        If the model takes no light curves.

    See Also
    --------
    classify_partition : The same for the partitions of Dask, nested-pandas and LSDB.

    Notes
    -----
    Columns: ``object_id`` (of stars without identifiers their row, after the file's name where there
    are several), ``label``, ``period`` (days, of the star as its class has it), ``significance`` (-log10
    of the period's false-alarm probability), ``n_points``, ``flag`` (why there is no class; empty
    where there is one), ``novelty`` where the model tells how unlike its training stars a star is,
    and ``p_<class>``. A star without a class has no period and no probabilities.

    A row group that cannot be read is reported and passed over; a later call tries it again.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import pyarrow.parquet as pq
    >>> from sklearn_vartl import (
    ...     LightCurveFeatures, TransferMLPClassifier, classify_catalog, make_transfer_pipeline,
    ...     write_light_curves)
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> X = simulate_survey(24, "asas", classes=["RRAB", "MIRA"], random_state=0)
    >>> model = make_transfer_pipeline(
    ...     LightCurveFeatures(["amplitude", "shape_period"]),
    ...     TransferMLPClassifier((8,), n_estimators=1, random_state=0)).fit(X, X.labels)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     folder = pathlib.Path(folder)
    ...     write_light_curves(X, folder / "stars.parquet")
    ...     report = classify_catalog(model, folder / "stars.parquet", folder / "classes.parquet")
    ...     table = pq.read_table(folder / "classes.parquet")
    >>> report.n_stars, report.complete
    (24, True)
    >>> table.column_names
    ['object_id', 'label', 'period', 'significance', 'n_points', 'flag',
     'novelty', 'p_MIRA', 'p_RRAB']
    """
    from ._run import Run
    from ._star_classifier import StarClassifier

    if not isinstance(batch_size, Integral) or isinstance(batch_size, bool) or batch_size < 1:
        raise ValueError(f"batch_size must be a positive integer, got {batch_size!r}")
    run = Run(
        StarClassifier(model, n_jobs),
        source,
        Path(output),
        batch_size=int(batch_size),
        columns=columns,
        points=points,
    )
    return run(resume=resume, verbose=verbose)
