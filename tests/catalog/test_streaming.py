"""One star at a time, and from several threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_vartl import LightCurves, load_model

from .conftest import sines


def test_a_star_alone_is_classified_as_among_others(model):
    X = sines(20)
    alone = [model.predict_proba(LightCurves(*star))[0] for star in X]
    assert_allclose(alone, model.predict_proba(X), rtol=1e-6)


def test_threads_get_what_one_after_the_other_gets(model, model_file):
    X = sines(40)
    stars = [X[i : i + 1] for i in range(40)]
    expected = np.vstack([model.predict_proba(star) for star in stars])
    novelty = np.concatenate([model.novelty_score(star) for star in stars])
    # Fresh from disk: nothing that is computed at first use is there yet.
    for shared in (model, load_model(model_file)):
        with ThreadPoolExecutor(8) as pool:
            found = np.vstack(list(pool.map(shared.predict_proba, stars * 3)))
            scores = np.concatenate(list(pool.map(shared.novelty_score, stars)))
        assert_array_equal(found, np.vstack([expected] * 3))
        assert_array_equal(scores, novelty)
