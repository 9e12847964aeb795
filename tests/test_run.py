import json

import pytest

from ganzoo import load, replacement
from ganzoo.errors import UserError
from ganzoo.recipe import load_recipe
from ganzoo.run import Run
from ganzoo.training import train


def test_a_run_keeps_its_recipe(tmp_path, tiny_recipe):
    run = Run.take_up(tmp_path / "run", load_recipe(tiny_recipe, ["batch_size=32"]))
    assert (run.path / "recipe.py").read_text() == tiny_recipe.read_text()
    assert run.record()["overrides"] == ["batch_size=32"]
    assert load_recipe(run.path / "recipe.py", run.record()["overrides"]).config.batch_size == 32


def begun(path, recipe, **options):
    """A run that came to a checkpoint."""
    run = Run.take_up(path, recipe, **options)
    run.note_checkpoint()
    return run


def test_the_same_recipe_takes_a_run_up_and_a_changed_one_is_refused_with_the_difference(tmp_path, tiny_recipe):
    begun(tmp_path / "run", load_recipe(tiny_recipe))
    Run.take_up(tmp_path / "run", load_recipe(tiny_recipe))
    with pytest.raises(UserError, match="the recipe changed since .*run began; --fresh starts anew, --run DIR keeps") as error:
        Run.take_up(tmp_path / "run", load_recipe(tiny_recipe, ["model.generator.width=9"]))
    assert str(error.value).splitlines()[1:] == ["  - model.generator.width = 8", "  + model.generator.width = 9"]
    assert Run.open(tmp_path / "run").record()["overrides"] == []


@pytest.mark.parametrize(
    "change, line",
    [
        ("model.adversarial_loss=losses.LeastSquares()", "+ model.adversarial_loss = LeastSquares()"),
        ("model.latents=noise.Uniform()", "+ model.latents = Uniform()"),
        ("optimizers.generator=keras.optimizers.Nadam(1e-3, beta_1=0.5)", "- optimizers.generator = Adam"),
    ],
)
def test_another_class_is_refused(tmp_path, tiny_recipe, change, line):
    begun(tmp_path / "run", load_recipe(tiny_recipe))
    with pytest.raises(UserError, match="the recipe changed since") as error:
        Run.take_up(tmp_path / "run", load_recipe(tiny_recipe, [change]))
    assert f"  {line}" in str(error.value).splitlines()


def old_record(run, recipe, **more):
    """Makes a run's record what 0.1.0 wrote."""
    run.write_record(
        {"recipe": recipe.name, "overrides": [], "smoke": False, "flattened": recipe.flattened(), "steps": 4, **more}
    )


def test_a_run_of_old_is_compared_by_what_it_wrote_down_and_says_what_it_could_not(tmp_path, tiny_recipe):
    recipe, said = load_recipe(tiny_recipe), []
    run = begun(tmp_path / "run", recipe)
    old_record(run, recipe)
    hinge = load_recipe(tiny_recipe, ["model.adversarial_loss=losses.Hinge()"])
    Run.take_up(run.path, hinge, log=said.append).note_resume(hinge, 4, {})
    assert len(said) == 1 and "which did not write down classes" in said[0] and "\n" not in said[0]
    with pytest.raises(UserError, match="the recipe changed"):
        Run.take_up(run.path, load_recipe(tiny_recipe, ["model.generator.width=9"]), log=said.append)
    # What it was resumed with is known from then on.
    with pytest.raises(UserError, match=r"- model.adversarial_loss = Hinge\(\)"):
        Run.take_up(run.path, recipe, log=said.append)


class Data:
    """Stands for a source."""

    def __init__(self, count=3, sha256="a" * 64):
        self.facts = {"examples": count, "sha256": sha256}
        self.feature, self.shape, self.num_classes, self.labels, self.truth, self.location = (
            "text",
            (2,),
            None,
            False,
            None,
            None,
        )

    def describe(self):
        return {"name": "a.txt", "split": "train", "examples": self.facts["examples"]}

    def identity(self, known=None):
        return self.facts


