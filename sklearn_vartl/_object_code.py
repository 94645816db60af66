"""Kernels that were compiled beforehand: a file of object code, loaded and called without a compiler.

Such a file begins with a line of JSON: the digest of the sources that were compiled, the processors
for which they were, and, for each kernel, the types of its arguments and of its result. The rest is
one relocatable object. Each kernel has a function ``int32 f(const int64 *arguments, int64
*results)``, whose arguments are eight bytes each: the size of the head of Python's objects, then numbers as int64 or
float64, and arrays as addresses of numpy's objects, whose fields are part of numpy's binary interface.
`_object_code_build` writes them.
"""

import ctypes
import hashlib
import json
import platform
import struct
import sys
from functools import cache
from pathlib import Path

import numpy as np

SUFFIX = ".kernels"
# The form of the file and of the calls.
FORMAT = 1
# Where wheels have them.
FOLDER = Path(__file__).with_name("_kernels")

# Types of numbers, as they are written, and how they are passed.
_INTEGER, _REAL, _SINGLE, _TRUTH = "int64", "float64", "float32", "bool"
_NUMBERS = {
    int: _INTEGER,
    np.int64: _INTEGER,
    float: _REAL,
    np.float64: _REAL,
    np.float32: _SINGLE,
    bool: _TRUTH,
    np.bool_: _TRUTH,
}
_PASSED = {_INTEGER: "q", _REAL: "d", _SINGLE: "d", _TRUTH: "q"}


# Where the fields of an array begin in memory.
_HEAD = object.__basicsize__


class Unsuited(Exception):
    """The arguments are not of the types that were compiled, or the kernel raised an error."""


class Function:
    """One compiled kernel for one choice of types.

    The library keeps the code in memory. Types are as in the head of the file: a name for a number, {"dtype", "ndim",
    "layout", "writeable"} for an array, a list for a tuple, None for nothing.
    """

    def __init__(self, library, address, arguments, result):
        self._library = library
        self._call = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_char_p, ctypes.c_void_p)(address)
        self._arguments = _prepared(arguments)
        self._result = _prepared(result)
        leaves = list(_leaves(self._arguments))
        # What a value must be: of arrays the data type, the rest is looked at by the compiled code.
        self._expected = [leaf.dtype if isinstance(leaf, _Array) else leaf for leaf in leaves]
        self._struct = struct.Struct("q" + "".join(map(_letter, leaves)))
        self._returned = struct.Struct("".join(map(_returned_format, _leaves(self._result))))

    def __call__(self, arguments):
        """Call the kernel; `Unsuited` where the arguments have other types, or it ends with an error."""
        values: list = []
        _flatten(self._arguments, arguments, values)
        flat = [_HEAD]
        for expected, value in zip(self._expected, values, strict=True):
            if type(value) is np.ndarray:
                dtype = value.dtype
                if dtype is not expected and not (
                    type(expected) is type(dtype) and dtype == expected
                ):
                    raise Unsuited
                flat.append(id(value))
            elif _NUMBERS.get(type(value)) != expected:
                raise Unsuited
            else:
                flat.append(value)
        try:
            packed = self._struct.pack(*flat)
        except struct.error:
            raise Unsuited from None  # an integer of more than 64 bits
        if self._result is None:
            if self._call(packed, None):
                raise Unsuited
            return None
        room = ctypes.create_string_buffer(self._returned.size)
        if self._call(packed, room):
            raise Unsuited
        return _restored(self._result, iter(self._returned.unpack(room.raw)), self._library.release)


class _Array:
    """An array of one data type, number of dimensions and layout."""

    def __init__(self, dtype, ndim, layout, writeable=True):
        self.dtype, self.ndim, self.layout = np.dtype(dtype), ndim, layout
        self.writeable = writeable


def _prepared(kind):
    if isinstance(kind, list):
        return tuple(map(_prepared, kind))
    return _Array(**kind) if isinstance(kind, dict) else kind


def _leaves(kind):
    """Numbers and arrays of nested tuples, in order."""
    if isinstance(kind, tuple):
        for part in kind:
            yield from _leaves(part)
    elif kind is not None:
        yield kind


def _letter(leaf):
    """How a value is packed into eight bytes: of an array, the address of Python's object."""
    return "q" if isinstance(leaf, _Array) else _PASSED[leaf]


