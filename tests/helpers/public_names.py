"""The public names of the rooms, and the stubs that list them: `python tests/helpers/public_names.py` writes these.

Every class and function without a leading underscore is public unless it is entered under `INTERNAL`.
"""

import ast
import fnmatch
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "ganzoo"

# What the rooms' own modules share with one another, as patterns of `module.name`.
INTERNAL = {
    "augmentations": ["base.[a-z]*", "colors.*", "geometry.*", "pipe.[a-z]*", "shift.[a-z]*"],
    "families": [
        "*.[a-z]*",  # a family's steps; what is public of a family is its class
        "rounds.*",
        "sampling.*",
        "saving.*",
    ],
    "networks": [
        "ali.P*",
        "checks.*",
        "decoding.*",
        "dcgan.gain",
        "dcgan.weights",
        "heads.*",
        "resnet.[Pgc]*",
        "text.looked_up",
        "text.size_of",
        "text_recurrent.position_waves",
        "text_recurrent.regularizer",
        "text_to_image.leaky_relu",
        "text_to_image.projected",
        "text_to_image.residual_block",
    ],
    "layers": [
        "convolution.[!C]*",
        "grouped_conv.differentiable",
        "interpolate.Interpolated",
        "mixture.Weights",
        "pixel_noise.[a-z]*",
        "spectral_norm.power_iteration",
    ],
    "data": [
        "*.Fabricated*",
        "identity.*",
        "remembered.*",
        "captioned_images.[a-z]*",
        "captioned_shapes.*",  # TFDS builders, as in the next three
        "embedded*.*",
        "mixtures.[a-z]*",
        "stacked_digits.*",
        "captions.words_of",
        "census.*",
        "image_fitting.*",
        "image_reader.*",
        "licences.*",
        "metadata.*",
        "npz_images.*",
        "shards.*",
        "fashion_captions.[a-z]*",
        "catalogue.[!ap]*",
        "catalogue.prepare_*",
        "class_names.*",
        "folder_layout.*",
        "folders.*",
        "held_out.*",
        "image_files.*",
        "images.[a-z]*",
        "oracle.[a-z]*",
        "points.[a-z]*",
        "scaling.*",
        "semi_supervised.[a-z]*",
        "semi_supervised.Few",
        "shape_captions.[a-z]*",
        "shapes.*",
        "source.[a-z]*",
        "text_files.*",
        "tfds_images.*",
        "vocabulary.[a-z]*",
        "word_vectors.[a-z]*",
    ],
    "metrics": [
        "arguments.*",
        "checks.*",
        "cubic_kernel.*",
        "effective_support.birthday",  # of the same name as the room of the birthday test
        "frechet.distance",
        "frechet.expected_trace",
        "frechet.fit",
        "frechet.floor_of",
        "image_statistics.grey",
        "image_statistics.prepared",
        "mmd.*",
        "multiscale_similarity.*",
        "path_length.squared_paces",
        "population_spectrum.expected_frechet",
        "probes.without_convergence_warnings",
        "tfgan.*",
        "threads.*",
    ],
    "metrics/birthday": [],
    "metrics/neighbours": [
        "coarse.*",
        "neighbourhoods.[!B]*",
        "neighbourhoods.B[!a]*",
        "neighbourhoods.Ball[!s]*",
        "pairs.[BPf]*",
        "products.[!e]*",
        "realism.*",
        "selection.s*",
        "tree.*",
    ],
    "metrics/text": ["scores.*", "tokens.*"],
}


def public_names(room):
    """The public names of a room, by module, both in order: a dict of lists.

    Raises:
        ValueError: two modules have a public name in common.
    """
    names, homes = {}, {}
    for path in sorted((PACKAGE / room).glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name[0] == "_":
                continue
            if any(fnmatch.fnmatchcase(f"{path.stem}.{node.name}", pattern) for pattern in INTERNAL[room]):
                continue
            if node.name in homes:
                raise ValueError(
                    f"{room}: {node.name} is public in {homes[node.name]} and {path.stem}: one of them is internal"
                )
            homes[node.name] = path.stem
            names.setdefault(path.stem, []).append(node.name)
    return {module: sorted(some) for module, some in sorted(names.items())}


def stub(room):
    """The text of a room's `__init__.pyi`."""
    rooms = sorted(other.split("/")[1] for other in INTERNAL if other.startswith(f"{room}/"))
    lines = [f"from . import {inner} as {inner}" for inner in rooms]
    for module, names in public_names(room).items():
        lines += [f"from .{module} import {name} as {name}" for name in names]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for room in INTERNAL:
        (PACKAGE / room / "__init__.pyi").write_text(stub(room))
