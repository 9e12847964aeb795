import errno

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from ganzoo import cache_directory, files
from ganzoo.data import catalogue, images
from ganzoo.data.identity import is_same
from ganzoo.data.image_fitting import fit
from ganzoo.data.images import Images
from ganzoo.errors import UserError
from ganzoo.notes import notes_to


def write(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


@pytest.fixture
def noise():
    """A function of (height, width) that gives random RGB pixels."""
    rng = np.random.default_rng(0)
    return lambda height, width: rng.integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture
def flat(tmp_path, noise):
    """A folder of six images of various sizes, and what is no image."""
    folder = tmp_path / "photos"
    for index in range(6):
        write(folder / f"{index}.png", noise(20 + index, 30))
    (folder / "notes.txt").write_text("no image")
    (folder / "._0.png").write_bytes(b"what macOS leaves behind")
    return folder


@pytest.fixture
def labelled(tmp_path, noise):
    """A folder laid out as tfds.ImageFolder has it: 5 cats and 3 dogs to train, one dog to test."""
    folder = tmp_path / "pets"
    for split, label, count in (("train", "cat", 5), ("train", "dog", 3), ("test", "dog", 1)):
        for index in range(count):
            write(folder / split / label / f"{index}.png", noise(8, 8))
    return folder


# Embedded and prepared sets


def test_digits_as_they_are():
    source = Images("digits", labels=True)
    assert (source.shape, source.num_classes, source.num_examples, source.feature) == ((8, 8, 1), 10, 1437, "image")
    arrays = source.arrays()
    assert arrays["image"].dtype == np.uint8 and arrays["image"].shape == (1437, 8, 8, 1)
    assert arrays["label"].dtype == np.int64 and arrays["label"].shape == (1437,)
    batch = next(iter(source.batches(32, seed=0)))
    assert batch["image"].shape == (32, 8, 8, 1) and batch["label"].shape == (32,)
    assert tf.reduce_min(batch["image"]) >= -1 and tf.reduce_max(batch["image"]) <= 1
    assert Images("digits").arrays().keys() == {"image"}


@pytest.mark.parametrize("only", [3, "3"])
def test_one_class_only(only):
    everything = Images("digits", labels=True).arrays()
    source = Images("digits", only=only, labels=True)
    np.testing.assert_array_equal(source.arrays()["image"], everything["image"][everything["label"] == 3])
    assert set(source.arrays()["label"]) == {3} and source.num_classes == 10
    assert source.num_examples == (everything["label"] == 3).sum()


def test_take_is_the_first_and_of_the_class():
    everything = Images("digits", labels=True).arrays()
    first = Images("digits", take=10)
    assert first.num_examples == 10
    np.testing.assert_array_equal(first.arrays()["image"], everything["image"][:10])
    threes = Images("digits", take=4, only=3)
    np.testing.assert_array_equal(threes.arrays()["image"], everything["image"][everything["label"] == 3][:4])
    assert Images("digits", take=10**6).num_examples == len(Images("digits", take=10**6).arrays()["image"]) == 1437


def test_splits():
    assert Images("digits", split="test").num_examples == len(Images("digits", split="test").arrays()["image"]) == 360
    assert Images("digits", split="train[:100]").arrays()["image"].shape[0] == 100
    assert Images("digits", split="train+test").num_examples == 1797


@pytest.mark.parametrize("size, shape", [(16, (16, 16, 1)), ((32, 24), (32, 24, 1)), (4, (4, 4, 1)), (8, (8, 8, 1))])
def test_sizes(size, shape):
    source = Images("digits", size=size, take=5)
    assert source.shape == shape
    assert source.arrays()["image"].shape == (5, *shape)


def test_the_same_size_changes_nothing():
    np.testing.assert_array_equal(
        Images("digits", size=8, take=9).arrays()["image"], Images("digits", take=9).arrays()["image"]
    )


def test_crop_keeps_the_centre():
    whole = Images("digits", take=9).arrays()["image"]
    np.testing.assert_array_equal(Images("digits", crop=4, take=9).arrays()["image"], whole[:, 2:6, 2:6])
    np.testing.assert_array_equal(Images("digits", crop=(8, 6), take=9).arrays()["image"], whole[:, :, 1:7])
    enlarged = Images("digits", crop=4, size=8, take=9)
    assert enlarged.shape == (8, 8, 1) and (enlarged.arrays()["image"] != whole).any()


def test_facts_are_known_without_the_data(tmp_path):
    faces = Images("celeb_a", size=64, crop=108, data_dir=tmp_path)
    assert (faces.shape, faces.num_classes) == ((64, 64, 3), None)
    birds = Images("caltech_birds2011", size=32, labels=True, data_dir=tmp_path)
    assert (birds.shape, birds.num_classes) == ((32, 32, 3), 200)
    made = birds.fabricated()
    assert made.arrays()["image"].shape == (256, 32, 32, 3) and made.num_classes == 200
    batch = next(iter(made.batches(8, seed=0)))
    assert batch["image"].shape == (8, 32, 32, 3) and batch["label"].shape == (8,)


def test_a_model_card_is_told_what_the_data_is():
    facts = Images("digits", size=16, only=3).describe()
    assert facts["name"] == "digits" and facts["split"] == "train" and facts["size"] == 16 and facts["only"] == 3
    assert facts["examples"] == Images("digits", only=3).num_examples and facts["homepage"].startswith("https://")
    assert Images("digits").fabricated().describe()["name"].startswith("fabricated")


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        ({"name": "mnits"}, "did you mean mnist"),
        ({"name": "no such set"}, "no data set and no folder is called 'no such set'"),
        ({"name": "./nowhere"}, "no folder nowhere"),
        ({"name": "celeb_a", "labels": True}, "celeb_a has no labels"),
        ({"name": "celeb_a", "only": 3}, "celeb_a has no labels to choose only=3 by"),
        ({"name": "caltech_birds2011"}, "give `size`"),
        ({"name": "ring8"}, "no feature `image`"),
        ({"name": "digits", "only": 10}, "no class 10; it has 0 to 9"),
        ({"name": "digits", "only": "three"}, "no class 'three'"),
        ({"name": "digits", "take": 0}, "take must be a whole number of at least 1"),
        ({"name": "digits", "size": 0}, "size must be a number of pixels"),
        ({"name": "digits", "size": (8, 8, 1)}, "size must be a number of pixels"),
        ({"name": "digits", "crop": "4"}, "crop must be a number of pixels"),
        ({"name": "digits", "crop": 9}, "crop 9 is larger than the images of digits, 8 x 8"),
    ],
)
def test_bad_arguments_are_one_line(arguments, complaint):
    with pytest.raises(UserError) as error:
        Images(**arguments)
    assert complaint in str(error.value) and "\n" not in str(error.value)


