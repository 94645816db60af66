"""Write docs/commands.md, whose commands are really run: python docs/make_commands.py."""

import contextlib
import io
import os
import shlex
import shutil
import tempfile
import warnings
from pathlib import Path

from sklearn_vartl.cli import main
from sklearn_vartl.datasets import simulate_survey

PAGE = Path(__file__).with_name("commands.md")
PICTURES = Path(__file__).with_name("commands")

HEAD = """\
# From a file to a class: the ten commands

A table of light curves, forty labels, and no Python: what to type, and what comes back. All of it was run, and is run
anew by `python docs/make_commands.py`, which makes this page (`-j 1` is left out of the commands here). The stars are
simulated, with the cadence of ASAS, so that the answers can be checked.

`sterne.csv` has one row a point, in columns that nobody has foreseen, and semicolons and decimal commas; `typen.csv`
has the types of forty of its stars, as three observers wrote them:

```text
{points}
```

```text
{labels}
```
"""

# Each: a heading, what to know, the command, what follows the output.
STEPS = [
    (
        "Compile",
        "Once per installation; later commands start at once. Left out, the first command does it, and says so.",
        "vartl warm-up",
        "",
    ),
    (
        "What is in the file?",
        "Names that are not known have to be told. `vartl info` says what was read, and as what.",
        "vartl info sterne.csv --columns {columns}",
        "",
    ),
    (
        "A first look, without labels",
        "`multi` comes with the package. It knows what stars of any survey look like, and what does not vary.",
        "vartl classify --model multi sterne.csv --columns {columns} -o first.csv",
        "",
    ),
    (
        "Which stars are worth a label?",
        "Ten that would teach most; `--plot ask.png` draws their folds.",
        "vartl suggest --model multi sterne.csv --columns {columns} -n 10 -o ask.csv --plot ask.png",
        "![Ten stars with the reasons to ask for them](commands/ask.png)",
    ),
    (
        "Learn the forty labels",
        "`--cv 5` says what the model is worth on stars that it has not learned, beside a random forest. The labels "
        "come in several spellings; `--harmonise` makes one class of each.",
        "vartl transfer --source multi sterne.csv --columns {columns} --labels typen.csv "
        "--label-columns id=Stern,label=Typ --harmonise --survey gcvs --cv 5 -o my.vartl",
        "Forty labels in five folds are few: the spread says how far the figures can be trusted. NONVAR and QSO stay "
        "possible, though no label names them.",
    ),
    (
        "Classify all",
        "The table has the class, its period with an error, probabilities, and what speaks against them "
        "([every column](cli.md#out)).",
        "vartl classify --model my.vartl sterne.csv --columns {columns} -o classes.csv",
        "```text\n{head}\n```",
    ),
    (
        "Look at them",
        "Of each class the most certain, the least certain and the most novel stars.",
        "vartl plot sterne.csv --columns {columns} --sheet classes.csv -o sheet.png",
        "![Folded light curves, one class a row](commands/sheet.png)",
    ),
    (
        "Why this class?",
        "The least certain star of the table:",
        "vartl explain --model my.vartl sterne.csv {star} --columns {columns} --labels typen.csv "
        "--label-columns id=Stern,label=Typ --harmonise --survey gcvs",
        "",
    ),
    (
        "Is a label wrong?",
        "The labels that the other stars contradict most come first.",
        "vartl doubt --model multi sterne.csv --columns {columns} --labels typen.csv "
        "--label-columns id=Stern,label=Typ --harmonise --survey gcvs -o doubts.csv",
        "",
    ),
    (
        "How good is it, really?",
        "Of simulated stars the truth is known: `truth.csv` has it for all. `--unseen` leaves out the forty that "
        "the model has learned.",
        "vartl evaluate --model my.vartl sterne.csv --columns {columns} --labels truth.csv --harmonise --unseen",
        "`vartl report` makes a page of the same for a browser, with the most confident mistakes.",
    ),
]

COLUMNS = "id=Stern,time=Beobachtet,mag=Helligkeit,magerr=Fehler"
SPELLINGS = {
    "RRAB": ["RRab", "RRAB", "RR Lyr ab"],
    "EC": ["EW", "W UMa", "EC"],
    "ED": ["EA", "Algol", "ED"],
    "MIRA": ["M", "Mira", "MIRA"],
    "DSCT": ["DSCT", "delta Sct", "DSCT"],
}


def write_files(folder):
    """The observers' files."""
    X = simulate_survey(150, "asas", classes=list(SPELLINGS), random_state=2)
    # What does not vary is in every survey, and in no list of labels.
    still = simulate_survey(10, "asas", classes=["NONVAR"], random_state=3)
    lines, types, truth = ["Stern;Beobachtet;Helligkeit;Fehler"], ["Stern;Typ"], ["object_id,label"]
    for k, star in enumerate([*X, *still]):
        name, label = f"V{k + 1}", "NONVAR" if k >= len(X) else str(X.labels[k])
        for time, mag, magerr in zip(*star, strict=True):
            lines.append(f"{name};{time:.5f};{mag:.3f};{magerr:.3f}".replace(".", ","))
        truth.append(f"{name},{label}")
        if k < 40:
            types.append(f"{name};{SPELLINGS[label][k % 3]}")
    for file, text in {"sterne.csv": lines, "typen.csv": types, "truth.csv": truth}.items():
        (folder / file).write_text("\n".join(text) + "\n", encoding="utf-8")


def run(command):
    """What the command prints, warnings among it; bars of progress are left out."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        name, *rest = shlex.split(command)[1:]
        code = main([name, *rest, *([] if name in ("warm-up", "info", "plot") else ["-j", "1"])])
    if code not in (0, 3):
        raise RuntimeError(f"{command}\n{out.getvalue()}")
    lines = out.getvalue().replace("\r", "\n").splitlines()
    # Bars of progress, and what is compiled where the first step was left out.
    passing = "compiling" if "warm-up" not in command else "%|"
    return "\n".join(
        line.rstrip() for line in lines if line.strip() and "%|" not in line and passing not in line
    )


def least_certain(path):
    """The star with the lowest largest probability."""
    import pandas as pd

    table = pd.read_csv(path)
    return table["object_id"][table["p_max"].idxmin()]


def page():
    """The whole page as text; pictures are written beside it."""
    parts = []
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name), warnings.catch_warnings():
        folder = Path(name)
        write_files(folder)
        shown = {
            "points": "\n".join((folder / "sterne.csv").read_text().splitlines()[:4]),
            "labels": "\n".join((folder / "typen.csv").read_text().splitlines()[:6]),
        }
        parts.append(HEAD.format(**shown))
        known = {"columns": COLUMNS}
        for number, (heading, before, command, after) in enumerate(STEPS, 1):
            if "{star}" in command:
                known["star"] = least_certain("classes.csv")
            command = command.format(**known)
            printed = run(command)
            if "{head}" in after:
                rows = (folder / "classes.csv").read_text().splitlines()[:4]
                known["head"] = "\n".join(rows)
            wrapped = command.replace(" --", " \\\n    --")
            parts.append(f"\n## {number}. {heading}\n\n{before}\n\n```sh\n{wrapped}\n```\n")
            parts.append(f"\n```text\n{printed}\n```\n")
            if after:
                parts.append(f"\n{after.format(**known)}\n")
        PICTURES.mkdir(exist_ok=True)
        for picture in ("ask.png", "sheet.png"):
            shutil.copy(folder / picture, PICTURES / picture)
    return "".join(parts)


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "Agg")
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