def test_a_run_whose_data_changed_is_refused_with_the_difference(tmp_path, tiny_recipe):
    recipe = load_recipe(tiny_recipe)
    run = begun(tmp_path / "run", recipe, data=Data())
    Run.take_up(run.path, recipe, data=Data())
    for other in (Data(sha256="b" * 64), Data(count=4)):
        with pytest.raises(UserError, match="the data changed since .* began; --fresh") as error:
            Run.take_up(run.path, recipe, data=other)
        assert "  - examples of data = 3, sha256 aaaaaaaaaaaaaaaa" in str(error.value).splitlines()
    assert run.record()["data"]["identity"]["sha256"] == "a" * 64
    assert (
        Run.take_up(run.path, recipe, fresh=True, data=Data(sha256="b" * 64)).record()["data"]["identity"]["sha256"] == "b" * 64
    )


def test_a_run_of_old_knows_its_texts_file_or_nothing_of_its_data(tmp_path, tiny_recipe):
    recipe = load_recipe(tiny_recipe)
    run = begun(tmp_path / "run", recipe)
    old_record(run, recipe)
    Run.take_up(run.path, recipe, data=Data())
    old_record(run, recipe, data_sha256="a" * 64)
    Run.take_up(run.path, recipe, data=Data())
    with pytest.raises(UserError, match="the data changed"):
        Run.take_up(run.path, recipe, data=Data(sha256="b" * 64))


def test_a_run_that_never_came_to_a_checkpoint_refuses_nothing(tmp_path, tiny_recipe):
    run = Run.take_up(tmp_path / "run", load_recipe(tiny_recipe))
    run.logs.mkdir()
    again = Run.take_up(run.path, load_recipe(tiny_recipe, ["model.generator.width=9"]))
    assert again.record()["overrides"] == ["model.generator.width=9"] and not again.logs.exists()


def test_the_recipe_of_the_start_stays_and_what_later_ones_change_is_kept_beside_it(tmp_path, tiny_recipe):
    start, settings = load_recipe(tiny_recipe), {"steps": 20}
    run = begun(tmp_path / "run", start, facts={"settings": settings})
    Run.take_up(run.path, start).note_resume(start, 5, settings)
    assert "resumes" not in run.record(), "nothing changed"
    began = tiny_recipe.read_text()
    tiny_recipe.write_text(began.replace("steps=20,", "steps=30,  # longer"))
    longer = load_recipe(tiny_recipe, ["log_every=2"])
    for step in (10, 15):
        Run.take_up(run.path, longer).note_resume(longer, step, {"steps": 30})
    (entry,) = run.record()["resumes"]
    assert (entry["step"], entry["overrides"], entry["settings"]) == (10, ["log_every=2"], {"steps": 30})
    assert [line for line in entry["changes"] if line[:2] in ("+ ", "- ")] == [
        "-        steps=20,",
        "+        steps=30,  # longer",
    ]
    assert run.recipe_file.read_text() == began and run.record()["overrides"] == []


def test_a_damaged_copy_of_the_recipe_is_put_back_by_the_recipe_that_it_was(tmp_path, tiny_recipe):
    run = begun(tmp_path / "run", load_recipe(tiny_recipe))
    run.recipe_file.write_text("")
    Run.take_up(run.path, load_recipe(tiny_recipe))
    assert run.recipe_file.read_text() == tiny_recipe.read_text()


@pytest.mark.parametrize("override", ["steps=99", "log_every=1", "checkpoint_every=3"])
def test_a_run_may_go_on_longer_and_report_otherwise(tmp_path, tiny_recipe, override):
    begun(tmp_path / "run", load_recipe(tiny_recipe))
    Run.take_up(tmp_path / "run", load_recipe(tiny_recipe, [override]))


