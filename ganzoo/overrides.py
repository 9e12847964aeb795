"""Overrides: one `dotted.name=value` applied to a recipe's config, and the gate that says what a value may call."""

import ast
import dataclasses
import inspect

import fiddle as fdl

from ganzoo import override_calls
from ganzoo.errors import UserError
from ganzoo.serialization import parameters

__all__ = ["apply_override"]


def __dir__():
    return __all__


def apply_override(config, override, names):
    """Applies one `dotted.name=value` to a config, in place.

    A value is a Python literal, a bare word (a string), or a call like `losses.Hinge()` of what
    `override_calls.lookup` lets through, also within a list, tuple or dict; among a call's arguments
    `data` is the recipe's data. It must have the type of what it replaces.

    Args:
        config: the fdl.Config of a recipe.
        override: the assignment.
        names: the recipe module's names, for calls.

    Raises:
        UserError: the name is unknown (the line lists the valid ones), the value does not fit, or it calls something else.
    """
    dotted, equals, text = override.partition("=")
    dotted = dotted.strip()
    if not equals or not dotted:
        raise UserError(f"--set takes NAME=VALUE, such as steps=100; it was given {override!r}")
    *parents, last = dotted.split(".")
    owner, so_far = config, ""
    for part in parents:
        owner = _open(owner, part, so_far)
        so_far = f"{so_far}{part}."
    settable = _names(owner)
    if last not in settable:
        raise UserError(_refusal(owner, last, dotted) or _no_such(last, so_far, settable))
    old = _current(owner, last)
    text = text.strip()
    # "none" is also a word: the norm of networks without one.
    value = text if isinstance(old, str) and text == "none" else _Reader(names, config.data).value(text)
    _assign(owner, last, _fitting(dotted, value, old))


def beginning(weights_from, frozen):
    """The overrides that make a recipe begin with the weights of a model, or None, and keep layers as they are, a tuple."""
    overrides = () if weights_from is None else (f"weights_from={str(weights_from)!r}",)
    return overrides + ((f"frozen={tuple(frozen)!r}",) if frozen else ())


def _names(owner):
    """The names that can be set on a config, a dict or a list."""
    if isinstance(owner, fdl.Buildable):
        return list(dict.fromkeys([*_parameters(owner), *(name for name in owner.__arguments__ if isinstance(name, str))]))
    if isinstance(owner, dict):
        return [str(key) for key in owner]
    if isinstance(owner, (list, tuple)):
        return [str(index) for index in range(len(owner))]
    return []


def _parameters(config):
    """What can be passed by name to what a config makes, the parameters of a class' bases included."""
    return parameters(fdl.get_callable(config))


def _refusal(owner, name, dotted):
    """Why a family does not take a parameter that its bases take, as a line; None where it says nothing of it."""
    refused = getattr(fdl.get_callable(owner), "refused", {}) if isinstance(owner, fdl.Buildable) else {}
    return f"{dotted}: {refused[name]}" if name in refused else None


def _current(owner, name):
    """The value of a name, a parameter's default where a config does not set it; None where there is neither."""
    if isinstance(owner, fdl.Buildable):
        if name in owner.__arguments__:
            return owner.__arguments__[name]
        default = _parameters(owner)[name].default
        return None if default is inspect.Parameter.empty else default
    return owner[_key(owner, name)]


def _key(owner, name):
    """The key of a dict, or the index of a list or tuple, that is written `name`."""
    return next(key for key in owner if str(key) == name) if isinstance(owner, dict) else int(name)


def _assign(owner, name, value):
    if isinstance(owner, fdl.Buildable):
        setattr(owner, name, value)
    elif isinstance(owner, (dict, list)):
        owner[_key(owner, name)] = value
    else:
        raise UserError(f"{name} lies in a tuple, which cannot be changed in part; set the whole of it")


