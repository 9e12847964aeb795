"""Mutants of Python source, made from its syntax tree: one small change each, which a test should notice."""

import ast
import dataclasses
import hashlib
import re

COMPARISONS = {"Lt": "<=", "LtE": "<", "Gt": ">=", "GtE": ">", "Eq": "!=", "NotEq": "==", "In": "not in", "NotIn": "in"}
COMPARISONS |= {"Is": "is not", "IsNot": "is"}
OPERATORS = {"Add": "-", "Sub": "+", "Mult": "/", "Div": "*", "FloorDiv": "/", "Mod": "*", "Pow": "*"}
SWAPS = [("min", "max"), ("minimum", "maximum"), ("argmin", "argmax"), ("any", "all"), ("floor", "ceil"), ("zeros", "ones")]
SWAPS += [("reduce_sum", "reduce_mean"), ("sum", "mean"), ("reduce_min", "reduce_max"), ("reduce_any", "reduce_all")]
SWAPPED = dict(SWAPS) | {b: a for a, b in SWAPS}
# Calls whose words or names no test is meant to pin.
SPOKEN = {"print", "log", "track", "warn", "echo", "debug", "info", "metric", "option", "argument", "command"}
NAMING = {"name", "help", "desc", "description", "meaning", "misleads", "paper", "log", "verbose"}
# How much is done at once: it decides the speed and the memory, not the result.
PORTION = re.compile(r"_?(block|chunk|batch|at_once)(_size)?$", re.IGNORECASE)
PRAGMA = "pragma: no mutate"


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes:
        file: path below the root.
        line: of the change, from 1.
        kind: which operator made it.
        before, after: the source that is replaced, and by what.
        start, end: the place of `before` in the file's bytes.
        key: names the mutant whatever the lines above it: a hash of file, function, kind and texts.
    """

    file: str
    line: int
    kind: str
    before: str
    after: str
    start: int
    end: int
    key: str

    def __str__(self):
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        return f"{self.file}:{self.line} {before} -> {after}"

    def apply(self, source):
        """The bytes of the file with the change."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def mutants_of(file, source):
    """All mutants of a file.

    Args:
        file: its path below the root, for the records.
        source: its text.
    """
    walker = _Walker(file, source)
    walker.visit(ast.parse(source))
    return walker.mutants


