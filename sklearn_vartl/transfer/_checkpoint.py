"""Where the networks of an unfinished training are kept."""

import hashlib
from pathlib import Path

import numpy as np


def checkpoint_files(estimator, jobs, data, options):
    """The file of each network: its name says what the network is made of.

    Another training has other files, so that nothing is mixed up and clones share a folder.

    Parameters
    ----------
    estimator : TransferMLPClassifier
        Its `checkpoint` and `random_state` are read.
    jobs : list of Job
    data : TrainingData
    options : dict
        Everything else that decides the networks.

    Returns
    -------
    files : list of Path or None

    Raises
    ------
    ValueError
        If the training cannot be repeated.
    OSError
        If there is no folder and none can be made.
    """
    if estimator.checkpoint is None:
        return [None] * len(jobs)
    if estimator.random_state is None:
        raise ValueError(
            "checkpoint needs a random_state, for instance random_state=0: without one every "
            "call is another training, and none could go on."
        )
    folder = Path(estimator.checkpoint)
    folder.mkdir(parents=True, exist_ok=True)
    return [folder / f"{_made_of(job, data, options)}.checkpoint" for job in jobs]


def remove_checkpoints(files):
    """Remove the files of a training that is done."""
    for file in files:
        if file is not None:
            file.unlink(missing_ok=True)


def _made_of(job, data, options):
    import torch

    from .. import __version__

    versions = f"{__version__} torch {torch.__version__}"
    found = hashlib.blake2b(digest_size=16)
    _add(found, versions, repr(sorted(options.items())), job.seed, data.n_classes)
    _add(found, data.inputs[job.rows], data.y[job.rows], data.weight[job.rows])
    for name, array in (job.start or {}).items():
        _add(found, name, array)
    return found.hexdigest()


def _add(found, *values):
    for value in values:
        array = np.ascontiguousarray(value)
        found.update(f"{array.dtype.str}{array.shape}".encode())
        found.update(array.tobytes())
