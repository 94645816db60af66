"""Whether torch can compute on a device."""


def check_device(device, asked, remedy):
    """Refuse a device that torch does not know or cannot reach.

    Parameters
    ----------
    device : str
    asked, remedy : str
        What was asked for and what can be asked for instead, for the error.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> from sklearn_vartl._devices import check_device
    >>> check_device("warp", "device='warp'", "device='cpu' can")
    Traceback (most recent call last):
        ...
    ValueError: device='warp' cannot be used here (Expected one of ...); device='cpu' can.
    """
    import torch

    try:
        # There and back: some of torch's devices only pretend to compute.
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, ImportError, AttributeError) as error:
        reason = str(error).split("\n")[0]
        raise ValueError(f"{asked} cannot be used here ({reason}); {remedy}.") from error
