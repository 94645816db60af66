"""Bad input ends with an exit code and one line that says what is wrong."""

import argparse
import io
import re
import subprocess
import sys
import warnings
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sklearn_vartl import FeatureScaler, __version__, save_model
from sklearn_vartl.cli import _main

# What only a program can be told.
PYTHON = re.compile(r"\w=(None|True|False|[\[{'\"]|\.\.\.)|\bX\.|np\.|\w\(\)|\[\(|Traceback")


@pytest.fixture
def files(folder, tmp_path):
    """Files that are wrong in one way each."""
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "words.csv").write_text("object_id,time,mag\na,now,bright\n")
    (tmp_path / "no_labels.csv").write_text("object_id,colour\nstar0,EC\n")
    (tmp_path / "others.csv").write_text("object_id,label\nnobody,EC\n")
    (tmp_path / "twice.csv").write_text("object_id,label\nstar0,EC\nstar0,ED\n")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x01" * 20)
    (tmp_path / "odd.csv").write_text("name,when,how\na,1,2\n")
    (tmp_path / "broken.vartl").write_bytes(b"nothing")
    (tmp_path / "broken.parquet").write_bytes(b"nothing")
    save_model(FeatureScaler().fit([[0.0], [1.0]]), tmp_path / "scaler.vartl")
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    "command, message",
    [
        ("features nowhere.csv -o f.csv", "nowhere.csv"),
        ("features empty.csv -o f.csv", "empty.csv"),
        ("features odd.csv -o f.csv", "as in --columns time=when,mag=how"),
        ("features words.csv -o f.csv", "words.csv"),
        ("features broken.parquet -o f.csv", "broken.parquet"),
        ("features binary.csv -o f.csv", "binary.csv"),
        ("features stars.parquet -o f.xlsx", "f.xlsx: a table's name must end in .parquet"),
        ("features stars.parquet -o nowhere/f.csv", "There is no folder"),
        ("features stars.parquet -o f.csv --features beauty", "'beauty'"),
        ("features stars.parquet -o f.csv --columns time=,=x", "not of the form ROLE=NAME"),
        (
            "features stars.parquet -o f.csv --columns sdss",
            "--columns sdss is neither ROLE=NAME,... nor a preset: ",
        ),
        ("train unlabelled.csv -o m.vartl", "none of the light curves has a label"),
        ("train stars.parquet --labels others.csv -o m.vartl", "none of its 1 object_ids"),
        ("train stars.parquet --labels no_labels.csv -o m.vartl", "has no column label"),
        ("train stars.parquet --labels twice.csv -o m.vartl", "two different labels"),
        ("train stars.parquet --labels binary.csv -o m.vartl", "binary.csv is no CSV table"),
        ("train stars.parquet --labels empty.csv -o m.vartl", "empty.csv is no CSV table"),
        ("train stars.parquet -o nowhere/m.vartl", "There is no folder"),
        ("transfer --source broken.vartl stars.parquet -o m.vartl", "is no model file"),
        ("transfer --source scaler.vartl stars.parquet -o m.vartl", "takes no light curves"),
        ("classify --model nowhere.vartl stars.parquet -o c.csv", "nowhere.vartl"),
        ("classify --model source.vartl nowhere.parquet -o c.csv", "nowhere.parquet"),
        ("info broken.vartl", "is no model file"),
        ("info nowhere.csv", "nowhere.csv"),
        ("demo --stars 3", "--stars must be at least 100"),
    ],
)
def test_bad_input_is_one_clear_line(vartl, files, monkeypatch, command, message):
    monkeypatch.chdir(files)
    before = sorted(path.name for path in files.iterdir())
    code, out, errors = vartl(*command.split(), "-q")
    assert code == 1
    assert out == ""
    assert errors.startswith("vartl: error: ") and errors.count("\n") == 1
    assert message in errors
    assert not PYTHON.search(errors) and "in the shell" not in errors
    assert sorted(path.name for path in files.iterdir()) == before


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["features"], ["features", "x.csv"], ["classify", "x", "-o", "y"]]
)
def test_wrong_usage_is_exit_code_two(vartl, arguments):
    code, _, errors = vartl(*arguments)
    assert code == 2
    assert "usage: vartl" in errors


@pytest.mark.parametrize("name", ["a.tbl", "one.csv", "flux.csv", "b.csv"])
def test_messages_speak_of_what_the_shell_can_do(vartl, tmp_path, name):
    (tmp_path / "a.tbl").write_text("x")
    (tmp_path / "one.csv").write_text("time,mag\n1,2\n")
    (tmp_path / "flux.csv").write_text("id,time,flux\n" + "a,1,1\na,2,3\n" * 9)
    rows = "".join(f"5,{i},{i % 7 % 4},{'gr'[i % 2]}\n" for i in range(40))
    (tmp_path / "b.csv").write_text("id,time,mag,band\n" + rows)
    *_, errors = vartl("features", "-q", "-j", 1, tmp_path / name, "--features", "skewness",
                       "-o", tmp_path / "o.csv")  # fmt: skip
    assert errors.startswith("vartl: ")
    assert not PYTHON.search(errors.replace(str(tmp_path), "")), errors


