import json

import pytest

from ganzoo.errors import UserError
from ganzoo.recipe import load_recipe
from ganzoo.run import Run, write_atomically


def test_a_run_keeps_its_recipe(tmp_path, tiny_recipe):
    run = Run.take_up(tmp_path / "run", load_recipe(tiny_recipe, ["batch_size=32"]))
    assert (run.path / "recipe.py").read_text() == tiny_recipe.read_text()
    assert run.record()["overrides"] == ["batch_size=32"]
    assert load_recipe(run.path / "recipe.py", run.record()["overrides"]).config.batch_size == 32


def test_the_same_recipe_takes_a_run_up_and_a_changed_one_is_refused_with_the_difference(tmp_path, tiny_recipe):
    Run.take_up(tmp_path / "run", load_recipe(tiny_recipe))
    Run.take_up(tmp_path / "run", load_recipe(tiny_recipe))
    with pytest.raises(UserError, match="the recipe changed") as error:
        Run.take_up(tmp_path / "run", load_recipe(tiny_recipe, ["model.generator.width=9"]))
    assert "- model.generator.width = 8" in str(error.value) and "+ model.generator.width = 9" in str(error.value)
    assert Run.open(tmp_path / "run").record()["overrides"] == []


def test_a_run_whose_datas_file_changed_is_refused(tmp_path, tiny_recipe):
    recipe = load_recipe(tiny_recipe)
    run = Run.take_up(tmp_path / "run", recipe, data_sha256="a" * 64)
    Run.take_up(run.path, recipe, data_sha256="a" * 64)
    with pytest.raises(UserError, match="file changed since .* began"):
        Run.take_up(run.path, recipe, data_sha256="b" * 64)
    assert run.record()["data_sha256"] == "a" * 64
    Run.take_up(run.path, recipe, fresh=True, data_sha256="b" * 64)
    assert run.record()["data_sha256"] == "b" * 64


def test_a_run_that_does_not_know_its_datas_file_is_taken_up(tmp_path, tiny_recipe):
    run = Run.take_up(tmp_path / "run", load_recipe(tiny_recipe))
    Run.take_up(run.path, load_recipe(tiny_recipe), data_sha256="b" * 64)
    assert "data_sha256" not in run.record()


@pytest.mark.parametrize("override", ["steps=99", "log_every=1", "checkpoint_every=3"])
def test_a_run_may_go_on_longer_and_report_otherwise(tmp_path, tiny_recipe, override):
    Run.take_up(tmp_path / "run", load_recipe(tiny_recipe))
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


def test_fresh_throws_away_what_was_there(tmp_path, tiny_recipe):
    run = Run.take_up(tmp_path / "run", load_recipe(tiny_recipe))
    (run.path / "old").write_text("old")
    Run.take_up(run.path, load_recipe(tiny_recipe, ["model.generator.width=9"]), fresh=True)
    assert not (run.path / "old").exists()


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
    with run.scores.open("a") as file:  # as 0.1.0 wrote it
        file.write('{"name": "c", "measure": "ndb"}\n')
    assert run.all_scores()[-1] == {"name": "c", "metric": "ndb"}


def test_an_atomic_write_leaves_the_old_file_when_it_fails(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, "old")
    with pytest.raises(TypeError):
        write_atomically(path, 3)
    assert path.read_text() == "old"
