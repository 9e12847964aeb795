"""The code that a recipe file defines itself, without what means nothing: comments, docstrings, blank lines, formatting."""

import ast
import copy
import hashlib

# Longer code stands as a digest in a fingerprint's row.
LONGEST = 80
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def code_of(source, names):
    """The code of names that a file defines, and of all that they use of the file.

    Args:
        source: the file's text.
        names: of classes and functions.

    Returns:
        A dict from a name to its code on a line, or to a digest of it where it is longer. What the file does as it is
        loaded, such as setting an attribute of a class, stands under the name "the file".
    """
    bound, acts = {}, []
    for statement in ast.parse(source).body:
        for name, text in _bindings(statement):
            bound.setdefault(name, []).append((text, statement))
        if _acts(statement):
            acts.append(statement)
    inner = []
    if "recipe" in names:  # what it makes within itself: lambdas and inner functions
        parts = [part for _, statement in bound.get("recipe", []) for part in ast.walk(statement)][1:]
        inner = [part for part in parts if isinstance(part, (*DEFINITIONS, ast.Lambda))]
    needed, waiting = {}, [*names, *(name for part in (*acts, *inner) for name in _used(part))]
    while waiting:
        name = waiting.pop()
        if name in needed or name not in bound or name == "recipe":
            continue
        needed[name] = "\n".join(text for text, _ in bound[name])
        waiting += [used for _, statement in bound[name] for used in _used(statement)]
    if "recipe" in names:
        needed["recipe's functions"] = "\n".join(map(_text, inner))
    if acts:
        needed["the file"] = "\n".join(map(_text, acts))
    return {name: text if "\n" not in text and len(text) <= LONGEST else digest(text) for name, text in needed.items()}


def imports_of(source, package="", names=None):
    """The modules that a file imports, a set of absolute names; some may be no modules but what one holds.

    Args:
        source: the file's text.
        package: the package that its relative imports start from.
        names: those among which an import must bind one, by the name that the file calls it; None for all.
    """
    modules = set()
    for part in ast.walk(ast.parse(source)):
        if not isinstance(part, (ast.Import, ast.ImportFrom)):
            continue
        wanted = [one.name for one in part.names if names is None or (one.asname or one.name.split(".")[0]) in names]
        if isinstance(part, ast.ImportFrom) and wanted:
            above = package.split(".")[: len(package.split(".")) - part.level + 1] if part.level else []
            module = ".".join(filter(None, (*above, part.module)))
            modules |= {module, *(f"{module}.{name}" for name in wanted)}
        else:
            modules |= {*wanted}
    return modules


def normalised(source):
    """A file's code without what means nothing."""
    return _text(ast.parse(source))


def digest(text):
    """Sixteen letters of a sha256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _text(node):
    """The code of a node, formatted in one way and without docstrings."""
    node = copy.deepcopy(node)
    for part in ast.walk(node):
        if isinstance(part, (*DEFINITIONS, ast.Module)) and ast.get_docstring(part, clean=False) is not None:
            part.body = part.body[1:] or [ast.Pass()]
    return ast.unparse(ast.fix_missing_locations(node))


def _bindings(statement):
    """The names that a statement of a file's outermost level defines, each with the code that does."""
    if isinstance(statement, DEFINITIONS):
        return [(statement.name, _text(statement))]
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        one = copy.copy(statement)
        rows = []
        for alias in statement.names:
            one.names = [alias]
            rows.append((alias.asname or alias.name.split(".")[0], ast.unparse(one)))
        return rows
    stored = {part.id for part in ast.walk(statement) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    inner = {part.name for part in ast.walk(statement) if isinstance(part, DEFINITIONS)}
    imported = {
        alias.asname or alias.name.split(".")[0]
        for part in ast.walk(statement)
        if isinstance(part, (ast.Import, ast.ImportFrom))
        for alias in part.names
    }
    return [(name, _text(statement)) for name in stored | inner | imported]


def _acts(statement):
    """Whether a statement, or one within an `if`, a `for` and the like, changes what was there before, such as a class."""
    return any(map(_changes, _parts(statement)))


def _parts(statement):
    """The statements that hold no others within a statement; none of definitions, nor of what a file does as a program."""
    if isinstance(statement, DEFINITIONS) or "__name__" in _used(getattr(statement, "test", ast.Pass())):
        return
    holders = (ast.stmt, ast.ExceptHandler, ast.match_case)
    inner = [part for part in ast.iter_child_nodes(statement) if isinstance(part, holders)]
    for part in inner:
        yield from _parts(part)
    if not inner:
        yield statement


def _changes(statement):
    stored = (ast.Attribute, ast.Subscript)
    if any(isinstance(part, stored) and not isinstance(part.ctx, ast.Load) for part in ast.walk(statement)):
        return True
    target = getattr(getattr(statement, "targets", [None])[0], "id", None)
    if not isinstance(statement, (ast.Expr, ast.Assert)) and target != "_":  # `_ = setattr(...)` is for what the call does
        return False
    calls = [part for part in ast.walk(statement) if isinstance(part, ast.Call)]
    return any(getattr(call.func, "id", None) != "print" for call in calls)


def _used(statement):
    return {part.id for part in ast.walk(statement) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