class _Walker(ast.NodeVisitor):
    """Collects mutants; leaves out docstrings, annotations, messages, logging and lines with the pragma."""

    def __init__(self, file, source):
        self.file, self.source = file, source.encode()
        self.lines = self.source.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.mutants, self.scope, self.seen, self.reshaping = [], [], {}, 0

    def place(self, node):
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def text(self, node):
        start, end = self.place(node)
        return self.source[start:end].decode()

    def add(self, node, kind, after):
        start, end = self.place(node)
        before = self.source[start:end].decode()
        if any(PRAGMA.encode() in line for line in self.lines[node.lineno - 1 : node.end_lineno]):
            return
        identity = f"{self.file} {'.'.join(self.scope)} {kind} {before} {after}"
        self.seen[identity] = self.seen.get(identity, 0) + 1
        key = hashlib.sha256(f"{identity} {self.seen[identity]}".encode()).hexdigest()[:12]
        self.mutants.append(Mutant(self.file, node.lineno, kind, before, after, start, end, key))

    def visit_body(self, node):
        self.scope.append(node.name)
        for decorator in node.decorator_list:
            self.visit(decorator)
        if not isinstance(node, ast.ClassDef):
            given = [*node.args.posonlyargs, *node.args.args]
            defaults = zip(given[len(given) - len(node.args.defaults) :], node.args.defaults, strict=True)
            for argument, default in [*defaults, *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]:
                if default is not None and not PORTION.match(argument.arg):
                    self.visit(default)
        for statement in node.body:
            self.visit(statement)
        self.scope.pop()

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_body

    def visit_Assign(self, node):
        if not all(isinstance(target, ast.Name) and PORTION.match(target.id) for target in node.targets):
            self.generic_visit(node)

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.visit(node.value)

    def visit_Raise(self, node):
        """The message of an error is nobody's to pin; whether it is raised is."""
        self.add(node, "statement removed", "pass")

    def visit_Import(self, node):
        pass

    visit_ImportFrom = visit_JoinedStr = visit_Assert = visit_Import

    def visit_If(self, node):
        only_said = not node.orelse and all(isinstance(s, ast.Expr) and self.spoken(s.value) for s in node.body)
        if not only_said and not self.text(node.test).startswith("__name__"):
            self.add(node.test, "condition negated", f"not ({self.text(node.test)})")
            self.generic_visit(node)

    def visit_IfExp(self, node):
        self.add(node.test, "condition negated", f"(not ({self.text(node.test)}))")
        self.generic_visit(node)

    def visit_Expr(self, node):
        if isinstance(node.value, ast.Constant):  # a docstring
            return
        if isinstance(node.value, ast.Call) and not self.spoken(node.value):
            self.add(node, "statement removed", "pass")
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        self.add(node, "statement removed", "pass")
        operator = OPERATORS.get(type(node.op).__name__)
        if operator in ("+", "-", "*", "/") and not _text(node.value):
            self.add(node, "arithmetic", f"{self.text(node.target)} {operator}= ({self.text(node.value)})")
        self.generic_visit(node)

    def visit_Return(self, node):
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.add(node.value, "None returned", "None")
            self.visit(node.value)

    def visit_Compare(self, node):
        if len(node.ops) == 1:
            operator = COMPARISONS[type(node.ops[0]).__name__]
            self.add(node, "comparison", f"({self.text(node.left)}) {operator} ({self.text(node.comparators[0])})")
        self.generic_visit(node)

    def visit_BinOp(self, node):
        operator = OPERATORS.get(type(node.op).__name__)
        if operator and not _text(node.left) and not _text(node.right):
            self.add(node, "arithmetic", f"(({self.text(node.left)}) {operator} ({self.text(node.right)}))")
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        if isinstance(node.op, ast.Not):
            self.add(node, "condition negated", f"({self.text(node.operand)})")
        elif isinstance(node.op, ast.USub):
            self.add(node, "arithmetic", f"({self.text(node.operand)})")
            if self.text(node) == "-1" and self.reshaping:  # -2 means the same there
                return
        self.generic_visit(node)

    def visit_BoolOp(self, node):
        word = " and " if isinstance(node.op, ast.Or) else " or "
        self.add(node, "and, or", f"({word.join(f'({self.text(value)})' for value in node.values)})")
        self.generic_visit(node)

    def visit_Constant(self, node):
        value = node.value
        if isinstance(value, bool):
            self.add(node, "constant", str(not value))
        elif isinstance(value, int) and not (value >= 512 and value & (value - 1) == 0):  # portions again
            self.add(node, "constant", str(value + 1))
        elif isinstance(value, float):
            # Twice a guard against 0 is as good a guard; a large one is not.
            self.add(node, "constant", "1.0" if not value else "0.1" if abs(value) < 1e-4 else str(2 * value))

    def visit_Call(self, node):
        if self.spoken(node):
            return
        name = _name(node.func)
        if name in SWAPPED:
            function = self.text(node.func)
            self.add(node.func, "function swapped", function[: -len(name)] + SWAPPED[name])
        keywords = [keyword for keyword in node.keywords if keyword.arg and keyword.arg not in NAMING]
        for keyword in keywords:
            others = [self.text(part) for part in (*node.args, *node.keywords) if part is not keyword]
            self.add(node, "argument removed", f"{self.text(node.func)}({', '.join(others)})")
        self.visit(node.func)
        self.reshaping += name == "reshape"
        for part in (*node.args, *(k.value for k in node.keywords if k.arg not in NAMING)):
            self.visit(part)
        self.reshaping -= name == "reshape"

    def spoken(self, call):
        return isinstance(call, ast.Call) and _name(call.func) in SPOKEN


def _name(function):
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text(node):
    return isinstance(node, (ast.JoinedStr, ast.List, ast.Tuple)) or isinstance(getattr(node, "value", None), str)
