"""What importing light curves loads."""

import subprocess
import sys

HEAVY = ("astropy", "matplotlib", "nested_pandas", "pandas", "pyarrow", "torch")


def test_heavy_libraries_load_when_first_used():
    # scikit-learn itself loads pandas where it is installed; that is not ours to avoid.
    code = (
        "import sys; import sklearn.base; before = set(sys.modules);"
        "import sklearn_vartl.light_curves as lc;"
        "X = lc.LightCurves([0.0, 1.0], [1.0, 2.0], labels=['a']);"
        "lc.clean(X[[0]], 2); repr(X); lc.as_light_curves([([0.0], [1.0])]);"
        f"print([name for name in {HEAVY} if name in sys.modules and name not in before])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
