"""What a setting allows, in words, read off its type: a message can name it without a second list."""

from msgspec import inspect

_PLAIN: dict[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.NoneType: "nothing",
    inspect.CustomType: "text",
}


def allowed_values(kind: inspect.Type) -> str:
    """`a whole number from 1 to 64`, `one of auto, json`, `a list of: text` …"""
    match kind:
        case inspect.IntType() | inspect.FloatType():
            return _number(kind)
        case inspect.StrType():
            return f"text like {kind.pattern}" if kind.pattern else "text"
        case inspect.LiteralType():
            return "one of " + ", ".join(str(value) for value in kind.values)
        case inspect.VarTupleType() | inspect.ListType():
            return "a list of: " + allowed_values(kind.item_type)
        case inspect.UnionType():
            return " or ".join(allowed_values(part) for part in kind.types)
    return _PLAIN.get(type(kind), type(kind).__name__.removesuffix("Type").lower())


def _number(kind: inspect.IntType | inspect.FloatType) -> str:
    name = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
    bounds = ((" from ", kind.ge), (" above ", kind.gt), (" to ", kind.le), (" below ", kind.lt))
    return name + "".join(f"{word}{bound}" for word, bound in bounds if bound is not None)
