"""What the compiler has made in this process, as one file of object code for later ones.

numba keeps each compiled kernel as a module of LLVM. This puts them together, gives each a function
that takes its arguments from memory (see `_object_code`), and lets LLVM make machine code of it:
what runs is what numba would have run, optimised by the same passes for the same processor.
"""

import llvmlite.binding as llvm
import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.registry import cpu_target
from numba.np.arrayobj import populate_array
from numba.np.numpy_support import as_dtype

from . import _object_code

_NUMBERS = {
    types.int64: "int64",
    types.float64: "float64",
    types.float32: "float32",
    types.boolean: "bool",
}
_WORD = ir.IntType(64)
_INT = ir.IntType(32)
_DOUBLE = ir.DoubleType()
# numpy's flags of an array.
_CONTIGUOUS, _ALIGNED, _WRITEABLE = 0x1, 0x100, 0x400

# Of the C library, which every process has.
_KNOWN = set(
    "free malloc memcpy memmove memset acos asin atan atan2 ceil cos cosh exp exp2 expm1 fabs floor fmod hypot "
    "lgamma log log10 log1p log2 pow rint sin sinh sqrt tan tanh tgamma".split()
)

# The memory of arrays that kernels make for themselves: numba's own allocator is part of its runtime. A block begins
# with what numba has there (count of references, two pointers that are not used here, address, size).
_RUNTIME = """
declare i8* @malloc(i64)
declare void @free(i8*)
declare void @NRT_decref(i8*)

define i8* @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align) {
  %wide = zext i32 %align to i64
  %extra = add i64 %wide, 64
  %total = add i64 %size, %extra
  %block = call i8* @malloc(i64 %total)
  %failed = icmp eq i8* %block, null
  br i1 %failed, label %none, label %made
none:
  ret i8* null
made:
  %word = ptrtoint i8* %block to i64
  %behind = add i64 %word, %extra
  %mask = sub i64 0, %wide
  %address = and i64 %behind, %mask
  %fields = bitcast i8* %block to i64*
  store i64 1, i64* %fields
  %one = getelementptr i64, i64* %fields, i64 1
  store i64 0, i64* %one
  %two = getelementptr i64, i64* %fields, i64 2
  store i64 0, i64* %two
  %three = getelementptr i64, i64* %fields, i64 3
  store i64 %address, i64* %three
  %four = getelementptr i64, i64* %fields, i64 4
  store i64 %size, i64* %four
  ret i8* %block
}

define i8* @NRT_MemInfo_alloc_safe_aligned(i64 %size, i32 %align) {
  %block = call i8* @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align)
  ret i8* %block
}

define i8* @NRT_MemInfo_alloc(i64 %size) {
  %block = call i8* @NRT_MemInfo_alloc_aligned(i64 %size, i32 16)
  ret i8* %block
}

define i8* @NRT_Allocate(i64 %size) {
  %block = call i8* @malloc(i64 %size)
  ret i8* %block
}

define void @NRT_Free(i8* %block) {
  call void @free(i8* %block)
  ret void
}

define void @NRT_MemInfo_call_dtor(i8* %block) {
  call void @free(i8* %block)
  ret void
}

define void @release(i8* %block) {
  call void @NRT_decref(i8* %block)
  ret void
}
"""


class _Unwritable(Exception):
    """A type that the calls of `_object_code` do not know."""


def build(path, kernels, digest):
    """Write what was compiled of kernels, those that were called in this process, to a file; the names of those in it.

    `digest` is that of their sources.
    """
    context = cpu_target.target_context
    module = llvm.parse_assembly(str(context.codegen()._create_empty_module("kernels")))
    module.link_in(llvm.parse_assembly(_RUNTIME))
    entries, symbols = {}, []
    for kernel in sorted(kernels, key=lambda kernel: kernel.name):
        for compiled in kernel.compiled():
            symbol = f"kernel_{len(symbols)}"
            try:
                entry, wrapper = _wrapped(context, compiled, symbol)
            except _Unwritable:
                continue
            # In this order: what nothing asks for is not linked.
            module.link_in(llvm.parse_assembly(str(wrapper)))
            shared = compiled.library._get_module_for_linking()
            module.link_in(llvm.parse_bitcode(shared.as_bitcode()))
            entries.setdefault(kernel.name, []).append(entry)
            symbols.append(symbol)
    _keep_only(module, {*symbols, "release"})
    _check_symbols(module)
    machine = context.codegen()._tm
    _object_code.write(path, machine.emit_object(module), entries, _features(), digest)
    return list(entries)


def _wrapped(context, compiled, symbol):
    """The entry in the head of the file, and the function that calls a kernel."""
    description = compiled.fndesc
    entry = {
        "symbol": symbol,
        "arguments": [_written(kind) for kind in description.argtypes],
        "result": _written(description.restype),
    }
    module = context.create_module(symbol)
    words = _WORD.as_pointer()
    function = ir.Function(module, ir.FunctionType(_INT, [words, words]), symbol)
    builder = ir.IRBuilder(function.append_basic_block())
    source = _Words(builder, function.args[0])
    source.head = source.load()
    arguments = [_loaded(context, builder, kind, source) for kind in description.argtypes]
    status, result = context.call_conv.call_function(
        builder,
        context.declare_function(module, description),
        description.restype,
        description.argtypes,
        arguments,
    )
    with cgutils.if_unlikely(builder, status.is_error):
        builder.ret(ir.Constant(_INT, 1))
    _stored(context, builder, description.restype, result, _Words(builder, function.args[1]))
    builder.ret(ir.Constant(_INT, 0))
    return entry, module


