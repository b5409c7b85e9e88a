"""Sixteen float32 numbers at once in compiled code, which the compiler keeps in the registers of the processor.

numba vectorises loops by itself, but not those whose sums must stay in registers from one turn to the next. So this
adds a type to it, LANES, with `+`, `-`, `*` and the functions below. A tile is a tuple of LANES, one for each of the D
features of a head: sixteen queries, or sixteen keys. Each operation is one of LLVM's for vectors, which become as many
of the processor's as it takes. The order of all sums is fixed, so the same kind of processor gives the same bytes.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

N_LANES = 16
FLOAT, INT = ir.FloatType(), ir.IntType(32)
VECTOR, INTEGERS = ir.VectorType(FLOAT, N_LANES), ir.VectorType(INT, N_LANES)
# 2^x on [-1/2, 1/2], right to 2e-7 of its value: a minimax polynomial, the highest power first
POWER = (1.3276458e-3, 9.6755410e-3, 5.5507135e-2, 2.4022120e-1, 6.9314694e-1, 1.0000001)
ROUNDS = 1.5 * 2.0**23  # added and taken away, it rounds to a whole number
LEAST = -120.0  # the smallest exponent: nothing is smaller than a normal float32


class Lanes(types.Type):
    """The type of sixteen numbers."""

    def __init__(self) -> None:
        super().__init__(name="lanes")


LANES = Lanes()


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, VECTOR)


def add_operator(operation: Any, instruction: str) -> None:
    """Teach numba an operator of two LANES."""

    @infer_global(operation)
    class Operator(ConcreteTemplate):
        cases = (signature(LANES, LANES, LANES),)

    @lower_builtin(operation, LANES, LANES)
    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return getattr(builder, instruction)(*arguments)


add_operator(operator.add, "fadd")
add_operator(operator.sub, "fsub")
add_operator(operator.mul, "fmul")


# ---- what the functions below are made of; each writes instructions


def constant(value: float) -> Any:
    """The same number in every lane."""
    return ir.Constant(VECTOR, [value] * N_LANES)


def pointer(context: Any, builder: Any, array_type: Any, array: Any, at: Any) -> Any:
    """The place of number `at` of a flat array."""
    if array_type.dtype != types.float32:
        raise TypeError(f"lanes are read from and written to arrays of float32, not {array_type.dtype}")
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [at])


def load_vector(builder: Any, place: Any) -> Any:
    """Sixteen numbers from a place on."""
    return builder.load(builder.bitcast(place, VECTOR.as_pointer()), align=4)


def store_vector(builder: Any, vector: Any, place: Any) -> None:
    """Write sixteen numbers from a place on."""
    builder.store(vector, builder.bitcast(place, VECTOR.as_pointer()), align=4)


def splat(builder: Any, number: Any) -> Any:
    """One number in every lane."""
    one = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), number, ir.Constant(INT, 0))
    return builder.shuffle_vector(one, ir.Constant(VECTOR, ir.Undefined), ir.Constant(INTEGERS, [0] * N_LANES))


def fused(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, in one instruction where the processor has one"""
    name = f"llvm.fmuladd.v{N_LANES}f32"
    kind = ir.FunctionType(VECTOR, [VECTOR] * 3)
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [a, b, c])


# ---- what compiled functions call


@intrinsic
def filled(typingctx: Any, number: Any) -> Any:
    """The same float32 in every lane."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return splat(builder, arguments[0])

    return LANES(types.float32), lower


@intrinsic
def load(typingctx: Any, array: Any, at: Any) -> Any:
    """Sixteen numbers of a flat array, from `at` on."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return load_vector(builder, pointer(context, builder, sig.args[0], *arguments))

    return LANES(array, types.intp), lower


@intrinsic
def store(typingctx: Any, array: Any, at: Any, lanes: Any) -> Any:
    """Write sixteen numbers into a flat array, from `at` on."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = pointer(context, builder, sig.args[0], *arguments[:2])
        store_vector(builder, arguments[2], place)
        return context.get_dummy_value()

    return types.void(array, types.intp, LANES), lower


@intrinsic
def zeros(typingctx: Any, like: Any) -> Any:
    """A tile of zeros, with as many features as `like` has parts."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return context.make_tuple(builder, sig.return_type, [constant(0.0)] * like.count)

    return types.UniTuple(LANES, like.count)(like), lower


@intrinsic
def load_tile(typingctx: Any, like: Any, array: Any, at: Any, stride: Any) -> Any:
    """A tile of as many features as `like` has parts: for each sixteen numbers, `stride` apart in a flat array."""
    tile = types.UniTuple(LANES, like.count)

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        _, data, at, stride = arguments
        parts = []
        for _ in range(tile.count):
            parts.append(load_vector(builder, pointer(context, builder, sig.args[1], data, at)))
            at = builder.add(at, stride)
        return context.make_tuple(builder, tile, parts)

    return tile(like, array, types.intp, types.intp), lower