def test_an_unknown_split_is_one_line():
    with pytest.raises(UserError, match="no split 'trian'; it has train, test"):
        Images("digits", split="trian").arrays()


def test_absent_data_is_one_line(tmp_path):
    with pytest.raises(UserError) as error:
        Images("mnist", data_dir=tmp_path).arrays()
    line = str(error.value)
    assert "\n" not in line and "'mnist'" in line and f"not prepared in {tmp_path}" in line
    assert f"ganzoo data prepare mnist --data-dir {tmp_path}" in line and "recipes/digits_dcgan.py" in line
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name, shape, count", [("cifar10", (32, 32, 3), 50_000), ("mnist", (28, 28, 1), 60_000)])
def test_real_sets(name, shape, count):
    if not catalogue.is_prepared(catalogue.describe(name)):
        pytest.skip(f"{name} is not prepared in TFDS_DATA_DIR")
    source = Images(name, labels=True, flip=True)
    assert (source.shape, source.num_examples, source.num_classes) == (shape, count, 10)
    source = Images(name, take=200, labels=True, size=16)
    assert source.arrays()["image"].shape == (200, 16, 16, shape[2]) and len(set(source.arrays()["label"])) == 10
    batch = next(iter(source.batches(64, seed=0)))
    assert batch["image"].shape == (64, 16, 16, shape[2]) and float(tf.math.reduce_std(batch["image"])) > 0.2
    name_of_class = catalogue.class_names(catalogue.describe(name).info.features)[3]
    assert set(Images(name, only=name_of_class, take=20, labels=True).arrays()["label"]) == {3}


# Cropping and resizing


def test_without_crop_the_largest_part_of_the_targets_aspect_is_kept():
    image = np.zeros((20, 40, 3), np.uint8)
    image[:, 10:30] = 255
    square = fit(tf.constant(image), None, (10, 10, 3))
    assert square.shape == (10, 10, 3) and tf.reduce_min(square) == 255
    wide = fit(tf.constant(image.transpose(1, 0, 2)), None, (5, 10, 3))
    assert tf.reduce_min(wide) == 255


def test_shrinking_is_antialiased():
    # One column of eight is white and none lies where a pixel of an eighth of the size is sampled: each must see 255 / 8.
    stripes = np.zeros((64, 64, 1), np.uint8)
    stripes[:, ::8] = 255
    shrunk = fit(tf.constant(stripes), None, (8, 8, 1)).numpy().astype(int)
    assert abs(shrunk[:, 1:-1] - 32).max() <= 2 and shrunk.min() >= 16  # at the edges less of them is in reach


