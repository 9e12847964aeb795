"""Generators for runtimes without TensorFlow: ONNX and TensorFlow Lite (LiteRT), each checked against what it is made from.

Only `serving_default` goes there, latents (and labels) to samples: neither format has the random operators of `sample`.
"""

import base64
import html
import importlib
import json
import logging
import tempfile
import warnings
from pathlib import Path

import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError, one_line
from ganzoo.files import refuse_unwritable, write_atomically
from ganzoo.optional import optional
from ganzoo.serving.export import served
from ganzoo.serving.sampling import ExportSampler, RunSampler, load

OPSET = 17
RUNTIME = Path("node_modules/onnxruntime-web/dist")
# What a page takes of it: the JavaScript with its loader, and the WebAssembly.
RUNTIME_FILES = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")
# Samples that are compared, and by how much the float formats may differ from TensorFlow in [-1, 1].
COMPARED, MOST_APART = 16, 1e-3


def convert(model, to=None, file_format="onnx", int8=False):
    """Writes a generator as one file for another runtime.

    Args:
        model: path of a run or an export, or the name of a model of the zoo.
        to: the file; NAME.onnx or NAME.tflite in this directory if None.
        file_format: "onnx" or "tflite".
        int8: of "tflite", whether weights are kept in 8 bits, a scale for each (dynamic range): a quarter of the size.

    Returns:
        A dict of facts, JSON-ready: `file`, `bytes`, `inputs` and `outputs` (shape and type by name), and `apart`, the
        largest difference of a value of 16 samples from TensorFlow's.

    Raises:
        UserError: no such model, one that takes or gives strings or cannot be converted, a converter that is not installed, or
            samples that differ from TensorFlow's by more than rounding.
    """
    if int8 and file_format != "tflite":
        raise UserError("8-bit weights are of --format tflite alone")
    sampler = load(model)
    if not isinstance(sampler, RunSampler | ExportSampler):
        raise UserError(f"{model} was not written by ganzoo: convert it with the tools of what it was written by")
    path = Path(to) if to else Path(f"{sampler.name}.{file_format}")
    if path.suffix != f".{file_format}":
        raise UserError(f"a file of format {file_format} ends in .{file_format}, not {path.name!r}")
    refuse_unwritable(path)
    holder, signatures = (sampler.module, sampler.signatures) if isinstance(sampler, ExportSampler) else served(sampler.model)
    function = signatures["serving_default"]
    inputs = dict(sorted(function.structured_input_signature[1].items()))
    if any(spec.dtype == tf.string for spec in (*inputs.values(), *function.structured_outputs.values())):
        raise UserError(f"{sampler.name} takes or gives texts, which {file_format} does not hold here")
    try:
        content = (onnx_bytes if file_format == "onnx" else tflite_bytes)(function, inputs, holder, int8, sampler)
    except UserError:
        raise
    except Exception as error:  # converters raise all kinds at operators that they lack
        raise UserError(f"{sampler.name} cannot be converted to {file_format}: {one_line(error)}") from error
    drawn = sampler.inputs(COMPARED, seed=0)
    expected = {name: value.numpy() for name, value in function(**{n: tf.constant(v) for n, v in drawn.items()}).items()}
    found = (onnx_samples if file_format == "onnx" else tflite_samples)(content, drawn)
    apart = max(float(np.abs(found[name] - value).max()) for name, value in expected.items())
    if not int8 and not apart <= MOST_APART:
        raise UserError(f"{sampler.name} as {file_format} differs from TensorFlow by {apart:.2g}: nothing was written")
    write_atomically(path, content)
    shapes = {name: f"{spec.dtype.name} {list(spec.shape)}" for name, spec in inputs.items()}
    outputs = {name: f"{spec.dtype.name} {list(spec.shape)}" for name, spec in function.structured_outputs.items()}
    return {"file": str(path), "bytes": len(content), "inputs": shapes, "outputs": outputs, "apart": apart}