@intrinsic
def store_tile(typingctx: Any, tile: Any, array: Any, at: Any, stride: Any) -> Any:
    """Write a tile, feature by feature."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        parts, data, at, stride = arguments
        for part in cgutils.unpack_tuple(builder, parts):
            place = pointer(context, builder, sig.args[1], data, at)
            store_vector(builder, part, place)
            at = builder.add(at, stride)
        return context.get_dummy_value()

    return types.void(tile, array, types.intp, types.intp), lower


@intrinsic
def store_rows(typingctx: Any, tile: Any, array: Any, at: Any) -> Any:
    """Write a tile lane by lane: the D features of the first, then those of the next."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        parts, data, at = arguments
        parts = list(cgutils.unpack_tuple(builder, parts))
        for lane in range(N_LANES):
            for d, part in enumerate(parts):
                place = pointer(context, builder, sig.args[1], data, builder.add(at, at.type(lane * len(parts) + d)))
                builder.store(builder.extract_element(part, ir.Constant(INT, lane)), place)
        return context.get_dummy_value()

    return types.void(tile, array, types.intp), lower


@intrinsic
def dot(typingctx: Any, tile: Any, array: Any, at: Any, start: Any) -> Any:
    """`start` and, for each lane, the product of its features with the D numbers of a flat array from `at` on."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        parts, data, at, start = arguments
        sums = [start, constant(0.0)]  # two, because each waits for its last turn
        for d, part in enumerate(cgutils.unpack_tuple(builder, parts)):
            place = pointer(context, builder, sig.args[1], data, builder.add(at, at.type(d)))
            sums[d % 2] = fused(builder, part, splat(builder, builder.load(place)), sums[d % 2])
        return builder.fadd(*sums)

    return LANES(tile, array, types.intp, LANES), lower


@intrinsic
def plus(typingctx: Any, tile: Any, lanes: Any, array: Any, at: Any) -> Any:
    """A tile and, for each feature, `lanes` times its number among the D of a flat array from `at` on."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        parts, lanes, data, at = arguments
        sums = []
        for d, part in enumerate(cgutils.unpack_tuple(builder, parts)):
            place = pointer(context, builder, sig.args[2], data, builder.add(at, at.type(d)))
            sums.append(fused(builder, lanes, splat(builder, builder.load(place)), part))
        return context.make_tuple(builder, sig.return_type, sums)

    return tile(tile, LANES, array, types.intp), lower


@intrinsic
def over(typingctx: Any, tile: Any, lanes: Any) -> Any:
    """A tile of which every feature is divided by `lanes`."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        inverse = builder.fdiv(constant(1.0), arguments[1])
        parts = [builder.fmul(part, inverse) for part in cgutils.unpack_tuple(builder, arguments[0])]
        return context.make_tuple(builder, sig.return_type, parts)

    return tile(tile, LANES), lower


@intrinsic
def from_lane(typingctx: Any, first: Any, later: Any, earlier: Any) -> Any:
    """The numbers of `later` from lane `first` on, before it those of `earlier`."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        first, later, earlier = arguments
        number = builder.bitcast(splat(builder, builder.bitcast(builder.trunc(first, INT), FLOAT)), INTEGERS)
        is_later = builder.icmp_signed(">=", ir.Constant(INTEGERS, list(range(N_LANES))), number)
        return builder.select(is_later, later, earlier)

    return LANES(types.intp, LANES, LANES), lower


@intrinsic
def larger(typingctx: Any, one: Any, other: Any) -> Any:
    """The larger of two numbers, lane by lane."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", *arguments), *arguments)

    return LANES(LANES, LANES), lower


@intrinsic
def power_of_two(typingctx: Any, exponent: Any) -> Any:
    """2 to some powers; not less than 2^-120, nor right for powers above 127."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        x, least = arguments[0], constant(LEAST)
        x = builder.select(builder.fcmp_ordered(">", x, least), x, least)
        shifted = builder.fadd(x, constant(ROUNDS))
        rest = builder.fsub(x, builder.fsub(shifted, constant(ROUNDS)))
        result = constant(POWER[0])
        for coefficient in POWER[1:]:
            result = fused(builder, result, rest, constant(coefficient))
        exponent = builder.shl(builder.bitcast(shifted, INTEGERS), ir.Constant(INTEGERS, [23] * N_LANES))
        return builder.bitcast(builder.add(builder.bitcast(result, INTEGERS), exponent), VECTOR)

    return LANES(LANES), lower


@intrinsic
def transpose(typingctx: Any, array: Any) -> Any:
    """Swap rows and columns of the sixteen rows of sixteen numbers with which a flat array begins."""

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        places = [
            pointer(context, builder, sig.args[0], arguments[0], ir.Constant(ir.IntType(64), N_LANES * row))
            for row in range(N_LANES)
        ]
        rows, half = [load_vector(builder, place) for place in places], N_LANES // 2
        orders = [
            ir.Constant(INTEGERS, [from_ // 2 + first + from_ % 2 * N_LANES for from_ in range(N_LANES)])
            for first in (0, half)
        ]
        for _ in range(N_LANES.bit_length() - 1):  # each time the rows are shuffled like two halves of a pack of cards
            pairs = list(zip(rows[:half], rows[half:], strict=True))
            rows = [builder.shuffle_vector(*pair, order) for pair in pairs for order in orders]
        for row, place in zip(rows, places, strict=True):
            store_vector(builder, row, place)
        return context.get_dummy_value()

    return types.void(array), lower
