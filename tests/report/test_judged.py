"""Which stars a model is judged on, by a classifier that says of each whether it has learned it."""

from types import SimpleNamespace

import numpy as np
import pytest

from sklearn_vartl.report import judged_stars

FEATURES = np.arange(8.0).reshape(4, 2)
USABLE = np.array([True, True, False, True])


def knowing(*places):
    """A classifier that has learned the stars at these places."""
    return SimpleNamespace(flag_seen=lambda X: np.isin(X[:, 0], FEATURES[list(places), 0]))


@pytest.mark.parametrize("unseen", [False, True])
@pytest.mark.parametrize("classifier", [SimpleNamespace(), knowing(), knowing(2)])
def test_stars_none_of_which_is_learned_are_judged_without_a_word(recwarn, classifier, unseen):
    left_out = {}
    judged, n_learned = judged_stars(classifier, FEATURES, USABLE, unseen, left_out)
    assert judged.tolist() == USABLE.tolist() and n_learned == 0
    assert left_out == {} and len(recwarn) == 0


@pytest.mark.parametrize(("learned", "n"), [([0], 1), ([0, 1], 2), ([1, 2], 1)])
def test_stars_that_are_learned_are_counted_or_left_out(learned, n):
    """Of those that can be judged: the third has no features."""
    left_out = {}
    with pytest.warns(UserWarning, match=f"has learned {n} of these 3 stars"):
        judged, n_learned = judged_stars(knowing(*learned), FEATURES, USABLE, False, left_out)
    assert judged.tolist() == USABLE.tolist() and n_learned == n and left_out == {}
    judged, n_learned = judged_stars(knowing(*learned), FEATURES, USABLE, True, left_out)
    assert np.flatnonzero(judged).tolist() == [k for k in (0, 1, 3) if k not in learned]
    assert n_learned == 0 and left_out == {"learned by the model": n}
    with pytest.raises(ValueError, match="has learned all 3 stars"):
        judged_stars(knowing(0, 1, 3), FEATURES, USABLE, True, {})
