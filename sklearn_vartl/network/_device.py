"""Choice of the device that torch computes on."""


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
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"device={device!r} cannot be used here ({error}); device='auto' or 'cpu' can."
        ) from error
    return str(device)
