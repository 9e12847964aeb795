"""A folder of one's own images with captions: tables, texts beside images, words, and what becomes of odd ones."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganzoo.data import CaptionedFolder, Images, captions_of
from ganzoo.data.remembered import Remembered, facts_of
from ganzoo.errors import UserError

CAPTIONS = ["A red circle.", "a blue square", "a blue square", "A red circle", "a small red Circle, top left", "it's blue"]


def write_images(folder, count=6):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        Image.fromarray(np.full((8, 8, 3), 10 * number + 5, np.uint8)).save(folder / f"{number}.png")


def as_csv(folder):
    rows = [f'{number}.png,"{caption}"' for number, caption in enumerate(CAPTIONS)]
    (folder / "metadata.csv").write_text("\n".join(["file_name,caption", *rows]) + "\n")


def as_jsonl(folder):
    rows = [json.dumps({"file_name": f"{n}.png", "text": [caption, "another"]}) for n, caption in enumerate(CAPTIONS)]
    (folder / "metadata.jsonl").write_text("\n".join(rows))


def as_texts(folder):
    for number, caption in enumerate(CAPTIONS):
        (folder / f"{number}.txt").write_text(f"\n{caption}\n")


@pytest.mark.parametrize("write", [as_csv, as_jsonl, as_texts])
def test_captions_of_a_table_or_of_texts_belong_to_their_images(tmp_path, write):
    write_images(tmp_path)
    write(tmp_path)
    source = CaptionedFolder(str(tmp_path), size=8)
    arrays, words = source.arrays(), captions_of(source)
    assert arrays["image"].shape == (6, 8, 8, 3) and source.num_classes is None and source.class_names == []
    for image, text, numbers in zip(arrays["image"], source.texts(), arrays["caption"], strict=True):
        said = CAPTIONS[image[0, 0, 0] // 10].lower().replace(".", "").replace(",", "")
        assert text == said and words.encode([said])[0].tolist() == numbers.tolist()
    assert words.length == 6 and "it's" in words.words and len(words.bank) == 4
    # A caption is wrong of every image that has another one.
    equal = np.array(source.texts())[:, None] == np.array(source.texts())
    np.testing.assert_array_equal(arrays["claims"] == arrays["attributes"].T, equal)
    several = ", the first of 6 images with several" if write is as_jsonl else ""
    assert source.notes[0] == f"{tmp_path}: captions of 6 images{several}"
    assert not any("passed over" in line for line in source.notes)
    assert next(iter(source.batches(4, seed=0)))["caption"].shape == (4, 6)


def test_images_without_a_caption_are_passed_over_and_long_captions_cut(tmp_path):
    write_images(tmp_path)
    (tmp_path / "metadata.csv").write_text("file_name,caption\n1.png,a grün thing\n2.png,one two three four\n3.png,\n9.png,x\n")
    source = CaptionedFolder(str(tmp_path), size=8, length=3)
    assert sorted(source.texts()) == ["a gr n", "one two three"]
    said = " | ".join(source.notes)
    assert "captions of 2 images; 4 images without one passed over" in said
    assert "1 caption with letters other than a to z" in said and "2 captions cut to 3 of up to 4 words" in said
    (tmp_path / "metadata.csv").write_text("file_name,caption\n3.png,\n")
    with pytest.raises(UserError, match="no captions in .*: put a metadata.csv"):
        CaptionedFolder(str(tmp_path), size=8)
    (tmp_path / "metadata.csv").write_text("file_name,colour\n3.png,red\n")
    with pytest.raises(UserError, match="columns file_name and caption; it has file_name, colour"):
        CaptionedFolder(str(tmp_path), size=8)


def test_words_are_those_of_all_splits_and_a_tenth_can_be_held_out(tmp_path):
    for split in ("train", "test"):
        write_images(tmp_path / "parted" / split)
        as_csv(tmp_path / "parted" / split)
    (tmp_path / "parted" / "test" / "metadata.csv").write_text("file_name,caption\n0.png,green\n")
    train, test = (CaptionedFolder(str(tmp_path / "parted"), split, size=8) for split in ("train", "test"))
    assert train.captions.words == test.captions.words and "green" in train.captions.words and test.texts() == ["green"]
    write_images(tmp_path / "whole", 6)
    as_texts(tmp_path / "whole")
    parts = [CaptionedFolder(str(tmp_path / "whole"), split, size=8, held_out=0.5) for split in ("train", "test")]
    texts = [source.texts() for source in parts]
    assert all(texts) and sorted([*texts[0], *texts[1]]) == sorted(CaptionedFolder(str(tmp_path / "whole"), size=8).texts())


def test_a_run_remembers_the_words_and_the_identity_changes_with_a_caption(tmp_path):
    write_images(tmp_path)
    as_csv(tmp_path)
    source = CaptionedFolder(str(tmp_path), size=8)
    facts = json.loads(json.dumps(facts_of(source)))
    remembered = captions_of(Remembered(facts))
    assert remembered.get_config() == source.captions.get_config()
    table = tmp_path / "metadata.csv"
    table.write_text(table.read_text().replace("it's blue", "a blue square"))
    assert CaptionedFolder(str(tmp_path), size=8).identity()["sha256"] != facts["identity"]["sha256"]
    with pytest.raises(UserError, match="has no captions"):
        captions_of(Images(str(tmp_path), size=8))


def test_a_table_of_captions_alone_is_no_table_of_labels(tmp_path):
    write_images(tmp_path)
    as_csv(tmp_path)
    source = Images(str(tmp_path), size=8)
    assert source.class_names == [] and source.notes == [
        f"{tmp_path}: metadata.csv holds captions alone: CaptionedFolder reads them"
    ]
    with pytest.raises(UserError, match="has no labels"):
        Images(str(tmp_path), size=8, labels=True)


def test_labels_that_a_table_changes_are_not_those_of_the_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("ganzoo.data.images.CACHE_FROM", 2)
    write_images(tmp_path)
    table = tmp_path / "metadata.csv"
    for labels in ("abaaaa", "abbbbb"):
        table.write_text(
            "file_name,label\n" + "".join(f"{n}.png,{label}\n" for n, label in enumerate(labels)) + "\n" * ord(labels[2])
        )
        assert Images(str(tmp_path), size=8, labels=True).arrays()["label"].sum() == labels.count("b")


def test_the_documented_recipe_trains_and_samples_without_its_folder(isolated, tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    smaller = code.replace("size=32", "size=8").replace("width=32", "width=4").replace("width=24", "width=4")
    (tmp_path / "captions.py").write_text(smaller)
    out = isolated("""
        from click.testing import CliRunner
        from ganzoo.cli.main import main

        for words in (
            ["train", "captions.py", "--smoke"],
            ["sample", "runs/captions/smoke", "--count", "3", "--out", "drawn/"],
            ["sample", "runs/captions/smoke", "--caption", "a circle", "--out", "b.png"],
        ):
            result = CliRunner().invoke(main, words)
            print(result.exit_code, result.output)
    """)
    assert "FABRICATED data: no folder ./captioned" in out and "3 samples, seed 0: drawn/, caption in metadata.csv" in out
    assert "the picture" in (tmp_path / "drawn" / "metadata.csv").read_text()
    assert "ganzoo: a caption may use the words 0 1 2 picture the; not a circle" in out
