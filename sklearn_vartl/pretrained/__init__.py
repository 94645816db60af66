"""Fitted source models: those that come with the package, and UPSILoN-T's published network.

Imports `features`, `preprocessing`, `persistence` and `transfer`; the shell uses it.
"""

from pathlib import Path
from typing import Literal

from ..persistence import load_model
from ..transfer import TransferPipeline
from ._upsilont import load_upsilont

__all__ = ["list_pretrained", "load_pretrained", "load_upsilont", "pretrained_path"]

_FOLDER = Path(__file__).parent


def list_pretrained() -> list[str]:
    """Names of the models that come with the package.

    Returns
    -------
    names : list of str

    See Also
    --------
    load_pretrained : Loads one of them.

    Examples
    --------
    >>> from sklearn_vartl.pretrained import list_pretrained
    >>> list_pretrained()
    ['crts', 'multi', 'multi-ensemble', 'ogle3', 'universal', 'universal-ensemble']
    """
    return sorted(path.stem for path in _FOLDER.glob("*.vartl"))


def load_pretrained(
    name: Literal["crts", "multi", "multi-ensemble", "ogle3", "universal", "universal-ensemble"],
) -> TransferPipeline:
    """Load a source model that comes with the package.

    Nothing is downloaded. The model classifies light curves as it is, and is fine-tuned on a few
    labels of another survey with `partial_fit_target`.

    Parameters
    ----------
    name : {"crts", "multi", "multi-ensemble", "ogle3", "universal", "universal-ensemble"}
        "crts" has learned 12,000 periodic variables of the Catalina Surveys; "ogle3" simulated
        stars alone, drawn from the OGLE-III catalogue; "multi" Catalina, Hipparcos, OGLE and
        simulated stars together, and so has "multi-ensemble", slower, and after fine-tuning more
        accurate; "universal" and "universal-ensemble" these, Cepheids of the LMC, Gaia, Kepler and stars
        of random surveys. All but "crts" also know stars that do not vary (NONVAR) and quasars (QSO), the
        universal ones granulation and solar-like oscillations (SOLARLIKE) too, and take the probability of
        NONVAR from evidence alone, whatever the amplitude.

    Returns
    -------
    model : TransferPipeline
        Fitted: LightCurveFeatures and TransferMLPClassifier, or TransferEnsembleClassifier.

    Raises
    ------
    ValueError
        If there is no model of this name.

    See Also
    --------
    list_pretrained : The names.
    sklearn_vartl.persistence.read_model_card : With `pretrained_path`, what a model was made of.

    Notes
    -----
    ``docs/pretrained.md`` says what each is worth on other surveys. Results should cite the
    sources named there.

    Examples
    --------
    >>> from sklearn_vartl import load_pretrained
    >>> from sklearn_vartl.datasets import simulate_survey
    >>> model = load_pretrained("crts")
    >>> stars = simulate_survey(12, "asas", classes=["RRAB", "EC", "ACV"], random_state=0)
    >>> model.predict(stars).shape
    (12,)
    >>> model.partial_fit_target(stars, stars.labels).classes_.tolist()
    ['ACV', 'EC', 'RRAB']
    """
    return load_model(pretrained_path(name))


def pretrained_path(name: str) -> Path:
    """Path of the file of a model that comes with the package.

    Parameters
    ----------
    name : str

    Raises
    ------
    ValueError
        If there is no model of this name.

    Examples
    --------
    >>> from sklearn_vartl.persistence import read_model_card
    >>> from sklearn_vartl.pretrained import pretrained_path
    >>> "RRAB" in read_model_card(pretrained_path("crts"))["classes"]
    True
    """
    names = list_pretrained()
    if name not in names:
        raise ValueError(
            f"There is no pre-trained model {name!r}: choose one of {', '.join(names)}, or load a "
            "file with load_model."
        )
    return _FOLDER / f"{name}.vartl"