def test_enlarging_stays_in_range_and_keeps_the_mean():
    edge = np.zeros((8, 8, 1), np.uint8)
    edge[:, 4:] = 255
    enlarged = fit(tf.constant(edge), None, (32, 32, 1)).numpy()
    assert enlarged[:, 0].max() == 0 and enlarged[:, -1].min() == 255
    assert abs(enlarged.mean() - 127.5) < 1


# Folders


def test_a_flat_folder(flat):
    source = Images(flat, size=16)
    assert (source.shape, source.num_classes, source.num_examples) == ((16, 16, 3), None, 6)
    assert source.arrays()["image"].shape == (6, 16, 16, 3)
    expected = fit(tf.constant(np.asarray(Image.open(flat / "0.png"))), None, (16, 16, 3))
    np.testing.assert_array_equal(source.arrays()["image"][0], expected)


def test_a_labelled_folder(labelled):
    source = Images(str(labelled), size=8, labels=True)
    assert (source.num_classes, source.num_examples) == (2, 8)
    assert sorted(source.arrays()["label"]) == [0] * 5 + [1] * 3
    assert len(set(Images(str(labelled), size=8, labels=True, take=5).arrays()["label"])) == 2
    assert Images(str(labelled), size=8, split="test").num_examples == 1
    dogs = Images(str(labelled), size=8, only="dog").arrays()["image"]
    files = [np.asarray(Image.open(file)) for file in sorted((labelled / "train" / "dog").iterdir())]
    assert sorted(image.tobytes() for image in dogs) == sorted(image.tobytes() for image in files)


def test_a_relative_folder_unless_a_data_set_has_its_name(flat, monkeypatch):
    monkeypatch.chdir(flat.parent)
    assert Images("photos", size=8).num_examples == 6
    flat.rename("digits")
    assert Images("digits").num_examples == 1437
    assert Images("./digits", size=8).num_examples == 6


def test_jpeg_grey_palette_16_bit_alpha_and_turned_files(tmp_path):
    ramp = np.tile(np.arange(0, 256, 8, np.uint8), (32, 1))
    write(tmp_path / "a.jpg", np.stack([ramp] * 3, -1), quality=100)
    write(tmp_path / "b.png", ramp)
    write(tmp_path / "c.png", ramp.astype(np.uint16) * 257)
    Image.fromarray(ramp).convert("P").save(tmp_path / "d.png")
    Image.fromarray(np.stack([ramp] * 3 + [np.full_like(ramp, 255)], -1)).save(tmp_path / "e.png")
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned 90 degrees clockwise
    write(tmp_path / "f.webp", np.stack([np.rot90(ramp)] * 3, -1), lossless=True, exif=turned)
    pixels = Images(tmp_path, crop=32).arrays()["image"].astype(int)
    assert len(pixels) == 6
    assert abs(pixels - ramp[None, :, :, None]).max() <= 3


@pytest.mark.parametrize("content", [b"", b"no image at all", "truncated"])
def test_a_corrupt_file_is_named(flat, content):
    corrupt = flat / "3.png"
    corrupt.write_bytes(corrupt.read_bytes()[:400] if content == "truncated" else content)
    with pytest.raises(UserError) as error:
        Images(flat, size=8).arrays()
    assert f"{corrupt} is not a readable image: " in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("above", [0, 2**40], ids=["from its cache file", "in memory"])
def test_what_was_done_to_pixels_is_noted_each_time_they_are_read(flat, cached, monkeypatch, above):
    monkeypatch.setattr(images, "CACHE_ABOVE", above)
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(flat / "clear.png")
    Image.fromarray(np.full((40, 40), 40000, np.uint16)).save(flat / "deep.png")
    for _ in range(2):
        said = []
        with notes_to(said.append):
            source = Images(flat, size=8)
            opened = list(said)
            pixels = source.arrays()["image"]
        assert opened == [f"{flat}: passed over: 1 .txt, 1 hidden image"]
        assert said[1:] == [
            f"{flat}: 1 of 8 images have transparent pixels: laid on white",
            f"{flat}: 1 of 8 images have 16 bits a channel: scaled to 8",
            f"{flat}: 8 images of 7 sizes, 20 x 30 to 40 x 40: 6 cut to their centre made 8 x 8",
        ]
        assert source.notes == said and (pixels[6] == 255).all() and (pixels[7] == 156).all()


