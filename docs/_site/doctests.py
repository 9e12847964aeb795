"""Examples in docstrings (`>>>`) as code, wherever they stand: in Markdown they would be quotations of quotations."""

import re

import griffe

EXAMPLE = re.compile(r"^( *)(>>> .*(?:\n(?! *$).*)*)", re.MULTILINE)


def fenced(text):
    """A docstring with every example, to its next empty line, in a fence."""
    return EXAMPLE.sub(lambda found: f"{found[1]}```pycon\n{found[1]}{found[2]}\n{found[1]}```", text)


class Doctests(griffe.Extension):
    """The extension that MkDocs' reference is built with."""

    def on_object(self, *, obj, **kwargs):
        if obj.docstring and not obj.is_alias:
            obj.docstring.value = fenced(obj.docstring.value)