def _returned_format(leaf):
    """The same of a result: an array is its memory, its address and its shape."""
    return "q" * (2 + leaf.ndim) if isinstance(leaf, _Array) else _PASSED[leaf]


def _flatten(kinds, values, flat):
    if len(values) != len(kinds):
        raise Unsuited
    for kind, value in zip(kinds, values, strict=True):
        if type(kind) is not tuple:
            flat.append(value)
        elif isinstance(value, tuple):
            _flatten(kind, value, flat)
        else:
            raise Unsuited


def _restored(kind, numbers, release):
    if isinstance(kind, tuple):
        return tuple(_restored(part, numbers, release) for part in kind)
    if isinstance(kind, str):
        number = next(numbers)
        return bool(number) if kind == _TRUTH else number
    memory, address = next(numbers), next(numbers)
    shape = tuple(next(numbers) for _ in range(kind.ndim))
    array = np.empty(shape, kind.dtype)
    if array.nbytes:
        ctypes.memmove(array.ctypes.data, address, array.nbytes)
    release(memory)
    return array


class Library:
    """The object code of one file."""

    def __init__(self, path):
        import llvmlite.binding as llvm

        self.path = path
        head, code = _read(path)
        _check_layout()
        _initialise(llvm)
        machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self._entries = head["kernels"]
        address = self._engine.get_function_address("release")
        self.release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)

    def functions(self, name):
        """The compiled versions (`Function`) of a kernel, by its module's and its own name."""
        return [
            Function(
                self,
                self._engine.get_function_address(entry["symbol"]),
                entry["arguments"],
                entry["result"],
            )
            for entry in self._entries.get(name, ())
        ]


def find(folders, digest):
    """The file in some folders that uses most of what this processor can do, or None.

    `digest` is that of the sources of the kernels.
    """
    suited = []
    for folder in folders:
        for path in sorted(Path(folder).glob(f"*{SUFFIX}")):
            try:
                head = _head(path)
                needed = set(head["features"])
                if (head["format"], head["system"], head["digest"]) == (FORMAT, system(), digest):
                    if needed <= _abilities():
                        suited.append((len(needed), path))
            except (OSError, ValueError, KeyError, TypeError):
                continue  # a damaged file is no file
    return max(suited, default=(0, None), key=lambda found: found[0])[1]


def system():
    """Operating system and kind of processor, as in "linux-x86_64"."""
    return f"{sys.platform}-{platform.machine().lower()}"


def write(path, code, kernels, features, digest):
    """Write a file; see the head of this module."""
    from ._files import complete

    head = {
        "format": FORMAT,
        "system": system(),
        "digest": digest,
        "features": sorted(features),
        "kernels": kernels,
        "sha256": hashlib.sha256(code).hexdigest(),
    }
    with complete(path) as file:
        file.write(json.dumps(head).encode() + b"\n" + code)


def _head(path):
    with open(path, "rb") as file:
        return json.loads(file.readline())


def _read(path):
    head, _, code = Path(path).read_bytes().partition(b"\n")
    head = json.loads(head)
    if hashlib.sha256(code).hexdigest() != head["sha256"]:
        raise ValueError(f"{path} is damaged")
    return head, code


def _check_layout():
    """Make sure that arrays lie in memory as the compiled code expects."""

    class Fields(ctypes.Structure):
        _fields_ = [
            ("data", ctypes.c_void_p),
            ("ndim", ctypes.c_int),
            ("shape", ctypes.POINTER(ctypes.c_ssize_t)),
            ("strides", ctypes.POINTER(ctypes.c_ssize_t)),
            ("base", ctypes.c_void_p),
            ("dtype", ctypes.c_void_p),
            ("flags", ctypes.c_int),
        ]

    array = np.zeros((3, 5, 8))[:, ::2, :7]
    there = Fields.from_address(id(array) + _HEAD)
    found = there.data, there.ndim, there.shape[:3], there.strides[:3], there.dtype, there.flags
    shape, strides = list(array.shape), list(array.strides)
    if found != (array.ctypes.data, 3, shape, strides, id(array.dtype), array.flags.num):
        raise ValueError("this version of numpy keeps its arrays in another way")


@cache
def _abilities():
    """What this processor can do, in the words of LLVM."""
    import llvmlite.binding as llvm

    return {name for name, there in llvm.get_host_cpu_features().items() if there}


def _initialise(llvm):
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
