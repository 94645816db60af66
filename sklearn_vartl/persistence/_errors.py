"""The one error that a bad model file raises."""


class ModelFileError(ValueError):
    """A file that is no model, is damaged, or was written by a newer version."""
