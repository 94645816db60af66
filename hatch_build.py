"""Building the package: hatchling's backend, and kernels compiled beforehand as a part of a wheel.

`pip install` from the source compiles them for the processor of the machine, which takes about a minute. Where
SKLEARN_VARTL_PROCESSORS names some of `LEVELS`, separated by commas, they are compiled for these (for wheels that
others install), where it is empty, none are. A wheel without kernels, and one on another processor, compiles them when
they are first used: whatever goes wrong here is told and makes such a wheel.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import hatchling.build
from hatchling.build import *  # noqa: F403 - the functions of a build backend (PEP 517)
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What runs `vartl warm-up`, at the lowest versions of pyproject.toml.
COMPILER = [
    "joblib>=1.5.2",
    "numba>=0.61.2",
    "numpy>=2.2.6",
    "scikit-learn>=1.6",
    "scipy>=1.15.3",
    "threadpoolctl>=3.5",
]

_V3 = (
    "avx,avx2,bmi,bmi2,crc32,cx16,cx8,cmov,f16c,fma,fxsr,lzcnt,mmx,movbe,popcnt,sahf,sse,sse2,sse3,"
    "sse4.1,sse4.2,ssse3,xsave"
)
# What the x86-64 psABI promises of its levels, in LLVM's words.
LEVELS = {
    "x86-64-v3": _V3,
    "x86-64-v4": f"{_V3},avx512f,avx512bw,avx512cd,avx512dq,avx512vl",
}


def processors():
    """Names of the processors to compile for."""
    return [
        name for name in os.environ.get("SKLEARN_VARTL_PROCESSORS", "native").split(",") if name
    ]


def get_requires_for_build_wheel(config_settings=None):
    """Wheels need the compiler, editable installations do not."""
    needed = hatchling.build.get_requires_for_build_wheel(config_settings)
    return needed + COMPILER if processors() else needed


class KernelsHook(BuildHookInterface):
    """Compile the kernels and put them into the wheel."""

    folder = None

    def initialize(self, version, build_data):
        """Compile; for every kind of processor in a process of its own, as numba knows one at a time."""
        if self.target_name != "wheel" or version == "editable":
            return
        self.folder = Path(tempfile.mkdtemp(prefix="kernels-"))
        for name in processors():
            self._compile(name, self.folder)
        for path in self.folder.glob("*.kernels"):
            build_data["force_include"][str(path)] = f"sklearn_vartl/_kernels/{path.name}"

    def finalize(self, version, build_data, artifact_path):
        """Remove what the wheel holds now."""
        if self.folder is not None:
            shutil.rmtree(self.folder)

    def _compile(self, name, folder):
        environment = {
            **os.environ,
            # Behind it what the installer's environment for building adds.
            "PYTHONPATH": os.pathsep.join(filter(None, [self.root, os.environ.get("PYTHONPATH")])),
            "NUMBA_CACHE_DIR": str(folder / f"cache of {name}"),
            "OMP_NUM_THREADS": "1",
        }
        if name != "native":
            features = ",".join(f"+{feature}" for feature in LEVELS[name].split(","))
            environment |= {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features}
        self.app.display_info(f"compiling the kernels for {name}, about a minute")
        command = "from sklearn_vartl.cli import main; raise SystemExit(main())"
        done = subprocess.run(
            [sys.executable, "-c", command, "warm-up", "--output", str(folder)],
            env=environment,
            check=False,
        )
        if done.returncode:
            self.app.display_warning(
                f"no kernels for {name}: they are compiled when they are first used"
            )
