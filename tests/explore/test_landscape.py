import io

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from ganzoo.cli.main import main
from ganzoo.errors import UserError
from ganzoo.explore.landscape import animation, frames, heights, picture, strip
from ganzoo.serving.sampling import Sampler
from ganzoo.training import train


class Slope(Sampler):
    """Judges a point by its coordinates' sum."""

    services = {"discriminate": None}

    def serve(self, service, points):
        return {"logits": points.sum(1, keepdims=True)}


def test_heights_lie_as_the_plane_does():
    found = heights(Slope("slope", "slope"), (-1.0, 1.0), 3)
    np.testing.assert_allclose(found, [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]], atol=1e-6)


class Valley(Slope):
    """Gives an energy, which is low where the logits are high, and could give logits too."""

    services = {"discriminate": None, "energy": None}

    def serve(self, service, points):
        assert service == "energy"
        return {"energy": points.sum(1)}


def test_heights_are_minus_the_energy():
    np.testing.assert_allclose(
        heights(Valley("valley", "valley"), (-1.0, 1.0), 3), [[0, -1, -2], [1, 0, -1], [2, 1, 0]], atol=1e-6
    )


def test_a_picture_is_red_where_logits_are_high_and_shows_the_points():
    logits = heights(Slope("slope", "slope"), (-1.0, 1.0), 33)
    image = np.asarray(picture(logits, np.array([[0.0, 0.0]]), (-1.0, 1.0), "step 1"))
    top_right, bottom_left = image[16, -1].astype(int), image[-1, 0].astype(int)
    assert top_right[0] > top_right[2] and bottom_left[2] > bottom_left[0]
    assert (image[16 + 16, 16] == 0).all()


def test_a_run_has_a_frame_for_each_checkpoint(tiny_recipe, tmp_path):
    train(tiny_recipe, run=tmp_path / "run", log=lambda line: None)
    found = frames(tmp_path / "run", side=40)
    assert len(found) == 2
    movie = Image.open(io.BytesIO(animation(found)))
    assert movie.n_frames == 2
    assert strip(found * 3).size == (5 * 40, 2 * 56)
    for name, kind in (("a.gif", "GIF"), ("a.png", "PNG")):
        words = ["landscape", str(tmp_path / "run"), "--out", str(tmp_path / name), "--side", "40"]
        result = CliRunner().invoke(main, words)
        assert f"2 frames: {tmp_path / name}" in result.output and Image.open(tmp_path / name).format == kind


class OfImages(Slope):
    def serve(self, service, points):
        raise ValueError("images wanted")


def test_a_judge_of_images_has_no_landscape():
    with pytest.raises(UserError, match="no points"):
        heights(OfImages("images", "images"), (-1.0, 1.0), 4)
