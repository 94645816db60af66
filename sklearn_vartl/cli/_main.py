"""Entry of the command: parser, dispatch, and errors as one line."""

from __future__ import annotations

import argparse
import gc
import glob
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from .. import __version__
from ._classify import features, run_classify
from ._demo import demo, warm_up
from ._evaluate import evaluate, write_report
from ._labelling import doubt, explain, suggest
from ._learn import train, transfer
from ._look import info, plot

COMMANDS = (
    demo, features, train, transfer, run_classify, evaluate, write_report, plot, suggest, doubt, explain, info, warm_up,
)  # fmt: skip

# Advice that the package gives to programs, as the options that do the same.
_SHELL_WORDS = (
    (
        r"choose bands= from \[(.*?)\], or remove them with X\.replace\(band=None\)",
        r"--band takes one of \1",
    ),
    (r"resume=False", "--no-resume"),
    (r"cv=(\d+) folds of", r"--folds \1, of"),
    (r"n=(-?\d+): take", r"-n \1: take"),
    (
        r"There is no preset '(.*?)'; there are",
        r"--columns \1 is neither ROLE=NAME,... nor a preset: these are",
    ),
    (r": say format=", ": give the files of one format in a folder of their own"),
    (
        r"name them by classes=, or keep those of the source by keep=",
        "or --keep those of the source",
    ),
    (r"unseen=True", "--unseen"),
    (r"sklearn_vartl\.features\.feature_definitions\(\) lists", "docs/features.md lists"),
    (
        r"classes, priors, abstain, purity or alpha",
        "--classes, --exclude, --priors, --abstain, --purity or --sets",
    ),
    (
        r"predict_set needs stars held out of fitting: .*",
        "--sets needs a model that has learned enough stars to hold some out",
    ),
    (
        r"DomainAdapter needs at least ten stars of the target that have a feature, got (\d+)\.",
        r"--adapt needs at least ten stars that can be classified, got \1: leave it out",
    ),
    (
        r"adapt goes neither with abstain nor with purity or alpha",
        "--adapt goes neither with --abstain nor with --purity or --sets",
    ),
    (r"X\.check\(\) lists", "vartl info lists"),
    (r"(have|has) no features and gets? (?:rows|a row) of NaN", r"\1 no features"),
    (r"has no feature \(all are NaN\) and is left out of fitting \(.*?\)", "teaches nothing"),
    (r"have no feature \(all are NaN\) and are left out of fitting \(.*?\)", "teach nothing"),
    (r"(as in|in|with) columns=\{[^}]*\} \(in the shell (--columns [^)]*)\)", r"\1 \2"),
    (r'columns=\{"band": \.\.\.\}, or pass LightCurves\(band=\.\.\.\)', "--columns band=NAME"),
    (r"columns=\{.*?\}", "--columns ROLE=NAME,..."),
)

_EXIT_CODES = """\
exit codes:
  0    done
  1    bad input: one line on standard error says what is wrong
  2    wrong usage
  3    done, but for some stars no class could be given (classify)
  130  interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command `vartl`.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; None: those of the process.

    Returns
    -------
    code : int
        0: done; 1: bad input, which one line on standard error explains; 3: done, but for some
        stars no class could be given; 130: interrupted. Wrong usage exits with 2.

    Examples
    --------
    >>> from sklearn_vartl.cli import main
    >>> main(["info", "nothing.vartl"])
    1
    """
    if argv is None:
        # A process of our own: what imports and the compiler make stays, and to look for garbage in it
        # takes a tenth of the time.
        gc.set_threshold(100_000)
    arguments = _parsed(argv)
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = _show_warning
        try:
            code = _run(arguments) or 0
            # Where the output cannot be written, this is the moment to say so.
            sys.stdout.flush()
            return code
        except KeyboardInterrupt:
            _say("interrupted")
            return 130
        except BrokenPipeError:
            # The reader of the output has gone, as `head` does: no fault of anyone.
            sys.stderr.close()
            return 0
        except (ImportError, OSError, TypeError, ValueError) as error:
            if arguments.debug:
                raise
            _say(f"error: {_one_line(error)}")
            return 1


class _Parser(argparse.ArgumentParser):
    """A parser that shows, where an argument is missing, how the command is written."""

    def error(self, message):
        example = re.search(r"(?m)^  (vartl .*)$", self.description or "")
        if example and "are required" in message:
            message += f" (as in: {example[1]})"
        super().error(message)


def build_parser():
    """The argument parser of the command and all its subcommands."""
    parser = _Parser(
        prog="vartl",
        description="Classify variable stars of a new survey with few labels: learn a survey that "
        "has many, fine-tune on the new one.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"vartl {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(
            command.name,
            help=command.help,
            description=command.description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(sub)
        sub.add_argument("-q", "--quiet", action="store_true", help="no progress, errors only")
        sub.add_argument("--debug", action="store_true", help="show where an error comes from")
        sub.set_defaults(run=command.run, computes=command.computes)
    return parser


def _parsed(argv):
    parser = build_parser()
    arguments, rest = parser.parse_known_args(argv)
    # A list that may be empty argparse takes in front of the options only.
    if isinstance(getattr(arguments, "stars", None), list) and not any(
        word.startswith("-") for word in rest
    ):
        arguments.stars += rest
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return arguments


# Options that are written to. A source may be fine-tuned in its place.
_WRITTEN, _IN_ITS_PLACE = ("output", "plot"), ("source",)


def _refuse_overwriting(arguments):
    """Refuse to write over what the command reads, such as the light curves."""
    given = {name: value for name, value in vars(arguments).items() if isinstance(value, Path)}
    for option in given.keys() & set(_WRITTEN):
        for name in given.keys() - {*_WRITTEN, *_IN_ITS_PLACE}:
            if given[option].is_file() and _is_among(given[option], given[name]):
                raise ValueError(
                    f"{given[option]} is read by this command, and would be written over: give the output another name"
                )


def _is_among(output, place):
    """Whether a file is what is read, or light curves in a folder or of a pattern that is."""
    if place.is_file():
        return output.samefile(place)
    matches = glob.glob(str(place), recursive=True)
    if place.resolve() not in output.resolve().parents and not any(map(output.samefile, matches)):
        return False
    from ..readers import read_light_curves

    try:
        with warnings.catch_warnings(action="ignore"):
            read_light_curves(output)
    except (ImportError, OSError, TypeError, ValueError):
        return False  # what an earlier run has written there
    return True


def _run(arguments):
    _refuse_overwriting(arguments)
    if not arguments.computes:
        return arguments.run(arguments)
    from .._compiled import compilation_shown

    with compilation_shown(not arguments.quiet):
        return arguments.run(arguments)


def _show_warning(message, category, filename, lineno, file=None, line=None):
    # What looks like a mistake in light curves has its remedy in the words of the shell.
    _say(f"warning: {_one_line(getattr(message, 'shell', message))}")


def _one_line(message):
    if isinstance(message, OSError) and message.strerror and message.filename is not None:
        return f"{message.strerror}: {message.filename}"
    text = " ".join(str(message).split()) or type(message).__name__
    for pattern, words in _SHELL_WORDS:
        text = re.sub(pattern, words, text)
    return text


def _say(text):
    print(f"vartl: {text}", file=sys.stderr)
