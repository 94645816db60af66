"""The output's Arrow schema and tables."""

ID_COLUMN = "object_id"
_KINDS = {
    "period": "float64",
    "significance": "float64",
    "n_points": "int64",
    "flag": "string",
    "novelty": "float64",
}


def output_schema(classifier, layouts):
    """Schema of the output.

    Parameters
    ----------
    classifier : StarClassifier
    layouts : sequence of Layout
        Of the files; identifiers of different types become text.

    Returns
    -------
    pyarrow.Schema
    """
    import pyarrow as pa

    kinds = {layout.id_type for layout in layouts}
    fields = [
        (ID_COLUMN, kinds.pop() if len(kinds) == 1 else pa.string()),
        ("label", pa.array(classifier.classes.tolist()).type),
    ]
    fields += [
        (name, getattr(pa, _KINDS[name])())
        for name in ("period", "significance", "n_points", "flag")
    ]
    if classifier.has_novelty:
        fields.append(("novelty", pa.float64()))
    return pa.schema([*fields, *((f"p_{name}", pa.float64()) for name in classifier.classes)])


def arrow_table(schema, columns, source, rows, file, several):
    """The classifier's columns, with the identifiers of the source, as an Arrow table."""
    import pyarrow as pa

    id_field = schema.field(0)
    if file.layout.id_column is not None:
        ids = source[file.layout.id_column].cast(id_field.type)
    else:
        prefix = f"{file.name}:" if several else ""
        ids = pa.array([f"{prefix}{row}" for row in rows], id_field.type)
    arrays = [
        pa.array(columns[field.name], field.type, from_pandas=False) for field in list(schema)[1:]
    ]
    return pa.table([ids, *arrays], schema=schema)
