"""Several float32 numbers as one value in compiled code.

The inner loops of the periodogram do the same arithmetic for neighbouring chunks of the frequency
axis. LLVM does not find that by itself: written as loops over a short innermost axis, the spreading
takes six times as long and a butterfly of the FFT seven times (its vectoriser guards such loops with
overlap checks, and sums kept over a loop stay in memory). So this file tells numba of LLVM's vector
types: loads, stores, ``+ - * /``, comparisons. LLVM maps them onto whatever the machine has; only
their length is chosen for it (`n_lanes`).
"""

import operator

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, lower_cast, models, register_model

from ..._compiled import n_lanes, njit

N_LANES = n_lanes()
_VECTOR = ir.VectorType(ir.FloatType(), N_LANES)
_INDEX = ir.IntType(32)


class LanesType(types.Type):
    """The numba type of `N_LANES` float32 numbers."""

    def __init__(self):
        super().__init__(name=f"float32x{N_LANES}")


lanes = LanesType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, _VECTOR)


def _splat(builder, number):
    single = builder.insert_element(
        ir.Constant(_VECTOR, ir.Undefined), number, ir.Constant(_INDEX, 0)
    )
    mask = ir.Constant(ir.VectorType(_INDEX, N_LANES), [0] * N_LANES)
    return builder.shuffle_vector(single, ir.Constant(_VECTOR, ir.Undefined), mask)


@lower_cast(types.float32, lanes)
def _from_float(context, builder, fromty, toty, value):
    return _splat(builder, value)


@infer_global(operator.add)
@infer_global(operator.sub)
@infer_global(operator.mul)
@infer_global(operator.truediv)
class _Arithmetic(AbstractTemplate):
    def generic(self, args, kws):
        if lanes in args and all(arg in (lanes, types.float32) for arg in args):
            return signature(lanes, lanes, lanes)
        return None


def _lower(operation, instruction):
    @lower_builtin(operation, lanes, lanes)
    def lowered(context, builder, sig, args):
        # "contract" allows a product and a sum to become one fused instruction, and nothing else.
        return getattr(builder, instruction)(*args, flags=("contract",))


for _operation, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _lower(_operation, _instruction)


def _pointer(context, builder, array_type, array, index):
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), _VECTOR.as_pointer())


@intrinsic
def load(typingctx, array, index):
    """Return the numbers ``array[index : index + N_LANES]``."""

    def generate(context, builder, sig, args):
        vector = builder.load(_pointer(context, builder, sig.args[0], *args))
        vector.align = 4
        return vector

    return lanes(array, types.intp), generate


@intrinsic
def store(typingctx, array, index, value):
    """Write numbers to ``array[index : index + N_LANES]``."""

    def generate(context, builder, sig, args):
        written = builder.store(args[2], _pointer(context, builder, sig.args[0], *args[:2]))
        written.align = 4
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), generate


@intrinsic
def broadcast(typingctx, array, index):
    """Return the number ``array[index]`` in every lane (an index may not count from the end here)."""

    def generate(context, builder, sig, args):
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        return _splat(builder, builder.load(builder.gep(data, [args[1]])))

    return lanes(array, types.intp), generate


@intrinsic
def splat(typingctx, number):
    """Return the same number in every lane."""

    def generate(context, builder, sig, args):
        return _splat(builder, args[0])

    return lanes(types.float32), generate


@intrinsic
def where_less(typingctx, a, b, x, y):
    """Return, lane by lane, x where a < b and else y."""

    def generate(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered("<", *args[:2]), *args[2:])

    return lanes(lanes, lanes, lanes, lanes), generate


@intrinsic
def maximum(typingctx, a, b):
    """Return the larger number in each lane."""

    def generate(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered("<", *args), args[1], args[0])

    return lanes(lanes, lanes), generate


@intrinsic
def any_less(typingctx, a, b):
    """Return whether a < b in any lane."""

    def generate(context, builder, sig, args):
        bits = builder.bitcast(builder.fcmp_ordered("<", *args), ir.IntType(N_LANES))
        return cgutils.is_not_null(builder, bits)

    return types.boolean(lanes, lanes), generate


@intrinsic
def which_less(typingctx, a, b):
    """Return a number with one bit a lane, set where a < b."""

    def generate(context, builder, sig, args):
        bits = builder.bitcast(builder.fcmp_ordered("<", *args), ir.IntType(N_LANES))
        return builder.zext(bits, ir.IntType(64))

    return types.int64(lanes, lanes), generate


@intrinsic
def lowest_bit(typingctx, bits):
    """Return the position of the lowest bit that is set; some must be."""

    def generate(context, builder, sig, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generate


@intrinsic
def reduce_max(typingctx, a):
    """Return the largest of the numbers."""

    def generate(context, builder, sig, args):
        largest = builder.extract_element(args[0], ir.Constant(_INDEX, 0))
        for lane in range(1, N_LANES):
            other = builder.extract_element(args[0], ir.Constant(_INDEX, lane))
            largest = builder.select(builder.fcmp_ordered("<", largest, other), other, largest)
        return largest

    return types.float32(lanes), generate


def inline(function):
    """Compile a small kernel to become part of its callers, and nothing on its own.

    A call that passes arrays costs dozens of instructions, more than such kernels do themselves.
    """
    return njit(
        function, forceinline=True, cache=False, no_cpython_wrapper=True, no_cfunc_wrapper=True
    )
