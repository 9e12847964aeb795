"""Generators as ONNX and TensorFlow Lite files give what TensorFlow gives."""

import sys

import numpy as np
import pytest

from ganzoo import load
from ganzoo.errors import UserError
from ganzoo.serving import runtimes
from ganzoo.serving.runtimes import convert, onnx_samples, tflite_samples

pytest.importorskip("onnxruntime")
pytest.importorskip("tf2onnx")


@pytest.mark.parametrize("name, file_format", [("digits_cgan", "onnx"), ("digits_cgan", "tflite"), ("digits_dcgan", "onnx")])
def test_a_converted_generator_gives_the_samples_of_its_export(name, file_format, tmp_path):
    path = tmp_path / f"it.{file_format}"
    facts = convert(f"exported/{name}", path, file_format)
    assert facts["bytes"] == path.stat().st_size and facts["apart"] < 1e-5
    assert facts["inputs"].keys() == load(f"exported/{name}").inputs(1).keys() and "images" in facts["outputs"]
    sampler = load(f"exported/{name}")
    drawn = sampler.inputs(5, seed=3)  # another number of samples than was compared
    found = (onnx_samples if file_format == "onnx" else tflite_samples)(path.read_bytes(), drawn)
    np.testing.assert_allclose(found["images"], sampler.sample(5, seed=3), atol=1e-5)


def test_eight_bits_take_a_quarter(tmp_path):
    whole = convert("exported/digits_dcgan", tmp_path / "it.tflite", "tflite")
    small = convert("exported/digits_dcgan", tmp_path / "it8.tflite", "tflite", int8=True)
    assert small["bytes"] < 0.35 * whole["bytes"] and 1e-4 < small["apart"] < 0.2


def test_what_cannot_be_converted_is_one_line(tmp_path, monkeypatch):
    cases = [
        (("exported/grammar_mle", tmp_path / "a.onnx", "onnx"), "takes or gives texts"),
        (("exported/digits_dcgan", tmp_path / "a.pb", "onnx"), "ends in .onnx"),
        (("exported/digits_dcgan", tmp_path / "a.onnx", "onnx", True), "8-bit weights are of --format tflite"),
    ]
    for arguments, line in cases:
        with pytest.raises(UserError, match=line):
            convert(*arguments)
    monkeypatch.setattr(runtimes, "onnx_bytes", lambda *arguments: b"")
    monkeypatch.setattr(runtimes, "onnx_samples", lambda content, inputs: {"images": np.ones((16, 8, 8, 1))})
    with pytest.raises(UserError, match="differs from TensorFlow by .*: nothing was written"):
        convert("exported/digits_dcgan", tmp_path / "a.onnx", "onnx")
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(UserError, match=r"ONNX needs tf2onnx, of the extra `onnx`: .*\[onnx\]"):
        convert("exported/digits_dcgan", tmp_path / "a.onnx", "onnx")
    assert not list(tmp_path.iterdir())
