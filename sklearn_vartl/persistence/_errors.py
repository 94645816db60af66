"""The one error that a bad model file raises."""


class ModelFileError(ValueError):
    """A file that is no model, is damaged, or was written by a newer version.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_vartl.persistence import ModelFileError, load_model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "no_model.vartl"
    ...     _ = path.write_text("something else")
    ...     try:
    ...         load_model(path)
    ...     except ModelFileError:
    ...         print("no model")
    no model
    """
