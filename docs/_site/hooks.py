"""What MkDocs is told beside docs/: pages of the repository's own files that docs link to, notebooks, and the reference.

A link such as `../ganzoo/losses.py` is right in a checkout and on any page that shows one. On the site it leads to a page
with that file's text, so that nothing is fetched and no address of a server has to be known.
"""

import ast
import json
import posixpath
import re
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

DOCS, FRONT = "docs", "README.md"
# Pages of the repository that the navigation names, whether or not something links to them.
ALWAYS = (FRONT, "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")
LINK = re.compile(r"(\]\()([^)\s#]+)((?:#[^)\s]*)?\))")
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
LANGUAGES = {".py": "python", ".toml": "toml", ".cfg": "ini", ".yml": "yaml", ".json": "json"}
PICTURES = (".png", ".gif", ".jpg", ".svg")
# Rooms of the reference: what each holds, and the modules to take names from; a stub names all that is public of its room.
ROOMS = {
    "families": ("A GAN algorithm a class.", ["families"]),
    "networks": ("Functions that return a `keras.Model`, parameterised by size.", ["networks"]),
    "layers": ("Keras layers that papers have and Keras has not.", ["layers"]),
    "losses": ("What the two players minimise.", ["losses"]),
    "penalties": ("What is added to a discriminator's loss.", ["penalties"]),
    "regularizers": ("What else is added to the players' losses.", ["regularizers"]),
    "augmentations": ("What discriminators see instead of the images themselves, where there are few.", ["augmentations"]),
    "optimizers": ("Optimizers, averages of weights.", ["optimizers", "averages"]),
    "schedules": ("Numbers that change with the step.", ["schedules"]),
    "noise": ("Priors of latents; samples from a discriminator; likelihoods.", ["noise", "negative_sampling", "likelihoods"]),
    "data": ("Data sets of images, points and texts.", ["data"]),
    "metrics": (
        "Scores as pure functions of arrays, and how one of your own is entered.",
        ["metrics.registry:metric,Metric,Part", "metrics", "metrics.birthday", "metrics.neighbours", "metrics.text"],
    ),
    "evaluation": (
        "The engine behind `ganzoo.evaluate`, and what its results are.",
        [
            "evaluation.evaluate:Evaluation",
            "evaluation.evaluator:Evaluator",
            "evaluation.birthday:BirthdayTest",
            "evaluation.tournament:tournament",
            "report.results:Scores,Comparison,Birthday,Neighbours",
        ],
    ),
    "serving": (
        "Samplers of runs, exports and other frameworks' files; other formats.",
        ["serving.sampler:Sampler", "serving.runtimes:convert,write_page", "zoo:models,Exported"],
    ),
    "recipe": ("What a recipe file returns, and how one is loaded.", ["recipe:Recipe,LoadedRecipe,load_recipe"]),
}


def on_files(files, config):
    """Adds the generated pages."""
    root = Path(config.config_file_path).parent
    for name, text in reference(root / "ganzoo").items():
        files.append(File.generated(config, f"api/{name}.md", content=text))
    waiting = [*ALWAYS, *(f"{DOCS}/{file.src_uri}" for file in files if file.src_uri.endswith(".md") and not file.generated_by)]
    waiting += [path.relative_to(root).as_posix() for path in sorted(root.glob("examples/*.ipynb"))]
    known = set()
    while waiting:
        path = waiting.pop()
        if path in known:
            continue
        known.add(path)
        text = page_of(root, path)
        if not path.startswith(f"{DOCS}/"):
            if text is None:
                files.append(File.generated(config, address(path), abs_src_path=str(root / path)))
            else:
                files.append(File.generated(config, address(path), content=text))
        if text is not None and path.endswith((".md", ".ipynb")):
            waiting += [target for target in targets(root, path, text) if not target.startswith(f"{DOCS}/")]
    return files


def on_page_markdown(markdown, page, config, files):
    """Turns links between files of the repository into links between pages."""
    root, here = Path(config.config_file_path).parent, page.file.src_uri
    path = origin(here)
    if path is None or not path.endswith((".md", ".ipynb")):
        return markdown

    def turned(link):
        target = resolved(root, path, link[2])
        return link[0] if target is None else f"{link[1]}{relative(address(target), here)}{link[3]}"

    return LINK.sub(turned, markdown)


def resolved(root, path, link):
    """The file of the repository that a link on the page of `path` leads to; None for an address or a word in brackets."""
    if re.match(r"[a-z]+:|/", link):
        return None
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
    if target.startswith("..") or not (root / target).exists():
        return None  # MkDocs warns of it, if it is a link
    if (root / target).is_dir():
        raise PluginError(f"{path} links to the directory {link}: name a file of it")
    return target


