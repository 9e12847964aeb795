import numpy as np
import processes
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from ganzoo.data import catalogue
from ganzoo.data.digits import Digits
from ganzoo.data.images import Images
from ganzoo.errors import UserError


def test_the_directory_is_the_argument_else_the_environments_else_tfds_own(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TFDS_DATA_DIR", "/from/environment")
    assert str(catalogue.default_dir("/given")) == "/given"
    assert str(catalogue.default_dir()) == "/from/environment"
    monkeypatch.delenv("TFDS_DATA_DIR")
    assert catalogue.default_dir() == tmp_path / "tensorflow_datasets"


def test_tfds_loads_an_embedded_set_like_any_other(data_dir):
    catalogue.find("digits")
    examples = tfds.load("digits", split="test", data_dir=data_dir, download=False)
    assert next(iter(examples))["image"].shape == (8, 8, 1)


def test_preparing_an_embedded_set_says_nothing(tmp_path, capfd):
    builder = catalogue.find("digits", tmp_path)
    assert catalogue.is_prepared(builder)
    printed = capfd.readouterr()
    assert printed.out == printed.err == ""
    assert catalogue.prepare("digits", tmp_path)["examples"] == {"train": 1437, "test": 360}


def test_processes_that_prepare_the_same_set_at_once(tmp_path):
    code = "from ganzoo.data.images import Images; print(Images('digits').arrays()['image'].sum())"
    both = [processes.start(code, tmp_path, {"TFDS_DATA_DIR": str(tmp_path)}) for _ in range(2)]
    ends = [process.finish() for process in both]
    assert [end.returncode for end in ends] == [0, 0], ends
    assert ends[0].stdout == ends[1].stdout
    assert [path.name for path in (tmp_path / "digits").iterdir()] == ["1.0.0"]


def test_a_lost_race_is_no_error(tmp_path, monkeypatch):
    """Another process finishes while this one still writes: TFDS cannot rename its directory into place."""
    generate = Digits._split_generators
    racing = []

    def slow(self, dl_manager):
        if not racing:
            racing.append(True)
            Digits(data_dir=tmp_path).download_and_prepare()
        return generate(self, dl_manager)

    monkeypatch.setattr(Digits, "_split_generators", slow)
    assert catalogue.find("digits", tmp_path).info.splits["train"].num_examples == 1437
    assert racing


def test_an_unwritable_directory_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError) as error:
        catalogue.find("digits", tmp_path / "file")
    assert "cannot prepare digits in" in str(error.value) and "\n" not in str(error.value)


def test_listing(tmp_path):
    class PreparedElsewhere(tfds.core.GeneratorBasedBuilder):
        """Grey squares."""

        VERSION = tfds.core.Version("2.0.0")

        def _info(self):
            features = tfds.features.FeaturesDict({"image": tfds.features.Image(shape=(4, 4, 1))})
            return tfds.core.DatasetInfo(builder=self, description="Grey squares.\nMore of it.", features=features)

        def _split_generators(self, dl_manager):
            return {"train": ((index, {"image": np.full((4, 4, 1), index, np.uint8)}) for index in range(3))}

        def _generate_examples(self):
            raise AssertionError

    PreparedElsewhere(data_dir=tmp_path).download_and_prepare()
    del tfds.core.registered._DATASET_REGISTRY["prepared_elsewhere"]  # as if its code were not here
    rows = {row["name"]: row for row in catalogue.available(tmp_path)}
    assert {"digits", "ring8", "grid25", "mnist", "cifar10", "celeb_a", "caltech_birds2011"} <= rows.keys()
    assert rows["digits"]["prepared"] is None and "no download" in rows["digits"]["state"]
    assert rows["celeb_a"]["shape"] == [218, 178, 3] and rows["celeb_a"]["examples"] == {}
    other = rows["prepared_elsewhere"]
    assert other["what"] == "Grey squares." and other["state"] == "prepared"
    assert other["prepared"] == str(tmp_path / "prepared_elsewhere" / "2.0.0")
    assert other["shape"] == [4, 4, 1] and other["examples"] == {"train": 3}
    assert sorted(Images("prepared_elsewhere", data_dir=tmp_path).arrays()["image"][:, 0, 0, 0]) == [0, 1, 2]


def test_no_network_is_one_line_and_quick(tmp_path, monkeypatch):
    def no_host(*arguments):
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr(catalogue.socket, "getaddrinfo", no_host)
    monkeypatch.setattr(catalogue.urllib.request, "getproxies", dict)
    with pytest.raises(UserError) as error:
        catalogue.prepare("mnist", tmp_path)
    assert "cannot prepare mnist: no network" in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionError("the host is gone\nand more"),
        AssertionError("Manual directory does not exist"),
        OSError("Not enough disk space. Needed: 1 TiB"),
        PermissionError(13, "Permission denied", "/data"),
        tf.errors.ResourceExhaustedError(None, None, "disk full"),
    ],
)
def test_what_goes_wrong_in_a_download_is_one_line(tmp_path, monkeypatch, failure):
    def fail(self):
        raise failure

    monkeypatch.setattr(catalogue, "check_network", lambda *arguments: None)
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", fail)
    with pytest.raises(UserError) as error:
        catalogue.prepare("mnist", tmp_path)
    assert f"cannot prepare mnist in {tmp_path}" in str(error.value) and "\n" not in str(error.value)


def test_preparing_what_is_unknown_names_what_is_close(tmp_path):
    with pytest.raises(UserError, match="did you mean .*cifar10"):
        catalogue.prepare("cifar_10", tmp_path)