GOOD = {"recipe": "tiny", "overrides": []}


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("", "is no JSON"),
        ("[]", "it must be an object of fields"),
        ("{}", "recipe is missing"),
        ('{"recipe": "tiny"}', "overrides is missing"),
        *(
            (json.dumps({**GOOD, **fields}), complaint)
            for fields, complaint in [
                ({"recipe": 3}, "recipe must be a name without a directory, not 3"),
                ({"recipe": "../../x"}, "recipe must be a name without a directory"),
                ({"recipe": ".."}, "recipe must be a name without a directory"),
                ({"recipe": ""}, "recipe must be a name without a directory"),
                ({"overrides": 7}, "overrides must be a list, not 7"),
                ({"overrides": [7]}, r"overrides\[0\] must be a text, not 7"),
                ({"overrides": "a=1"}, "overrides must be a list"),
                ({"smoke": "yes"}, "smoke must be true or false"),
                ({"flattened": {}}, "flattened must be a list"),
                ({"seconds": "1"}, "seconds must be a number"),
                ({"cpu_seconds": []}, "cpu_seconds must be a number"),
                ({"steps": 1.5}, "steps must be a whole number"),
                ({"precision": 16}, "precision must be a text"),
                ({"data_sha256": 1}, "data_sha256 must be a text"),
                ({"fingerprint": "model = GAN"}, "fingerprint must be a list"),
                ({"resumes": [{}]}, r"resumes\[0\].overrides is missing"),
                ({"data": {}}, "data.description is missing"),
            ]
        ),
    ],
)
def test_a_damaged_record_is_one_line(tmp_path, text, complaint):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(UserError, match=f"the run's record .*run.json .*{complaint}") as error:
        Run.open(tmp_path).record()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "line, complaint",
    [
        ('{"step": 4, "name": "FD", "val', "is no JSON"),
        ("[]", "it must be an object of fields"),
        ('{"value": 1}', "name is missing"),
        ('{"name": "FD", "value": "1"}', "value must be a number"),
        ('{"name": "FD", "value": NaN}', "value must be a number, not nan"),
        ('{"name": "FD", "value": 1, "step": "4"}', "step must be a whole number"),
        ('{"name": "FD", "value": 1, "real": []}', "real must be a number"),
        ('{"name": "FD", "value": 1, "protocol_line": 3}', "protocol_line must be a text"),
    ],
)
def test_a_damaged_score_is_one_line_that_names_its_own(tmp_path, line, complaint):
    (tmp_path / "scores.jsonl").write_text(f'{{"name": "FD", "value": 1.0, "step": 4}}\n\n{line}')
    with pytest.raises(UserError, match=f"the run's scores .*scores.jsonl, line 3 .*{complaint}"):
        Run(tmp_path).all_scores()


def test_a_field_that_is_null_is_absent(tmp_path):
    data = {"description": {"name": "a", "split": "train", "examples": 3}, "feature": "point", "shape": [2], "path": None}
    record = {**GOOD, "data": {**data, "labels": None}, "settings": {"phases": None}, "seconds": None, "steps": 3}
    (tmp_path / "run.json").write_text(json.dumps(record))
    del data["path"]
    assert Run(tmp_path).record() == {**GOOD, "data": data, "settings": {"phases": None}, "steps": 3}
    (tmp_path / "run.json").write_text(json.dumps({**GOOD, "data": None}))
    assert Run(tmp_path).record() == GOOD


def test_fresh_throws_away_what_was_there(tmp_path, tiny_recipe):
    run = Run.take_up(tmp_path / "run", load_recipe(tiny_recipe))
    (run.path / "old").write_text("old")
    Run.take_up(run.path, load_recipe(tiny_recipe, ["model.generator.width=9"]), fresh=True)
    assert not (run.path / "old").exists()


def test_a_fresh_run_takes_the_place_of_the_old_one_when_it_settles(tmp_path, tiny_recipe):
    old = begun(tmp_path / "run", load_recipe(tiny_recipe))
    (old.path / "old").write_text("old")
    for settles in (False, True):
        new = Run.take_up(old.path, load_recipe(tiny_recipe, ["model.generator.width=9"]), fresh=True)
        assert new.is_growing and Run.open(old.path).record()["overrides"] == [] and (old.path / "old").exists()
        if settles:
            new.settle()
        else:
            new.abandon()
            assert sorted(path.name for path in old.path.iterdir()) == ["old", "recipe.py", "run.json"]
    assert not new.is_growing and new.record()["overrides"] == ["model.generator.width=9"]
    assert sorted(path.name for path in old.path.iterdir()) == ["recipe.py", "run.json"]


def test_a_fresh_run_that_was_killed_leaves_the_old_one_to_be_resumed(tmp_path, tiny_recipe):
    old = begun(tmp_path / "run", load_recipe(tiny_recipe))
    Run.take_up(old.path, load_recipe(tiny_recipe, ["model.generator.width=9"]), fresh=True)  # and no more
    again = Run.take_up(old.path, load_recipe(tiny_recipe))
    assert not again.is_growing and again.record() == old.record()
    assert sorted(path.name for path in old.path.iterdir()) == ["recipe.py", "run.json"]


