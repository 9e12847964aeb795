"""What a recipe is: the rows that `ganzoo show` prints, and the fingerprint that tells one experiment from another.

A fingerprint has one row for each part that a recipe names (its class) and for each value that it sets, the code of whatever
the recipe file defines itself, and the identity of the data. Defaults are no part of it, nor are comments, docstrings and
formatting.
"""

import copy
import dataclasses
import functools
import hashlib
import inspect
import re
import sys
import sysconfig
from pathlib import Path

import fiddle as fdl
import numpy as np
from fiddle import daglish, printing

from ganzoo import own_code
from ganzoo.differences import described, is_free
from ganzoo.serialization import parameters

# The module of a recipe file is called so, and then by the file's name.
RECIPE_MODULE = "ganzoo_recipe_"


def settings(config):
    """Every part and parameter of a config by its dotted name: a list of (name, value as text, whether it is set).

    What is used in several places is taken apart at the first, and named by it at the others.
    """
    parts, rows = parts_of(config), []
    for name, value, is_set in leaves(config):
        pieces = name.split(".")
        for owner in (".".join(pieces[:length]) for length in range(1, len(pieces))):
            if owner in parts:
                rows.append((owner, parts.pop(owner), True))
        if name not in parts:
            rows.append((name, value, is_set))
    return rows + [(name, value, True) for name, value in parts.items()]


def leaves(config):
    """The parameters alone, as `settings`."""
    rows, again = [], _shared(config)
    whole = _with_inherited(config)
    for line in printing.as_str_flattened(whole, include_types=False, raw_value_repr=True).splitlines():
        name, value = line.split(" = ", 1)
        unset = value.startswith("<[unset")
        value = value.removeprefix("<[unset; default: ").removesuffix("]>") if unset else value
        name = _dotted(name)
        place = next((place for place in again if name.startswith(f"{place}.")), None)
        row = (place, again[place], True) if place else (name, value, not unset)
        if row not in rows[-1:]:
            rows.append(row)
    return rows


def parts_of(config):
    """The names of the classes and functions that a config calls, by dotted name: without arguments as `Hinge()`."""
    parts = {}
    for part, path in daglish.iterate(config):
        name = _dotted(daglish.path_str(path).removeprefix("."))
        if isinstance(part, fdl.Buildable) and name:
            parts[name] = label(fdl.get_callable(part)) + "()" * (not part.__arguments__)
    return parts


def fingerprint(config, source, data=None):
    """The rows of a recipe, sorted strings `name = value`.

    Args:
        config: the fdl.Config of a `Recipe`.
        source: the text of the recipe file.
        data: what `Source.identity` told of its data, or None.
    """
    rows, owned = {}, Owned()
    _enter(config, "", rows, owned, {})
    rows = {name: value for name, value in rows.items() if not is_free(name)}
    code = own_code.code_of(source, owned.names)
    for module in own_code.imports_of(source, names=code.keys()):
        owned.note_module(module)
    rows |= {f"code of {name}": text for name, text in code.items()}
    rows |= {f"code of {module}": own_code.digest(text) for module, text in owned.modules.items()}
    if data:
        rows["examples of data"] = described(data)
    return sorted(f"{name} = {value}" for name, value in rows.items())


def made_of(model):
    """What a model is in a few words, a dict of strings: its `family`, its `loss` where that is an argument, its `prior`."""
    names = {"loss": "adversarial_loss", "likelihood": "likelihood", "prior": "latents", "penalties": "penalties"}
    taken = parameters(type(model))
    facts = {what: getattr(model, name, None) for what, name in names.items() if name in taken}
    return {"family": type(model).__name__} | {what: written(value) for what, value in facts.items() if value}


def label(made_by):
    """What a class or a function is called: by its name alone where it is ganzoo's, Keras' or the recipe's own."""
    name = getattr(made_by, "__qualname__", None) or type(made_by).__name__
    module = getattr(made_by, "__module__", None) or ""
    top = module.split(".")[0]
    return name if top in ("ganzoo", "keras", "builtins", "") or module.startswith(RECIPE_MODULE) else f"{module}.{name}"