def targets(root, path, text):
    found = (resolved(root, path, link[2]) for link in LINK.finditer(text))
    return [target for target in found if target is not None]


def address(path):
    """Where the site has a file of the repository, as MkDocs names sources."""
    if path == FRONT:
        return "index.md"
    if path.startswith(f"{DOCS}/"):
        return path.removeprefix(f"{DOCS}/")
    if path.endswith(".ipynb"):
        return path.removesuffix(".ipynb") + ".md"
    return f"repository/{path}" if path.endswith((".md", *PICTURES)) else f"repository/{path}.md"


def origin(source):
    """The file of the repository that a page's links are relative to; None for pages of the reference."""
    if source == "index.md":
        return FRONT
    if source.startswith("api/"):
        return None
    if source.startswith("examples/"):
        return source.removesuffix(".md") + ".ipynb"
    return source.removeprefix("repository/") if source.startswith("repository/") else f"{DOCS}/{source}"


def relative(target, source):
    return posixpath.relpath(target, posixpath.dirname(source) or ".")


def page_of(root, path):
    """The Markdown of a file of the repository, or None for a picture."""
    if path.endswith(PICTURES):
        return None
    text = (root / path).read_text()
    if path.endswith(".ipynb"):
        return of_notebook(json.loads(text), path)
    if path.startswith(f"{DOCS}/"):
        return text
    hidden = "" if path in ALWAYS else "---\nsearch:\n  exclude: true\n---\n\n"
    if path.endswith(".md"):
        return hidden + FRONT_MATTER.sub("", text)  # a card's is for another reader
    fence = "~~~~~~"
    return f"{hidden}# {path}\n\n{fence}{LANGUAGES.get(Path(path).suffix, 'text')}\n{text.rstrip()}\n{fence}\n"


def of_notebook(notebook, path):
    """A notebook's cells and what they printed as Markdown."""
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "image/png" in data:
                parts.append(f"![What the cell shows](data:image/png;base64,{''.join(data['image/png']).strip()})")
            else:
                said = "".join(output.get("text") or data.get("text/plain") or "").rstrip()
                parts += [f"```text\n{said}\n```"] if said else []
    return "\n\n".join(parts) + f"\n\n*This page is `{path}` of the repository.*\n"


def reference(package):
    """The Markdown of every page of the reference, by name."""
    pages = {}
    listed = [f"| [`ganzoo.{name}`]({name}.md) | {about} |" for name, (about, _) in ROOMS.items()]
    shown = {name for name, module in imported(package / "__init__.pyi") if module == "api"}
    functions = [node.name for node in ast.parse((package / "api.py").read_text()).body if getattr(node, "name", None) in shown]
    pages["index"] = "\n".join(
        [
            "# Python API",
            "",
            "What `import ganzoo` gives. A room is imported when a name of it is first used.",
            "",
            "| room | what it holds |\n|---|---|",
            *listed,
            "",
            *(f"::: ganzoo.api.{name}\n" for name in functions),
            "::: ganzoo.errors.UserError\n",
        ]
    )
    for room, (about, places) in ROOMS.items():
        lines = [f"# ganzoo.{room}\n", f"{about}\n"]
        for place in places:
            module, _, names = place.partition(":")
            found = [(name, module) for name in names.split(",")] if names else public(package, module)
            if len(places) > 1:
                lines.append(f"## In ganzoo.{module}\n")
            level = "    options:\n      heading_level: 3\n" if len(places) > 1 else ""
            lines += [f"::: ganzoo.{where}.{name}\n{level}" for name, where in found]
        pages[room] = "\n".join(lines)
    return pages


def public(package, module):
    """(name, module that defines it) of all that is public of a room or a module, in their order."""
    path = package / module.replace(".", "/")
    for source in (path / "__init__.pyi", path / "__init__.py"):
        if source.is_file() and (found := imported(source)):
            own = f"{package.name}."
            return [(name, where.removeprefix(own) if where.startswith(own) else f"{module}.{where}") for name, where in found]
    for node in ast.parse(path.with_suffix(".py").read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "__all__":
            return [(name, module) for name in ast.literal_eval(node.value)]
    raise PluginError(f"{path}.py says nowhere what is public of it")


def imported(source):
    """(name, module) of what a package's file imports from its modules; modules themselves are left out."""
    nodes = (node for node in ast.parse(source.read_text()).body if isinstance(node, ast.ImportFrom) and node.module)
    return [(alias.name, node.module) for node in nodes for alias in node.names]