def test_a_missing_library_is_one_line(tmp_path):
    (tmp_path / "a.fits").write_bytes(b"SIMPLE  =                    T")
    code = (
        "import sys; sys.modules['astropy'] = None\n"
        "from sklearn_vartl.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "features", tmp_path / "a.fits", "-o", tmp_path / "f.csv", "-q"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("vartl: error: ") and done.stderr.count("\n") == 1
    assert "pip install astropy" in done.stderr


def test_help_names_the_presets_that_there_are(vartl):
    from sklearn_vartl.light_curves import SURVEY_PRESETS

    text = " ".join(vartl("features", "--help")[1].split())
    named = text.split("a survey's preset: ")[1].split(" --")[0]
    assert named.replace("- ", "-").split(", ") == list(SURVEY_PRESETS)


def test_debug_shows_where_an_error_comes_from(vartl):
    with pytest.raises(FileNotFoundError):
        vartl("info", "nowhere.csv", "--debug")


def test_interruption_is_exit_code_130(vartl, monkeypatch):
    def interrupted(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(_main, "COMMANDS", (replace(_main.info, run=interrupted),))
    code, _, errors = vartl("info", "x")
    assert code == 130
    assert errors == "vartl: interrupted\n"


def test_warnings_are_one_line_each(vartl, folder, with_bad_star, tmp_path):
    arguments = "-o", tmp_path / "f.csv", "--features", "amplitude,skewness", "-q", "-j", 1
    code, _, errors = vartl("features", with_bad_star, *arguments)
    assert code == 0
    assert errors.startswith("vartl: warning: 1 of 30 stars has no features; the first")
    assert "star3" in errors and errors.count("\n") == 1


@pytest.mark.parametrize("command", ["demo", "features", "train", "transfer", "classify", "info"])
def test_every_command_explains_itself(vartl, command):
    code, text, _ = vartl(command, "--help")
    assert code == 0
    assert f"usage: vartl {command}" in text
    assert len(text.splitlines()) > 10


def test_installed_command_runs():
    module = [sys.executable, "-m", "sklearn_vartl"]
    done = subprocess.run([*module, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"vartl {__version__}\n"
    failed = subprocess.run([*module, "info", "nowhere"], capture_output=True, text=True)
    assert failed.returncode == 1
    assert failed.stderr == "vartl: error: There is no file or folder nowhere\n"


@pytest.mark.parametrize(
    "command",
    [
        "plot stars.parquet star0 --model source.vartl -o star.png",
        "report --model source.vartl stars.parquet -o page.html",
        "suggest --model source.vartl unlabelled.csv -n 3 -o ask.csv --plot ask.png",
    ],
)
def test_pictures_without_matplotlib_say_what_to_install(vartl, files, monkeypatch, command):
    """Before the work, not after it."""
    monkeypatch.chdir(files)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, errors = vartl(*command.split(), "-q")
    assert code == 1
    assert errors == "vartl: error: pictures need matplotlib: pip install matplotlib\n"
    assert not (files / "ask.csv").exists()


def command_that(monkeypatch, run, **more):
    """`vartl info` does this instead of its work."""
    monkeypatch.setattr(_main, "COMMANDS", (replace(_main.info, run=run, **more),))


def test_a_reader_that_has_gone_is_no_error(monkeypatch):
    def gone(arguments):
        raise BrokenPipeError

    errors = io.StringIO()
    command_that(monkeypatch, gone)
    monkeypatch.setattr(sys, "stderr", errors)
    assert _main.main(["info", "x"]) == 0
    # Or Python complains of it at its end.
    assert errors.closed


@pytest.mark.parametrize(("told", "code"), [(None, 0), (0, 0), (3, 3)])
def test_the_exit_code_is_that_of_the_command(vartl, monkeypatch, told, code):
    command_that(monkeypatch, lambda arguments: told)
    assert vartl("info", "x") == (code, "", "")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError(), "ValueError"), (ValueError("a\n  b"), "a b"),
        (OSError(2, "No such file", "x"), "No such file: x"),
        (OSError("no name"), "no name"), (OSError(28, "No space"), "[Errno 28] No space"), (TypeError("t"), "t"),
        (ImportError("needs x"), "needs x"), (ValueError("unseen=True leaves them out"), "--unseen leaves them out"),
        (ValueError("cv=5 folds of"), "--folds 5, of"), (ValueError("n=-3: take"), "-n -3: take"),
    ],
)  # fmt: skip
def test_errors_are_one_line_in_words_of_the_shell(vartl, monkeypatch, error, line):
    def fails(arguments):
        raise error

    command_that(monkeypatch, fails)
    assert vartl("info", "x") == (1, "", f"vartl: error: {line}\n")
    with pytest.raises(type(error)):
        vartl("info", "x", "--debug")


def test_each_warning_is_said_though_it_comes_again(vartl, monkeypatch):
    def warns(arguments):
        for _ in range(2):
            warnings.warn("look here", UserWarning, stacklevel=1)

    command_that(monkeypatch, warns)
    assert vartl("info", "x") == (0, "", 2 * "vartl: warning: look here\n")


@pytest.mark.parametrize("computes", [True, False])
@pytest.mark.parametrize("quiet", [True, False])
def test_compilation_is_shown_of_commands_that_compute(vartl, monkeypatch, computes, quiet):
    asked = []

    @contextmanager
    def shown(visible):
        asked.append(visible)
        yield

    monkeypatch.setattr("sklearn_vartl._compiled.compilation_shown", shown)
    command_that(monkeypatch, lambda arguments: None, computes=computes)
    vartl("info", "x", *["-q"] * quiet)
    assert asked == [not quiet] * computes


def test_names_of_stars_may_stand_behind_the_options():
    options = ["plot", "a.csv", "s1", "-o", "p.png", "--model", "m.vartl"]
    assert _main._parsed([*options, "s2", "s3"]).stars == ["s1", "s2", "s3"]
    assert _main._parsed(["plot", "a.csv", "-o", "p.png", "--sheet", "t.csv"]).stars == []
    for wrong in ([*options, "s2", "--bogus"], ["info", "a.csv", "b.csv"], ["info", "a.csv", "-x"]):
        with pytest.raises(SystemExit) as stop:
            _main._parsed(wrong)
        assert stop.value.code == 2


@pytest.mark.parametrize(
    "command",
    [
        "classify --model source.vartl unlabelled.csv -o {}unlabelled.csv",
        "features stars.parquet --features amplitude -o {}stars.parquet",
        "train unlabelled.csv --labels labels.csv -o {}labels.csv",
        "report --model source.vartl stars.parquet -o {}source.vartl",
        "doubt --model source.vartl stars.parquet -o d.csv --plot {}stars.parquet",
        "transfer --source source.vartl stars.parquet --unlabelled unlabelled.csv -o {}unlabelled.csv",
    ],
)
def test_what_is_read_is_not_written_over(files, vartl, monkeypatch, command):
    """Neither by its name nor by another one of the same file."""
    monkeypatch.chdir(files)
    (files / "other").symlink_to(files)
    kept = {path: path.read_bytes() for path in files.iterdir() if path.is_file()}
    for place in ("", "other/", f"{files}/"):
        code, _, errors = vartl(*command.format(place).split())
        assert code == 1 and "is read by this command, and would be written over" in errors
    assert kept == {path: path.read_bytes() for path in files.iterdir() if path.is_file()}


def test_light_curves_of_a_folder_are_not_written_over(folder, vartl, tmp_path, monkeypatch):
    """What an earlier run has written there is."""
    monkeypatch.chdir(tmp_path)
    for name in ("night/a.parquet", "night/b.parquet"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes((folder / "stars.parquet").read_bytes())
    kept = Path("night/a.parquet").read_bytes()
    for stars in ("night", "night/*.parquet"):
        command = ["features", stars, "--features", "amplitude", "-o"]
        code, _, errors = vartl(*command, "night/a.parquet")
        assert code == 1 and "would be written over" in errors
        assert Path("night/a.parquet").read_bytes() == kept
    # A table of an earlier run is no light curve.
    for _ in range(2):
        assert (
            vartl("features", "night", "--features", "amplitude", "-o", "night/table.csv")[0] == 0
        )


def test_no_command_takes_a_stream_for_a_file(tmp_path, monkeypatch, capsys):
    """`-o -` made a folder or a file of that name."""
    monkeypatch.chdir(tmp_path)
    subcommands = _main.build_parser()._subparsers._group_actions[0].choices
    tried = 0
    for parser in subcommands.values():
        for action in parser._actions:
            if action.metavar in ("OUT", "IMAGE", "LIGHT_CURVES", "MODEL", "LABELS", "FOLDER"):
                with pytest.raises(argparse.ArgumentError, match="give the name of a file"):
                    parser._get_values(action, ["-"])
                tried += 1
    assert tried > 25
    with pytest.raises(SystemExit):
        _main.main(["classify", "--model", "multi", "stars.parquet", "-o", "-"])
    assert "argument -o/--output: nothing is read from" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