@dataclasses.dataclass
class Owned:
    """What a recipe uses that is neither ganzoo's nor an installed package's.

    Attributes:
        names: of classes and functions that the recipe file defines.
        modules: the texts of the user's other modules, by name.
    """

    names: set = dataclasses.field(default_factory=set)
    modules: dict = dataclasses.field(default_factory=dict)

    def note(self, made_by):
        """Notes a class, with its bases, or a function."""
        for each in inspect.getmro(made_by) if inspect.isclass(made_by) else [made_by]:
            module = getattr(each, "__module__", None) or ""
            if module.startswith(RECIPE_MODULE):
                self.names.add(each.__qualname__.split(".")[0])
            else:
                self.note_module(module)

    def note_module(self, name):
        """Notes a module, and those that it imports, as far as they are the user's."""
        if name in sys.modules.keys() - self.modules.keys() and not name.startswith(RECIPE_MODULE) and _is_users(name):
            module = sys.modules[name]
            source = Path(module.__file__).read_text(encoding="utf-8")
            self.modules[name] = own_code.normalised(source)
            for other in own_code.imports_of(source, module.__package__ or ""):
                self.note_module(other)


@functools.cache
def _is_users(name):
    """Whether a module is neither ganzoo's nor Python's own nor an installed package's."""
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    if not file or not file.endswith(".py") or name.split(".")[0] == "ganzoo":
        return False
    installed = {sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    resolved = Path(file).resolve()
    others = ("site-packages", "dist-packages")
    return not any(resolved.is_relative_to(Path(path).resolve()) for path in installed if path) and not any(
        part in others for part in resolved.parts
    )


def _enter(value, name, rows, owned, seen):
    """Enters the rows of a part or a value, and of all that it holds."""
    if isinstance(value, fdl.Buildable):
        made_by = fdl.get_callable(value)
        if id(value) in seen:
            rows[name] = seen[id(value)]
            return
        seen[id(value)] = name
        if not is_free(name):
            owned.note(made_by)
        if name:
            rows[name] = label(made_by) + "()" * (not value.__arguments__)
        children = value.__arguments__.items()
    elif isinstance(value, dict) and value:
        children = value.items()
    elif isinstance(value, (list, tuple)) and any(isinstance(part, (fdl.Buildable, dict, list, tuple)) for part in value):
        children = enumerate(value)
    else:
        rows[name] = written(value, None if is_free(name) else owned)
        return
    for key, child in children:
        _enter(child, f"{name}.{key}" if name else str(key), rows, owned, seen)


def written(value, owned=None):
    """A value as text that is the same in every process; notes the classes and functions in it in `owned`."""
    inner = functools.partial(written, owned=owned)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        texts = ", ".join(map(inner, value)) + "," * (isinstance(value, tuple) and len(value) == 1)
        return f"[{texts}]" if isinstance(value, list) else f"({texts})"
    if type(value) is dict:
        return "{" + ", ".join(f"{key!r}: {inner(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(inner, value))) + "}"
    if isinstance(value, np.ndarray):
        return f"array {value.dtype} {value.shape} {hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()[:16]}"
    if isinstance(value, functools.partial):
        return f"partial({', '.join(map(inner, (value.func, value.args, value.keywords)))})"
    if inspect.isclass(value) or inspect.isroutine(value):
        if owned:
            owned.note(value)
        return label(value)
    if owned and type(value).__module__ != "builtins":
        owned.note(type(value))
    if dataclasses.is_dataclass(value):
        fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return f"{label(type(value))}({', '.join(f'{key}={inner(part)}' for key, part in fields)})"
    text = repr(value)
    if not re.search(r" at 0x[0-9a-f]+>", text):
        return text
    held = value.get_config() if hasattr(value, "get_config") else getattr(value, "__dict__", {})
    held = {key: part for key, part in held.items() if not key.startswith("_")}
    return f"{label(type(value))}({', '.join(f'{key}={inner(part)}' for key, part in held.items())})"


def _shared(config):
    """The places of parts that came before, with the names of their first places."""
    firsts, again = {}, {}
    for part, path in daglish.iterate(config, memoized=False):
        if isinstance(part, fdl.Buildable):
            name = _dotted(daglish.path_str(path).removeprefix("."))
            if firsts.setdefault(id(part), name) != name:
                again[name] = firsts[id(part)]
    return again


@dataclasses.dataclass(frozen=True)
class _Unset:
    """Stands for a parameter that a recipe leaves at its default, printed as Fiddle prints those that it sees itself."""

    default: object

    def __repr__(self):
        return f"<[unset; default: {self.default!r}]>"


def _with_inherited(config):
    """A copy of a config in which the parameters that a class takes by `**kwargs` for its bases stand as unset too."""
    config = copy.deepcopy(config)
    for part, _ in list(daglish.iterate(config)):
        if isinstance(part, fdl.Buildable):
            for name, parameter in parameters(fdl.get_callable(part)).items():
                if name not in part.__signature_info__.parameters and name not in part.__arguments__:
                    setattr(part, name, _Unset(parameter.default))
    return config


def _dotted(name):
    """Fiddle's `a['b'][0].c` as `a.b.0.c`."""
    return re.sub(r"\['?([^\]']+)'?\]", r".\1", name)
