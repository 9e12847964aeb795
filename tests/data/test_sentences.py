import itertools

import numpy as np
import pytest
import tensorflow_datasets as tfds

from ganzoo.data import catalogue, embedded_text
from ganzoo.data.oracle import Oracle
from ganzoo.data.sentences import Sentences
from ganzoo.data.vocabulary import PAD, UNKNOWN, Vocabulary, split_text
from ganzoo.errors import UserError
from ganzoo.notes import notes_to

LINES = [
    "a cat sat",
    "a dog  sat down",
    "",
    "the cat and the dog sat on a very long and winding mat",
    "a cat ran",
    "the dog ran",
]


@pytest.fixture
def text_file(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(LINES * 10), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "unit, text, tokens",
    [
        ("word", " a cat,  sat\tdown ", ["a", "cat,", "sat", "down"]),
        ("word", "naïve caf\u00e9", ["naïve", "caf\u00e9"]),
        ("character", "a b", ["a", " ", "b"]),
        ("character", "春眠", ["春", "眠"]),
        ("character", "a<unk> <u", ["a", UNKNOWN, " ", "<", "u"]),
        ("chinese", "春眠不觉晓，处处", ["春", "眠", "不", "觉", "晓", "，", "处", "处"]),
        ("chinese", "我有 iPhone 12\u3000部", ["我", "有", "iPhone", "12", "部"]),
    ],
)
def test_splitting_and_joining_in_python_and_in_graphs_agree(unit, text, tokens):
    assert split_text(text, unit) == tokens
    vocabulary = Vocabulary(sorted(set(tokens)), unit)
    encoded = vocabulary.encode([text], 10)
    np.testing.assert_array_equal(vocabulary.from_text(np.array([text]), 10), encoded)
    assert (encoded[0, : len(tokens)] > PAD).all() and (encoded[0, len(tokens) :] == PAD).all()
    (decoded,) = vocabulary.decode(encoded)
    assert split_text(decoded, unit) == tokens
    expected = {"word": " ".join(tokens), "character": text, "chinese": text.replace("\u3000", "").replace("有 i", "有i")}
    assert decoded == expected[unit]


def test_a_vocabulary_keeps_the_most_frequent_words():
    texts = ["b a a", "c b a", "d"]
    assert Vocabulary.of(texts).words == (UNKNOWN, "a", "b", "c", "d")
    assert Vocabulary.of(texts, size=4).words == (UNKNOWN, "a", "b") and len(Vocabulary.of(texts, size=4)) == 4
    assert Vocabulary.of(texts, least_count=2).words == (UNKNOWN, "a", "b")
    cut = Vocabulary.of(texts, size=4)
    assert cut.encode(["d a"], 3).tolist() == [[1, 2, 0]] and cut.decode([[1, 2, 0], [0, 2, 2]]) == ["<unk> a", ""]
    np.testing.assert_array_equal(cut.from_text(np.array(["d a", "a b a b"]), 3), [[1, 2, 0], [2, 3, 2]])


def test_what_does_not_fit_a_vocabulary_is_refused():
    vocabulary = Vocabulary(["a", "b"])
    with pytest.raises(UserError, match="more than 2"):
        vocabulary.encode(["a b a"], 2)
    with pytest.raises(UserError, match="no word 'c'"):
        vocabulary.encode(["a c"], 2)
    assert vocabulary.from_text(np.array(["a c"]), 2).numpy().tolist() == [[1, -1]]
    with pytest.raises(UserError, match="unit must be"):
        Vocabulary(["a"], unit="syllable")
    with pytest.raises(UserError, match="differ"):
        Vocabulary(["a", "a"])


def test_a_file_is_parted_encoded_and_padded(text_file):
    train, test = (Sentences(str(text_file), split, length=4, held_out=0.25) for split in ("train", "test"))
    assert train.shape == (4,) and train.vocabulary.words == test.vocabulary.words
    assert (train.num_examples, test.num_examples) == (30, 10)
    tokens = train.arrays()["text"]
    assert tokens.dtype == np.int64 and tokens.shape == (30, 4)
    short = [" ".join(line.split()) for line in LINES if 0 < len(line.split()) <= 4]
    assert sorted(train.texts() + test.texts()) == sorted(short * 10)
    np.testing.assert_array_equal(train.split_as("test").arrays()["text"], test.arrays()["text"])
    other = Sentences(str(text_file), "test", length=4, held_out=0.25, seed=1)
    assert other.texts() != test.texts()
    told = Sentences.from_description(test.describe())
    assert told.texts() == test.texts() and told.vocabulary.words == test.vocabulary.words


def test_the_held_out_part_has_no_say_in_the_vocabulary(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(f"word{number}" for number in range(20)))
    test = Sentences(path, "test", held_out=0.2)
    assert len(test.vocabulary) == 2 + 16 and (test.arrays()["text"] == test.vocabulary.unknown).all()


