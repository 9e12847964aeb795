import json

import keras
import numpy as np
import pytest
from tiny_families import FAMILIES, compiled

from ganzoo import load
from ganzoo.errors import UserError
from ganzoo.families.improved import ImprovedGAN
from ganzoo.recipe import build, load_recipe
from ganzoo.run import Run
from ganzoo.serving.export import export
from ganzoo.serving.transfer import Weights, kept_networks, keys, take, values, weights_of
from ganzoo.training import train


def arrays_of(model):
    return {name: values(keys(network)) for name, network in kept_networks(model).items()}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_every_family_gives_and_takes_all_its_networks_by_name(family):
    model = compiled(family)
    for network in kept_networks(model).values():  # nothing of the first weights, also of the averages alone
        network.set_weights([weight + 1 for weight in network.get_weights()])
    expected = arrays_of(model)
    assert sum(map(len, expected.values())) == sum(len(network.weights) for network in model.networks.values())
    other = compiled(family)
    taken = take(other, Weights("it", 7, expected))
    assert all(some == whole for some, whole in taken.counts.values()) and not taken.left
    for name, network in other.networks.items():
        for key, value in values(keys(network)).items():
            np.testing.assert_array_equal(value, expected[name][key], err_msg=f"{name} {key}")
    for name, average in other.averages.items():
        for mine, source in zip(average.network.weights, other.averaged_networks[name].weights, strict=True):
            np.testing.assert_array_equal(mine, source)


def test_histories_begin_at_what_was_taken():
    model = compiled(ImprovedGAN, historical_averaging=0.1)
    for network in model.networks.values():
        network.set_weights([weight + 1 for weight in network.get_weights()])
    other = compiled(ImprovedGAN, historical_averaging=0.1)
    take(other, Weights("it", None, arrays_of(model)))
    for player, history in other.histories.items():
        assert float(history.distance()) == 0.0 and int(history.count) == 1, player


@pytest.fixture(scope="module")
def trained(tmp_path_factory, tiny_text):
    """A run and its export."""
    place = tmp_path_factory.mktemp("trained")
    (place / "tiny.py").write_text(tiny_text)
    train(place / "tiny.py", place / "run", log=lambda line: None)
    return place / "run", export(place / "run", place / "exported" / "tiny")


def test_a_training_begins_with_the_weights_of_a_run_or_of_its_export(trained, tiny_recipe, tmp_path):
    run, exported = trained
    model = load(run).model
    of_run, of_export = (weights_of(str(source), model) for source in (run, exported))
    assert of_run.sha256 == of_export.sha256 and of_run.step == of_export.step == 20
    said, path = [], tmp_path / "run"
    overrides = [f"weights_from={str(exported)!r}", "optimizers.generator.learning_rate=1e-9"]
    facts = train(tiny_recipe, path, [*overrides, "optimizers.discriminator.learning_rate=1e-9"], steps=1, log=said.append)
    assert facts["steps"] == 1
    np.testing.assert_allclose(load(path).sample(8, seed=3), load(run).sample(8, seed=3), atol=1e-5)
    assert f"weights of {exported}, step 20, sha256" in said[0] and "  generator      130 of 130 taken" in said
    begun = Run.open(path).record()["begun_from"]
    assert begun["source"] == str(exported) and begun["step"] == 20 and begun["taken"]["generator"] == [130, 130]


def test_what_does_not_fit_is_named_and_stays_fresh(trained, tiny_recipe):
    run, _ = trained
    overrides = ["model.generator.latent_dim=5"]
    built = build(load_recipe(tiny_recipe, overrides))
    built.model.compile(built.optimizers)
    taken = take(built.model, weights_of(str(run), built.model))
    assert list(taken.table())[-1] == "  not taken: generator.hidden_1/kernel: [4, 8] there, [5, 8] here"
    counts = taken.counts
    assert counts["generator"][0] == counts["generator"][1] - 5 * 8 and len(set(counts["discriminator"])) == 1