class _Words:
    """Words of memory, one after the other."""

    def __init__(self, builder, pointer):
        self.builder, self.pointer, self.position = builder, pointer, 0
        self.head = None

    def next(self, kind):
        """A pointer to the next word, as to a value of some type of LLVM."""
        place = self.builder.gep(self.pointer, [ir.Constant(_WORD, self.position)])
        self.position += 1
        return self.builder.bitcast(place, kind.as_pointer())

    def load(self, kind=_WORD):
        """Return the next word."""
        return self.builder.load(self.next(kind))

    def store(self, value):
        """Write the next word."""
        self.builder.store(value, self.next(value.type))


def _loaded(context, builder, kind, source):
    if kind in (types.float64, types.int64):
        return source.load(_DOUBLE if kind == types.float64 else _WORD)
    if kind == types.float32:
        return builder.fptrunc(source.load(_DOUBLE), ir.FloatType())
    if kind == types.boolean:
        return builder.icmp_signed("!=", source.load(), ir.Constant(_WORD, 0))
    if isinstance(kind, types.BaseTuple):
        parts = [_loaded(context, builder, part, source) for part in kind]
        return context.make_tuple(builder, kind, parts)
    # The fields of numpy's object, in words: address, number of dimensions (int32), shape, strides, base, data type,
    # flags (int32).
    fields = builder.inttoptr(builder.add(source.load(), source.head), _WORD.as_pointer())
    _require(builder, _field(builder, fields, 1, _INT), kind.ndim, -1)
    needed = _ALIGNED | (_CONTIGUOUS if kind.layout == "C" else 0)
    looked_at = needed | _WRITEABLE
    flags = _field(builder, fields, 6, _INT)
    _require(builder, flags, needed | (_WRITEABLE if kind.mutable else 0), looked_at)
    array = context.make_array(kind)(context, builder)
    dtype = context.get_data_type(kind.dtype)
    address = _field(builder, fields, 0, dtype.as_pointer())
    shape, strides = (_field(builder, fields, word, _WORD.as_pointer()) for word in (2, 3))
    places = [ir.Constant(_WORD, axis) for axis in range(kind.ndim)]
    shape, strides = (
        [builder.load(builder.gep(numbers, [place])) for place in places]
        for numbers in (shape, strides)
    )
    size = ir.Constant(_WORD, as_dtype(kind.dtype).itemsize)
    populate_array(array, address, shape, strides, size, meminfo=None)
    return array._getvalue()


def _field(builder, fields, word, kind):
    place = builder.gep(fields, [ir.Constant(_WORD, word)])
    return builder.load(builder.bitcast(place, kind.as_pointer()))


def _require(builder, number, value, mask):
    """Return at once, with an error, unless these bits of an int32 are those of the value."""
    bits = builder.and_(number, ir.Constant(_INT, mask))
    with cgutils.if_unlikely(builder, builder.icmp_signed("!=", bits, ir.Constant(_INT, value))):
        builder.ret(ir.Constant(_INT, 1))


def _stored(context, builder, kind, value, goal):
    if kind == types.none:
        return
    if isinstance(kind, types.BaseTuple):
        for part, item in zip(kind, cgutils.unpack_tuple(builder, value), strict=True):
            _stored(context, builder, part, item, goal)
    elif isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        goal.store(builder.ptrtoint(array.meminfo, _WORD))
        goal.store(builder.ptrtoint(array.data, _WORD))
        for length in cgutils.unpack_tuple(builder, array.shape, kind.ndim):
            goal.store(length)
    elif kind == types.float32:
        goal.store(builder.fpext(value, _DOUBLE))
    elif kind == types.boolean:
        goal.store(builder.zext(value, _WORD))
    else:
        goal.store(value)


def _written(kind):
    """A type as it stands in the head of the file."""
    if kind in _NUMBERS:
        return _NUMBERS[kind]
    if isinstance(kind, types.NoneType):
        return None
    if isinstance(kind, types.BaseTuple):
        return [_written(part) for part in kind]
    if isinstance(kind, types.Array) and kind.aligned:
        return {
            "dtype": as_dtype(kind.dtype).str,
            "ndim": kind.ndim,
            "layout": kind.layout,
            "writeable": kind.mutable,
        }
    raise _Unwritable(kind)


def _keep_only(module, symbols):
    """Leave out what these functions do not need."""
    for function in module.functions:
        if not function.is_declaration and function.name not in symbols:
            function.linkage = llvm.Linkage.internal
    for variable in module.global_variables:
        if not variable.is_declaration:
            variable.linkage = llvm.Linkage.internal
    _eliminate_dead_code(module)
    module.verify()


def _eliminate_dead_code(module):
    if hasattr(llvm.ModulePassManager, "add_global_dead_code_eliminate_pass"):
        target = llvm.Target.from_default_triple().create_target_machine()
        passes = llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options())
        manager = llvm.create_new_module_pass_manager()
        manager.add_global_dead_code_eliminate_pass()
        manager.run(module, passes)
    else:  # llvmlite 0.44, of the lowest numba
        manager = llvm.create_module_pass_manager()
        manager.add_global_dce_pass()
        manager.run(module)


def _check_symbols(module):
    """Refuse what only numba's runtime or Python could supply."""
    needed = {function.name for function in module.functions if function.is_declaration}
    unknown = sorted(name for name in needed - _KNOWN if not name.startswith("llvm."))
    if unknown:
        raise OSError(
            f"kernels as numba {numba.__version__} compiles them need functions that are not of the C "
            f"library, and cannot be written: {', '.join(unknown)}. A newer numba may do better."
        )


def processor():
    """The name of the processor for which numba compiles."""
    return cpu_target.target_context.codegen().magic_tuple()[1]


def _features():
    """What a processor must be able to do to run this code."""
    flags = cpu_target.target_context.codegen().magic_tuple()[2]
    return [flag[1:] for flag in flags.split(",") if flag.startswith("+")]
