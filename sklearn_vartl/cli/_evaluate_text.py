"""The report of `vartl evaluate` as text and as a table."""

_NAMES = {
    "accuracy": "accuracy",
    "matthews_corrcoef": "Matthews correlation (MCC)",
    "Mc": "Mc = (MCC + 1) / 2",
    "f1_macro": "macro F1",
    "balanced_accuracy": "balanced accuracy",
    "log_loss": "log loss",
    "calibration_error": "calibration error",
}


def as_text(report):
    """The report as lines for a terminal."""
    lines = [f"{report['n_stars']} stars scored", *_remarks(report), ""]
    for name, value in report["scores"].items():
        lines.append(f"  {_NAMES[name]:28}{_number(value):>7}")
    lines += ["", *_classes(report["classes"]), "", *_confusion(report["confusion"])]
    return "\n".join(lines)


def as_table(report):
    """The report as a DataFrame with one number a row.

    Columns are ``quantity``, ``class`` (true class; none for what is of all stars), ``predicted``
    (for the confusion matrix) and ``value``.
    """
    import pandas as pd

    rows = [("n_stars", None, None, report["n_stars"])]
    rows += [(f"left out: {why}", None, None, count) for why, count in report["left_out"].items()]
    rows += [(name, None, None, value) for name, value in report["scores"].items()]
    for row in report["classes"]:
        rows += [(name, row["class"], None, row[name]) for name in row if name != "class"]
    labels, counts = report["confusion"]["labels"], report["confusion"]["counts"]
    rows += [
        ("confusion", true, predicted, count)
        for true, line in zip(labels, counts, strict=True)
        for predicted, count in zip(labels, line, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["quantity", "class", "predicted", "value"])
    return table.astype({"value": float})


def _remarks(report):
    """What must be known to read the scores."""
    lines = []
    for why, count in report["left_out"].items():
        lines.append(f"  left out: {count} ({why})")
    if report["translated"]:
        pairs = ", ".join(f"{label} as {name}" for label, name in report["translated"].items())
        lines.append(f"  labels read {pairs}")
    if report["unknown_classes"]:
        counts = ", ".join(f"{name} ({n})" for name, n in report["unknown_classes"].items())
        lines.append(
            f"  no classes of the model, so always wrong (and not in the log loss): {counts}"
        )
    return lines


def _classes(rows):
    width = max(len("class"), *(len(row["class"]) for row in rows))
    columns = ("precision", "recall", "f1")
    head = f"{'class':{width}}{'stars':>8}{'predicted':>11}"
    lines = [head + "".join(f"{name:>11}" for name in columns)]
    for row in rows:
        line = f"{row['class']:{width}}{row['n_stars']:8}{row['n_predicted']:11}"
        lines.append(line + "".join(f"{_number(row[name]):>11}" for name in columns))
    return lines


def _confusion(confusion):
    """The matrix without classes that no star has (rows) or is given (columns)."""
    labels, counts = confusion["labels"], confusion["counts"]
    columns = [j for j in range(len(labels)) if any(line[j] for line in counts)]
    widths = {j: max(len(labels[j]), 4) + 2 for j in columns}
    corner = "true \\ predicted"
    first = max(len(corner), *map(len, labels))
    lines = [f"{corner:{first}}" + "".join(f"{labels[j]:>{widths[j]}}" for j in columns)]
    for label, line in zip(labels, counts, strict=True):
        if any(line):
            # A dot for zero, so that what is confused stands out.
            cells = "".join(f"{line[j] or '.':>{widths[j]}}" for j in columns)
            lines.append(f"{label:{first}}{cells}")
    return lines


def _number(value):
    return "-" if value is None else f"{value:.3f}"
