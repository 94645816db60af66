"""Features of the feets package, one star after the other in this process."""

import warnings

import numpy as np


class FeetsSpace:
    """A feets feature space for the names that the user gave.

    Parameters
    ----------
    names : sequence of str
        Names of feets features. Underscores and case do not matter, so that the spelling of older
        versions ("Eta_e") finds today's ("EtaE").
    """

    def __init__(self, names):
        try:
            import feets
            from feets.extractors import extractor_registry
        except ImportError as error:
            raise ImportError(
                "features named 'feets:...' need the feets package: pip install feets"
            ) from error
        known = {_plain(feature): feature for feature in extractor_registry.registered_features}
        unknown = [name for name in names if _plain(name) not in known]
        if unknown:
            raise ValueError(
                f"feets {feets.__version__} has no feature {', '.join(map(repr, unknown))}; it has "
                f"{', '.join(sorted(known.values()))}."
            )
        self._features = {name: known[_plain(name)] for name in names}
        # feets starts a pool of processes for every call unless told to run in line.
        self._space = feets.FeatureSpace(
            only=sorted(set(self._features.values())), dask_options={"scheduler": "synchronous"}
        )
        missing = self._space.required_data - {"time", "magnitude", "error"}
        if missing:
            raise ValueError(
                "these feets features need data that light curves of one band lack: "
                f"{', '.join(sorted(missing))}."
            )

    def extract(self, X):
        """Values of each feature for clean light curves.

        Returns
        -------
        dict of str to ndarray of shape (n_stars,)
        """
        columns = {name: np.empty(len(X)) for name in self._features}
        for i, star in enumerate(X):
            with warnings.catch_warnings():
                # Several extractors divide by zero or fail to converge on ordinary stars; the value
                # says so.
                warnings.simplefilter("ignore")
                result = self._space.extract(
                    time=np.array(star.time),
                    magnitude=np.array(star.mag),
                    error=np.array(star.magerr),
                )[0]
            for name, feature in self._features.items():
                value = np.asarray(result[feature])
                if value.shape != () or value.dtype.kind not in "biuf":
                    raise ValueError(
                        f"the feets feature {feature!r} is no single number, as a column must be."
                    )
                columns[name][i] = value
        return columns


def _plain(name):
    return name.replace("_", "").lower()