def test_what_is_left_out_or_unknown_is_counted(text_file):
    said = []
    with notes_to(said.append):
        source = Sentences(text_file, length=4, vocabulary_size=7, held_out=0.25)
        source.arrays()
    unknown = int((source.arrays()["text"] == source.vocabulary.unknown).sum())
    words = int((source.arrays()["text"] > 0).sum())
    lines = [
        "10 of 60 lines are blank: left out",
        "10 of 60 lines have more than 4 tokens (up to 13): left out",
        "4 sentences of the held-out part also stand in the training part",
        f"{unknown} of {words} tokens of train ({unknown / words:.1%}) are not among the vocabulary's 7: read as <unk>",
    ]
    assert source.notes == said == [f"{text_file}: {line}" for line in lines]
    assert unknown > 0


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_the_ends_of_lines_change_nothing(text_file, end):
    plain = Sentences(text_file, length=4)
    other = text_file.with_name("other.txt")
    other.write_bytes(b"\xef\xbb\xbf" + text_file.read_bytes().replace(b"\n", end.encode()))
    assert Sentences(other, length=4).texts() == plain.texts() and plain.texts()[0].split()[0] in ("a", "the")


def test_a_form_feed_or_u2028_ends_no_sentence(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("a\fb c\nd\u2028e f\n" * 2)
    source = Sentences(path)
    assert sorted({*source.lines, *source.split_as("test").lines}) == ["a\fb c", "d\u2028e f"]
    assert "4 of 4 lines hold a form feed" in source.notes[0]


@pytest.mark.parametrize("name", ["grammar", "oracle_text", "file"])
def test_batches_resume_exactly(name, text_file):
    source = Sentences(
        text_file if name == "file" else name,
        oracle=Oracle(5, 3, 4, 4) if name == "oracle_text" else None,
        take=20,
    )
    whole = list(itertools.islice(source.batches(8, seed=1).as_numpy_iterator(), 6))
    later = list(itertools.islice(source.batches(8, seed=1, start=3).as_numpy_iterator(), 3))
    for one, other in zip(whole[3:], later, strict=True):
        np.testing.assert_array_equal(one["text"], other["text"])
    assert whole[0]["text"].dtype == np.int64 and whole[0]["text"].shape == (8, *source.shape)
    epoch = np.concatenate([batch["text"] for batch in whole])[:20]
    np.testing.assert_array_equal(np.sort(epoch, axis=0), np.sort(source.arrays()["text"], axis=0))


@pytest.mark.parametrize("name", ["grammar", "oracle_text"])
def test_drawn_texts_have_a_truth_that_scores_them(name):
    oracle = Oracle(30, 6, 4, 4) if name == "oracle_text" else None
    train, test = (Sentences(name, split, oracle=oracle, take=50) for split in ("train", "test"))
    assert np.isfinite(test.truth.log_likelihood(test.arrays()["text"])).all()
    assert (train.arrays()["text"] != test.arrays()["text"]).any()
    assert len(train.vocabulary) == len(train.truth.vocabulary) and train.num_examples == 50
    np.testing.assert_array_equal(Sentences.from_description(train.describe()).arrays()["text"], train.arrays()["text"])
    made_up = train.fabricated(count=9)
    batch = next(iter(made_up.batches(9, seed=0)))["text"].numpy()
    assert batch.shape == (9, *train.shape) and batch.min() >= 0 and batch.max() < len(train.vocabulary)
    assert (batch == 0).any() == train.vocabulary.ends
    if train.vocabulary.ends:
        lengths = (made_up.arrays()["text"] > 0).sum(1)
        many = (train.fabricated(count=400).arrays()["text"] > 0).sum(1)
        assert lengths.min() >= 1 and set(many) == set(range(1, train.shape[0] + 1))


def test_an_absent_file_is_an_error_once_it_is_needed(tmp_path):
    source = Sentences(str(tmp_path / "absent.txt"), vocabulary_size=50, length=7)
    assert source.shape == (7,) and len(source.vocabulary) == 50
    for needs in (source.arrays, source.require, lambda: source.num_examples, source.describe):
        with pytest.raises(UserError, match="--set data.name=PATH"):
            needs()
    assert source.fabricated(count=5).arrays()["text"].shape == (5, 7)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"split": "validation"}, "splits train, test"),
        ({"unit": "syllable"}, "unit must be"),
        ({"vocabulary_size": 2}, "vocabulary_size"),
        ({"held_out": 1.0}, "held_out"),
        ({"oracle": "some.npz"}, "oracle is for"),
        ({"take": 0}, "take"),
        ({"length": 2}, "it takes 2"),
        ({"name": "absent.txt", "length": -3}, "length is a positive number of tokens, not -3"),
        ({"name": "absent.txt", "length": 2.5}, "length is a positive number"),
        ({"name": "grammar", "length": 10}, "grammar takes no length: the grammar decides"),
        ({"name": "grammar", "unit": "character", "vocabulary_size": 9}, "grammar takes no unit, vocabulary_size"),
        ({"name": "grammar", "seed": 1, "held_out": 0.2}, "grammar takes no held_out, seed"),
        ({"name": "oracle_text", "oracle": Oracle(5, 3, 4, 4), "length": 10}, "takes no length: its oracle decides"),
        ({"name": "oracle_text", "oracle": Oracle(5, 3, 4, 4), "least_count": 2}, "takes no least_count"),
    ],
)
def test_nonsense_is_refused(arguments, message, text_file):
    with pytest.raises(UserError, match=message):
        Sentences(**{"name": text_file} | arguments)


