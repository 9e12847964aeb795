"""Examples that are scripts; they run where what they show is installed."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.mark.skipif(not importlib.util.find_spec("mlflow"), reason="mlflow is not installed")
def test_mlflow_keeps_a_training(tmp_path, tiny_recipe):
    command = [sys.executable, EXAMPLES / "mlflow_listener.py", tiny_recipe, "20"]
    process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr[-4000:]
    (losses,) = (tmp_path / "mlruns").rglob("metrics/generator_loss")
    assert [line.split()[2] for line in losses.read_text().splitlines()] == ["10", "20"]
    assert len(list((tmp_path / "mlruns").rglob("samples/fixed/*.png"))) == 3
    (setting,) = (tmp_path / "mlruns").rglob("params/batch_size")
    assert setting.read_text() == "16"
