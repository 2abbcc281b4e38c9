"""Addresses within kernels: what stands at one, and what is to be fetched before it is read."""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def pointer(_context: Any, address: Any) -> Any:
    """An address as a pointer, for `carray`."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


@intrinsic
def ask(_context: Any, address: Any) -> Any:
    """Have the cache fetch what is at an address."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        word = ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word])
        fetch = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")
        pointer = builder.inttoptr(arguments[0], cgutils.voidptr_t)
        builder.call(fetch, [pointer, word(0), word(3), word(1)])
        return builder.bitcast(pointer, cgutils.voidptr_t)

    return types.voidptr(address), generate
