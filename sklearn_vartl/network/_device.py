"""Choice of the device that torch computes on."""

import warnings

from .._devices import check_device


def resolve_device(device):
    """Name of the device: "auto" is the GPU where torch has one, else the CPU.

    Raises
    ------
    ValueError
        If torch does not know the device or cannot reach it.

    Examples
    --------
    >>> from sklearn_vartl.network import resolve_device
    >>> resolve_device("cpu")
    'cpu'
    """
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    check_device(device, f"device={device!r}", "device='auto' or 'cpu' can")
    return str(device)


def reachable_device(device):
    """The device a saved model asks for; "auto", with a warning, where it cannot be had.

    Examples
    --------
    >>> from sklearn_vartl.network._device import reachable_device
    >>> reachable_device("cpu")
    'cpu'
    """
    if device in ("auto", "cpu") or not isinstance(device, str):
        return device
    try:
        resolve_device(device)
    except ValueError as error:
        warnings.warn(
            f"The model was saved for device={device!r}, which cannot be used here: it computes "
            f"on device='auto' now ({error.__cause__}).",
            UserWarning,
            stacklevel=2,
        )
        return "auto"
    return device
