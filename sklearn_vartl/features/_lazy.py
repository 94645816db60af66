"""An attribute computed when first read."""


class lazy:
    """Like `functools.cached_property`, without its lock.

    Up to Python 3.11 that lock is one for all instances of a class: threads at work on different
    blocks of stars would wait for each other.

    Parameters
    ----------
    method : function of the instance
    """

    def __init__(self, method):
        self.method = method
        self.__doc__ = method.__doc__

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        # The instance's own attribute comes first from now on: a descriptor without __set__ yields.
        value = instance.__dict__[self.name] = self.method(instance)
        return value