def test_images_without_a_label_among_labelled_ones_are_refused(monkeypatch):
    source = Images("digits", take=5, labels=True)
    monkeypatch.setattr(source, "_load", lambda: (np.zeros((5, 8, 8, 1), np.uint8), np.array([0, -1, 2, -1, 3])))
    with pytest.raises(UserError, match="2 of 5 images of digits have no label: leave out labels=True"):
        source.arrays()


def test_dark_images_are_noted(tmp_path):
    for index in range(2):
        write(tmp_path / f"{index}.png", np.full((8, 8), index, np.uint8))
    source = Images(tmp_path, size=8)
    source.arrays()
    assert source.notes[1:] == [f"{tmp_path}: no value is above 1 of 255: dark images, or values that count otherwise"]
    assert Images("digits", take=2).arrays() and not Images("digits").notes


@pytest.mark.parametrize("size", [(64, 32), (32, 64), (64, 1)])
def test_of_narrow_images_at_least_a_pixel_is_kept(size):
    for height, width in ((1, 1), (1, 40), (40, 1)):
        assert (fit(tf.constant(np.full((height, width, 3), 7, np.uint8)), None, (*size, 3)).numpy() == 7).all()


def test_classes_named_by_numbers(tmp_path, noise):
    for name in (0, 1, 2, 10, 11):
        write(tmp_path / "train" / str(name) / "0.png", np.full((8, 8, 3), name * 10, np.uint8))
    assert Images(tmp_path, size=8).class_names == ["0", "1", "2", "10", "11"]
    for only, value in ((2, 20), ("2", 20), (10, 100), ("11", 110)):
        assert (Images(tmp_path, size=8, only=only).arrays()["image"] == value).all()
    with pytest.raises(UserError, match="only=3 of .* is ambiguous: class number 3 is called '10'"):
        Images(tmp_path, size=8, only=3)


def test_a_description_names_a_folders_classes_and_refuses_others(labelled):
    facts = Images(labelled, size=8, labels=True).describe()
    assert facts["classes"] == ["cat", "dog"] and "classes" not in Images("digits").describe()
    assert Images.from_description(facts).num_classes == 2
    (labelled / "train" / "bear").mkdir()
    with pytest.raises(UserError, match="classes of .* are now bear, cat, dog; the model was made for cat, dog"):
        Images.from_description(facts)
    del facts["classes"]  # as cards of earlier versions
    assert Images.from_description(facts).num_classes == 3


def test_other_numbers_of_the_classes_are_another_identity(labelled):
    sources = [lambda: Images(labelled, size=8, labels=True), lambda: Images(labelled, size=8, only="dog")]
    before, plain = [make().identity() for make in sources], Images(labelled, size=8).identity()
    assert [make().identity() for make in sources] == before and "version" not in plain
    write(labelled / "test" / "bear" / "0.png", np.zeros((8, 8, 3), np.uint8))
    assert not any(is_same(one, make().identity()) for one, make in zip(before, sources, strict=True))
    assert is_same(plain, Images(labelled, size=8).identity())


def test_folders_that_will_not_do(flat, labelled, tmp_path):
    (tmp_path / "empty" / "sub").mkdir(parents=True)
    for arguments, complaint in [
        ({"name": tmp_path / "empty"}, "no images in"),
        ({"name": flat, "split": "test"}, "no split 'test'"),
        ({"name": labelled, "split": "valid"}, "it has test, train"),
        ({"name": flat}, "give `size`"),
        ({"name": flat, "size": 8, "labels": True}, "has no labels"),
        ({"name": flat, "size": 8, "only": 0}, "has no labels to choose only=0 by"),
    ]:
        with pytest.raises(UserError, match=complaint):
            Images(**arguments)
    with pytest.raises(UserError, match="crop 22 x 22 is larger than an image"):
        Images(flat, crop=22).arrays()
    (labelled / "train" / "fish").mkdir()
    with pytest.raises(UserError, match="nothing is left"):
        Images(labelled, size=8, only="fish").arrays()


# The cache file


@pytest.fixture
def cached(monkeypatch):
    """Every set is kept in a file; returns the list of the files that were written."""
    monkeypatch.setattr(images, "CACHE_ABOVE", 0)
    written = []
    write = Images._write
    monkeypatch.setattr(Images, "_write", lambda self, path, *others: written.append(path) or write(self, path, *others))
    return written