def _open(owner, name, so_far):
    """The child `name` of `owner`, as something whose own names can be set."""
    names = _names(owner)
    if name not in names:
        raise UserError(_no_such(name, so_far, names))
    child = _current(owner, name)
    if dataclasses.is_dataclass(child) and not isinstance(child, fdl.Buildable):
        # A parameter's default is an object already: take it apart, so that one of its fields can change.
        fields = {field.name: getattr(child, field.name) for field in dataclasses.fields(child) if field.init}
        child = fdl.Config(type(child), **fields)
        _assign(owner, name, child)
    if not _names(child):
        raise UserError(f"{so_far}{name} has no parts that could be set")
    return child


def _no_such(name, so_far, names):
    where = f"{so_far.rstrip('.')} has" if so_far else "a recipe has"
    return f"no such parameter: {so_far}{name}; {where} {', '.join(names) or 'no parameters'}"


class _Reader:
    """Reads the text of a value.

    Args:
        names: the recipe module's names, for calls.
        data: what `data` stands for among a call's arguments.
    """

    def __init__(self, names, data):
        self._names, self._data = names, data

    def value(self, text):
        """A literal, a bare word, or a config of a call.

        Raises:
            UserError: it is none of these, or calls what it may not.
        """
        if "\0" in text or (not text.isascii() and text != text.encode(errors="ignore").decode()):
            raise UserError(f"{text!r} cannot be read as a value: it is no UTF-8, or holds a zero byte")
        try:
            return self._outermost(ast.parse(text, mode="eval").body, text)
        except SyntaxError as error:
            if text[:1] in "[({":
                raise UserError(f"{text!r} cannot be read as a value: {error.msg}") from error
            return _word(text)
        except (RecursionError, MemoryError):
            raise UserError(f"{text[:40]!r}... is nested too deeply to be read as a value") from None

    def _outermost(self, node, text):
        calls = any(isinstance(part, ast.Call) for part in ast.walk(node))
        if not calls and not isinstance(node, (ast.List, ast.Tuple, ast.Dict, ast.Set)):
            try:
                return ast.literal_eval(node)
            except (TypeError, ValueError):
                return _word(text)
        try:
            return self._read(node)
        except (TypeError, ValueError) as error:
            kind = "a call" if calls else "a value"
            raise UserError(f"{text!r} cannot be read as {kind}: {error}") from error

    def _read(self, node):
        """A literal, or a call as a config, inside lists, tuples and dicts too."""
        if isinstance(node, ast.Call):
            if any(keyword.arg is None for keyword in node.keywords):
                raise ValueError("** has no place in it")
            arguments = [self._read(argument) for argument in node.args]
            keywords = {keyword.arg: self._read(keyword.value) for keyword in node.keywords}
            return fdl.Config(override_calls.lookup(node.func, self._names), *arguments, **keywords)
        if isinstance(node, (ast.List, ast.Tuple)):
            parts = [self._read(part) for part in node.elts]
            return parts if isinstance(node, ast.List) else tuple(parts)
        if isinstance(node, ast.Dict) and None not in node.keys:
            keys = [ast.literal_eval(key) for key in node.keys]
            if "class_name" in keys:
                raise ValueError("a Keras config has no place in it; write the call that makes the object")
            return dict(zip(keys, map(self._read, node.values), strict=True))
        if isinstance(node, ast.Name) and node.id == "data":
            return self._data
        try:
            return ast.literal_eval(node)
        except ValueError:
            raise ValueError(f"{ast.unparse(node)} is neither a literal nor a call") from None


def _word(text):
    """A bare word: true, false or none in any case, else itself."""
    return {"true": True, "false": False, "none": None}.get(text.lower(), text)


def _fitting(dotted, value, old):
    """`value`, as the type of the value that it replaces where that is unambiguous."""
    if isinstance(old, bool) and not isinstance(value, bool):
        raise UserError(f"{dotted} is true or false, not {value!r}")
    if isinstance(old, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    number = (int, float)
    if isinstance(old, number) and not isinstance(old, bool) and not isinstance(value, (*number, fdl.Buildable)):
        if value is not None:
            raise UserError(f"{dotted} is a number ({old!r} now), not {value!r}")
    if isinstance(old, int) and not isinstance(old, bool) and isinstance(value, float):
        raise UserError(f"{dotted} is a whole number ({old!r} now), not {value!r}")
    if isinstance(old, str) and isinstance(value, (int, float)):
        return str(value)
    return value