def test_a_resumed_run_goes_on_without_the_model_that_it_began_with(trained, tiny_recipe, tmp_path):
    _, exported = trained
    overrides = ["weights_from=other/1"]
    exported_copy = tmp_path / "other" / "1"
    exported_copy.parent.mkdir()
    exported_copy.symlink_to(exported)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        train(tiny_recipe, tmp_path / "run", overrides, steps=1, log=lambda line: None)
        exported_copy.unlink()
        said = []
        assert train(tiny_recipe, tmp_path / "run", overrides, steps=2, log=said.append)["steps"] == 2
        assert not any("weights of" in line for line in said)
        with pytest.raises(UserError, match=r"- weights_from = 'other/1'"):
            train(tiny_recipe, tmp_path / "run", steps=3, log=lambda line: None)
        with pytest.raises(UserError, match="neither a run .* nor an export"):
            train(tiny_recipe, tmp_path / "new", overrides, log=lambda line: None)
        assert not (tmp_path / "new").exists()


def test_frozen_layers_stay_and_the_card_says_so(trained, tiny_recipe, tmp_path):
    run, _ = trained
    overrides = [f"weights_from={str(run)!r}", "frozen=('discriminator.hidden_1', 'generator.hidden_2')"]
    train(tiny_recipe, tmp_path / "run", overrides, steps=1, log=lambda line: None)
    before, after = arrays_of(load(run).model), arrays_of(load(tmp_path / "run").model)
    moved = {f"{n}.{key}": bool((before[n][key] != after[n][key]).any()) for n in before for key in before[n]}
    frozen = {name for name in moved if name.startswith(("discriminator.hidden_1/", "generator.hidden_2/"))}
    assert len(frozen) == 4 and not any(moved[name] for name in frozen) and all(moved[n] for n in moved.keys() - frozen)
    exported = export(tmp_path / "run", tmp_path / "exported")
    card = json.loads((exported / "card.json").read_text())
    assert card["frozen"] == ["discriminator.hidden_1", "generator.hidden_2"] and card["begun_from"]["source"] == str(run)
    text = (exported / "README.md").read_text()
    assert f"| begun with | the weights of `{run}`, step 20" in text and "| frozen layers | `discriminator.hidden_1`" in text


def test_what_cannot_be_frozen_or_taken_is_refused(tiny_recipe, tmp_path):
    cases = {
        "frozen=('discriminator.nothing',)": "frozen: no layer 'discriminator.nothing'; there are discriminator.hidden_1",
        "frozen=('discriminator',)": "frozen leaves the discriminator nothing to train",
        "frozen=(1,)": "frozen takes names such as",
        "frozen=3": "frozen must be a tuple of layers' names",
        "weights_from=3": "weights_from must be a path or a name",
        "weights_from=nowhere": "nowhere is neither a run .* nor an export",
    }
    for override, line in cases.items():
        with pytest.raises(UserError, match=line):
            train(tiny_recipe, tmp_path / "run", [override], log=lambda line: None)
    foreign = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    foreign.export(str(tmp_path / "foreign"), verbose=False)
    with pytest.raises(UserError, match="no export of ganzoo"):
        train(tiny_recipe, tmp_path / "run", [f"weights_from={str(tmp_path / 'foreign')!r}"], log=lambda line: None)
    other = Weights("it", None, {"generator": {"hidden_1/kernel": np.zeros((4, 9))}})
    with pytest.raises(UserError, match=r"none of the weights of it fit: generator.hidden_1/kernel: \[4, 9\] there"):
        take(build(load_recipe(tiny_recipe)).model, other)
    assert not (tmp_path / "run").exists()


def test_exports_of_old_are_read_by_their_shapes(trained, tiny_recipe):
    for name in ("digits_dcgan", "digits_bigan", "digits_wgan_gp"):  # with a list a network, three networks, a critic
        built = build(load_recipe(name))
        built.model.compile(built.optimizers)
        taken = take(built.model, weights_of(f"exported/{name}", built.model))
        assert all(some == whole for some, whole in taken.counts.values()), name
        inputs = built.model.draw_inputs(8, 0)
        expected = load(f"exported/{name}").sample(8, seed=0)
        np.testing.assert_allclose(built.model.sample(**inputs), expected, atol=1e-4, err_msg=name)
    with pytest.raises(UserError, match="had no names yet"):
        weights_of("exported/digits_bigan", build(load_recipe(tiny_recipe)).model)
