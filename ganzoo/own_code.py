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
    body = ast.parse(source).body
    bound, acts = {}, []
    for statement in body:
        for name, text in _bindings(statement):
            bound.setdefault(name, []).append((text, statement))
        if _acts(statement):
            acts.append(statement)
    needed, waiting = {}, [*names, *(name for statement in acts for name in _used(statement))]
    while waiting:
        name = waiting.pop()
        if name in needed or name not in bound or name == "recipe":
            continue
        needed[name] = "\n".join(text for text, _ in bound[name])
        waiting += [used for _, statement in bound[name] for used in _used(statement)]
    if "recipe" in names:  # what it makes within itself: lambdas and inner functions
        inner = [part for _, statement in bound.get("recipe", []) for part in ast.walk(statement)][1:]
        needed["recipe's functions"] = "\n".join(_text(part) for part in inner if isinstance(part, (*DEFINITIONS, ast.Lambda)))
    if acts:
        needed["the file"] = "\n".join(map(_text, acts))
    return {name: text if "\n" not in text and len(text) <= LONGEST else digest(text) for name, text in needed.items()}


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
    """Whether a statement changes what was there before, such as a class of another module."""
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
        return any(isinstance(part, (ast.Attribute, ast.Subscript)) for target in targets for part in ast.walk(target))
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return getattr(statement.value.func, "id", None) != "print"
    return False


def _used(statement):
    return {part.id for part in ast.walk(statement) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