def test_a_fresh_run_that_was_killed_while_it_settled_is_there_when_it_is_opened(tmp_path, tiny_recipe, monkeypatch):
    old = begun(tmp_path / "run", load_recipe(tiny_recipe))
    new = Run.take_up(old.path, load_recipe(tiny_recipe, ["model.generator.width=9"]), fresh=True)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(replacement, "finish", lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        new.settle()
    assert Run.open(old.path).record()["overrides"] == ["model.generator.width=9"]
    assert sorted(path.name for path in old.path.iterdir()) == ["recipe.py", "run.json"]


def test_a_fresh_run_needs_nothing_of_a_damaged_one(tmp_path, tiny_recipe):
    run = begun(tmp_path / "run", load_recipe(tiny_recipe))
    run.record_file.write_text("garbage")
    new = Run.take_up(run.path, load_recipe(tiny_recipe), fresh=True)
    new.settle()
    assert Run.open(run.path).record()["overrides"] == []


@pytest.mark.parametrize("fresh", [False, True])
def test_a_directory_of_other_files_is_never_touched(tmp_path, tiny_recipe, fresh):
    precious = tmp_path / "thesis" / "chapter1.tex"
    precious.parent.mkdir()
    precious.write_text("text")
    with pytest.raises(UserError, match="not a run|neither empty nor a run"):
        Run.take_up(precious.parent, load_recipe(tiny_recipe), fresh=fresh)
    assert precious.read_text() == "text"


def test_smoke_runs_and_real_runs_do_not_mix(tmp_path, tiny_recipe):
    recipe = load_recipe(tiny_recipe)
    Run.take_up(tmp_path / "smoke", recipe, smoke=True)
    with pytest.raises(UserError, match="smoke run, which cannot be resumed"):
        Run.take_up(tmp_path / "smoke", recipe)
    Run.take_up(tmp_path / "real", recipe)
    with pytest.raises(UserError, match="holds a real run"):
        Run.take_up(tmp_path / "real", recipe, smoke=True)


def test_a_directory_that_cannot_be_made_is_one_line(tmp_path, tiny_recipe):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write the run's directory"):
        Run.take_up(tmp_path / "file" / "run", load_recipe(tiny_recipe))


def test_opening_what_is_no_run(tmp_path):
    with pytest.raises(UserError, match="is no run"):
        Run.open(tmp_path)


def test_scores_are_appended(tmp_path, tiny_recipe):
    run = Run.take_up(tmp_path / "run", load_recipe(tiny_recipe))
    run.add_score({"name": "a", "value": 1.0})
    run.add_score({"name": "b", "value": 2.0})
    assert [score["name"] for score in run.all_scores()] == ["a", "b"]
    with run.scores.open("a") as file:
        file.write('{"name": "c", "measure": "ndb"}')  # as 0.1.0 wrote it, and cut before the line's end
    run.add_score({"name": "d", "value": 3.0})
    assert run.all_scores()[2:] == [{"name": "c", "metric": "ndb"}, {"name": "d", "value": 3.0}]


def test_a_run_whose_layers_computed_otherwise_is_neither_resumed_nor_sampled(tmp_path, tiny_recipe):
    r3gan = [
        "data=data.Images('digits')",
        *(f"model.{player}=networks.r3gan_{player}(8, 1, width=8, blocks=1)" for player in ("generator", "discriminator")),
    ]
    run = tmp_path / "run"
    train(tiny_recipe, run, r3gan, steps=1, log=lambda line: None)
    record = json.loads((run / "run.json").read_text())
    by = "by the filter [1, 3, 3, 1]"
    assert record["revisions"] == {"InterpolatedDownsampling2D": by, "InterpolatedUpsampling2D": by}
    train(tiny_recipe, run, r3gan, steps=2, log=lambda line: None)
    del record["revisions"]  # as before the layers had any
    (run / "run.json").write_text(json.dumps(record))
    refusal = "was trained when InterpolatedDownsampling2D computed in another way; now it does by the filter"
    with pytest.raises(UserError, match=refusal) as refused:
        train(tiny_recipe, run, r3gan, steps=3, log=lambda line: None)
    assert "\n" not in str(refused.value)
    with pytest.raises(UserError, match=refusal):
        load(run)
    train(tiny_recipe, run, r3gan, steps=1, fresh=True, log=lambda line: None)
    assert load(run).sample(2).shape == (2, 8, 8, 1)