def write_page(model, to=None, runtime=RUNTIME):
    """Writes a generator of images as one web page that draws samples by itself, without a server.

    Args:
        model: path of a run or an export, or the name of a model of the zoo; its latents are N(0, 1).
        to: the file; NAME.html in this directory if None.
        runtime: the directory `dist` of the npm package onnxruntime-web, from which the page takes two files into itself.

    Returns:
        A dict of facts, as of `convert`.

    Raises:
        UserError: as `convert`; or the runtime is not there, or the model takes more than latents and labels.
    """
    parts = [Path(runtime) / name for name in RUNTIME_FILES]
    if absent := [part for part in parts if not part.is_file()]:
        raise UserError(f"no file {absent[0]}: `npm install onnxruntime-web` here, or --runtime names its directory dist")
    sampler = load(model)
    path = Path(to) if to else Path(f"{sampler.name}.html")
    if path.suffix != ".html":
        raise UserError(f"a file of format html ends in .html, not {path.name!r}")
    refuse_unwritable(path)
    with tempfile.TemporaryDirectory() as directory:
        facts = convert(model, Path(directory) / "model.onnx", "onnx")
        content = (Path(directory) / "model.onnx").read_bytes()
    if not facts["inputs"].keys() <= {"latents", "labels"} or "images" not in facts["outputs"] or len(sampler.shape) != 3:
        raise UserError(f"a page draws images from latents and labels; {sampler.name} takes {', '.join(facts['inputs'])}")
    latent_dim = sampler.inputs(1)["latents"].shape[1]
    about = {"latent_dim": latent_dim, "shape": list(sampler.shape), "num_classes": 0, "class_names": []}
    if "labels" in facts["inputs"] and not sampler.num_classes:
        raise UserError(f"the card of {sampler.name} does not say how many labels it knows: export its run again")
    if "labels" in facts["inputs"]:
        about |= {"num_classes": sampler.num_classes, "class_names": list(map(str, sampler.class_names))}
    step = "" if sampler.step is None else f", {sampler.step:,} steps"
    words = f"A generator ({sampler.family or 'GAN'}) of {sampler.data_name or 'images'}{step}, by ganzoo."
    filled = {
        "title": html.escape(sampler.name),
        "about": html.escape(words),
        "facts": json.dumps(about).replace("<", "\\u003c"),
    }
    bundle, wasm = (part.read_bytes() for part in parts)
    filled |= {
        name: base64.b64encode(data).decode() for name, data in {"model": content, "runtime": bundle, "wasm": wasm}.items()
    }
    page = (Path(__file__).parent / "browser_page.html").read_text(encoding="utf-8")
    for name, text in filled.items():
        page = page.replace(f"{{{{{name}}}}}", text)
    write_atomically(path, page)
    return {**facts, "file": str(path), "bytes": len(page.encode())}


def onnx_bytes(function, inputs, holder, int8, sampler):
    """A concrete function as an ONNX model, its inputs and outputs under their own names."""
    tf2onnx = optional("tf2onnx", "onnx", "ONNX")
    importlib.import_module("tf2onnx.convert")
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    outputs = sorted(function.structured_outputs)

    @tf.function(input_signature=[tf.TensorSpec(spec.shape, spec.dtype, name) for name, spec in inputs.items()])
    def by_place(*values):
        found = function(**dict(zip(inputs, values, strict=True)))
        return [found[name] for name in outputs]

    model, _ = tf2onnx.convert.from_function(by_place, by_place.input_signature, opset=OPSET)
    renamed = {old.name: new for old, new in zip(model.graph.output, outputs, strict=True)}
    for node in model.graph.node:
        for names in (node.input, node.output):
            names[:] = [renamed.get(name, name) for name in names]
    for value in model.graph.output:
        value.name = renamed[value.name]
    about = {name: getattr(sampler, name) for name in ("name", "family", "data_name", "step")}
    entry = model.metadata_props.add()
    entry.key, entry.value = "ganzoo", json.dumps(about)
    return model.SerializeToString()


def onnx_samples(content, inputs):
    """What an ONNX model makes of arrays by name, a dict of arrays."""
    session = optional("onnxruntime", "onnx", "ONNX").InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    taken = {value.name for value in session.get_inputs()}
    found = session.run(names, {name: value for name, value in inputs.items() if name in taken})
    return dict(zip(names, found, strict=True))


def tflite_bytes(function, inputs, holder, int8, sampler):
    """A concrete function as a TensorFlow Lite model with its signature."""
    with tempfile.TemporaryDirectory() as directory:  # its converter wants the signature from a SavedModel

        class Served(tf.Module):
            def __init__(self):
                super().__init__()
                self.holder = holder

        tf.saved_model.save(Served(), directory, signatures={"serving_default": function})
        converter = tf.lite.TFLiteConverter.from_saved_model(directory, signature_keys=["serving_default"])
        if int8:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        return converter.convert()


def tflite_samples(content, inputs):
    """What a TensorFlow Lite model makes of arrays by name, a dict of arrays."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's interpreter points to its successor of another package
        interpreter = tf.lite.Interpreter(model_content=content)
    runner = interpreter.get_signature_runner("serving_default")
    return runner(**inputs)