def test_large_sets_are_decoded_once_into_a_file(labelled, cached, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(images, "CACHE_ABOVE", 2**40)
        in_memory = Images(labelled, size=6, labels=True, flip=True)
        arrays = in_memory.arrays()
        expected = next(iter(in_memory.batches(8, seed=0)))
    assert not cached
    for _ in range(2):
        source = Images(labelled, size=6, labels=True, flip=True)
        assert isinstance(source.arrays()["image"], np.memmap)
        for name in arrays:
            np.testing.assert_array_equal(source.arrays()[name], arrays[name])
        batch = next(iter(source.batches(8, seed=0)))
        np.testing.assert_array_equal(batch["image"], expected["image"])
    assert len(cached) == 1 and cached[0].parent == labelled / ".ganzoo"
    assert sorted(file.suffix for file in cached[0].parent.iterdir()) == [".images", ".json", ".labels"]


def test_whatever_shapes_the_pixels_has_its_own_file(labelled, cached):
    for options in ({}, {"size": 4}, {"crop": 6}, {"only": 1}, {"take": 3}, {"split": "test"}):
        Images(labelled, **{"size": 6, **options}).arrays()
    assert len(set(cached)) == 6
    Images(labelled, size=6, flip=True, labels=True).arrays()
    assert len(cached) == 6
    write(labelled / "train" / "cat" / "new.png", np.zeros((8, 8, 3), np.uint8))
    assert len(Images(labelled, size=6).arrays()["image"]) == 9
    assert len(cached) == 7
    write(labelled / "test" / "ape" / "0.png", np.zeros((8, 8, 3), np.uint8))  # another split's class moves the numbers
    assert set(Images(labelled, size=6, labels=True).arrays()["label"]) == {1, 2}


def test_an_interrupted_decoding_leaves_nothing(flat, cached):
    (flat / "5.png").write_bytes(b"corrupt")
    with pytest.raises(UserError, match="5.png"):
        Images(flat, size=8).arrays()
    assert len(cached) == 1 and not list((flat / ".ganzoo").iterdir())


def test_a_tfds_set_is_cached_beside_itself_or_at_home(tmp_path, cached, monkeypatch):
    source = Images("digits", data_dir=tmp_path / "data", only=3)
    assert source.arrays()["image"].shape == (source.num_examples, 8, 8, 1)
    assert cached[0].parent == tmp_path / "data" / "digits" / "1.0.0" / ".ganzoo"
    (cached[0].parent / "file").touch()
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "home"))
    beside = cached[0].parent
    for file in beside.iterdir():
        file.unlink()
    beside.rmdir()
    beside.touch()  # in the way: the directory cannot be made
    np.testing.assert_array_equal(
        Images("digits", data_dir=tmp_path / "data", only=3).arrays()["image"], source.arrays()["image"]
    )
    assert cached[1].parent == tmp_path / "home" / "images"
    mapped = Images("digits", data_dir=tmp_path / "data", only=3).arrays()
    (entry,) = cache_directory.entries()
    assert len(entry.files) == 3 and not cache_directory.remove(entry), "a set in use stays"
    del mapped
    assert cache_directory.remove(entry)


def test_sets_of_many_examples_are_read_once_where_they_can_be_kept(flat, tmp_path, monkeypatch):
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "home"))
    reads, chunks = [], Images.chunks
    monkeypatch.setattr(Images, "chunks", lambda self: reads.append(self) or chunks(self))
    count = len(Images(flat, size=8).arrays()["image"])
    assert len(reads) == 1 and not (tmp_path / "home").exists(), "a small set is kept nowhere"
    monkeypatch.setattr(images, "CACHE_FROM", count - 1)
    expected = np.array(Images(flat, size=8).arrays()["image"])
    np.testing.assert_array_equal(Images(flat, size=8).arrays()["image"], expected)
    assert len(reads) == 2 and not (flat / ".ganzoo").exists()
    (entry,) = cache_directory.entries()
    for kind in (".images", ".labels", ".json"):
        (file,) = [file for file in entry.files if file.suffix == kind]
        file.write_bytes(file.read_bytes()[:-1])
        np.testing.assert_array_equal(Images(flat, size=8).arrays()["image"], expected)
    assert len(reads) == 5, "what is damaged counts as absent"
    Images(flat, size=8, take=count - 1).arrays()
    assert len(cache_directory.entries()) == 1
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "file" / "home"))
    (tmp_path / "file").touch()
    np.testing.assert_array_equal(Images(flat, size=8).arrays()["image"], expected)


def test_a_full_disk_is_one_line(flat, cached, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(UserError, match="cannot write .*ganzoo.*: No space left on device"):
        Images(flat, size=8).arrays()
    assert not list((flat / ".ganzoo").iterdir())
    monkeypatch.setattr(images, "CACHE_ABOVE", 2**40)
    monkeypatch.setattr(images, "CACHE_FROM", 0)
    assert len(Images(flat, size=8).arrays()["image"]) == 6, "what fits in memory needs no file"