def test_an_oracle_from_a_file_is_told_of_and_has_the_length_that_is_asked_for(tmp_path):
    Oracle(30, 6, 4, 4).save(tmp_path / "oracle.npz")
    train = Sentences("oracle_text", oracle=str(tmp_path / "oracle.npz"), length=7, take=20)
    assert train.shape == (7,) and train.sha256 == train.truth.sha256
    assert train.split_as("test").shape == (7,)
    told = Sentences.from_description(train.describe())
    np.testing.assert_array_equal(told.arrays()["text"], train.arrays()["text"])
    assert Sentences("oracle_text", length=10).shape == (10,)


def test_a_files_digest_tells_its_content(text_file):
    before = Sentences(text_file)
    assert before.sha256 == before.split_as("test").sha256 and Sentences("grammar").sha256 is None
    text_file.write_text("a cat ran\nthe dog ran\n")
    assert Sentences(text_file).sha256 != before.sha256


def test_tfds_builds_the_texts_without_a_download(data_dir):
    catalogue.find("grammar")
    texts = [
        text.decode()
        for text in tfds.load("grammar", split="test", data_dir=data_dir).batch(10_000).get_single_element()["text"].numpy()
    ]
    assert sorted(texts) == sorted(Sentences("grammar", "test").texts())
    config = embedded_text.OracleTextConfig(vocabulary_size=7, length=3, hidden=4, embedding=4, examples=20)
    builder = embedded_text.OracleText(config=config, data_dir=data_dir)
    builder.download_and_prepare()
    assert "7x3-4-4-seed0-20" in str(builder.data_path)
    tokens = builder.as_dataset("train").batch(20).get_single_element()["text"].numpy()
    expected = Sentences("oracle_text", oracle=Oracle(7, 3, 4, 4), take=20).arrays()["text"]
    np.testing.assert_array_equal(np.sort(tokens, axis=0), np.sort(expected, axis=0))
    assert embedded_text.OracleText(data_dir=data_dir).info.features["text"].shape == (20,)


def test_tfds_builds_the_sentences_of_a_text_file(data_dir, text_file):
    config = embedded_text.TextFileConfig(file=str(text_file), least_count=2, length=5, held_out=0.2, vocabulary_size=6)
    builder = tfds.builder("sentences", config=config, data_dir=data_dir)
    builder.download_and_prepare()
    text_file.unlink()
    prepared = tfds.builder_from_directory(builder.data_path)  # without the file
    words = ("", *prepared.info.metadata["words"])
    assert words[:3] == ("", UNKNOWN, "a") and len(words) == 6
    assert {name: split.num_examples for name, split in prepared.info.splits.items()} == {"train": 32, "test": 8}
    for example in tfds.as_numpy(prepared.as_dataset("test")):
        line = example["sentence"].decode()
        assert line in LINES and example["text"].shape == (5,)
        expected = [token if token in words else UNKNOWN for token in split_text(line)]
        assert [words[token] for token in example["text"] if token] == expected


def test_an_oracles_data_set_is_named_by_its_file(tmp_path):
    names = {embedded_text.OracleTextConfig(length=3).name}
    for seed in (0, 1, 1):
        Oracle(7, 3, 4, 4, seed=seed).save(tmp_path / "oracle.npz")
        names.add(embedded_text.OracleTextConfig(parameters=str(tmp_path / "oracle.npz"), length=3).name)
    assert len(names) == 3 and sum(name.startswith("oracle-3-") for name in names) == 2
    assert embedded_text.OracleTextConfig(parameters=str(tmp_path / "oracle.npz"), examples=9).name.endswith("-9")
    with pytest.raises(UserError, match="no file of parameters"):
        embedded_text.OracleTextConfig(parameters="nowhere.npz")


def test_a_text_files_data_set_is_named_by_what_decides_its_tokens(text_file):
    names = {embedded_text.TextFileConfig(file=str(text_file), least_count=count).name for count in (1, 1, 2)}
    assert len(names) == 2 and all(name.startswith("lines-word-") for name in names)
    with pytest.raises(UserError, match="no text file"):
        embedded_text.TextFileConfig(file="nowhere.txt")
    with pytest.raises(UserError, match="give config=TextFileConfig"):
        tfds.builder("sentences")
