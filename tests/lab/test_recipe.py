import pytest
import yaml

from autochrome.errors import RecipeError
from autochrome.lab.recipe_files import find_recipe, load_recipe, make_recipe, override, recipe_names


def test_reads_and_dumps_the_same(small_recipe):
    recipe = load_recipe(small_recipe)
    assert recipe.phases[0].optimizer.lr == 3e-3
    assert recipe.network.config["down"] == [8, 8, 8]
    again = small_recipe.with_name("again.yaml")
    again.write_text(recipe.dump())
    assert load_recipe(again) == recipe


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_of_ours_is_sound_at_every_budget(name):
    raw = yaml.safe_load(find_recipe(name).read_text())
    assert load_recipe(name).name == name
    assert "small" in raw.get("budgets", {}), "every recipe has a run of minutes"
    for budget in raw["budgets"]:
        load_recipe(name, [f"budget={budget}"])


def test_both_recipes_of_the_network_that_ships_write_the_same_card():
    assert load_recipe("tint-things").card == load_recipe("tint").card


def test_overrides_reach_phases_by_name_number_and_all(small_recipe):
    for key in ("phases.one.batch", "phases.0.batch", "phases.*.batch"):
        assert load_recipe(small_recipe, [f"{key}=4"]).phases[0].batch == 4
    changed = load_recipe(
        small_recipe, ["phases.one.losses.l1.hint_weight=2", "network.down=[4,4]", "network.up=[4]"]
    )
    assert changed.phases[0].losses == {"l1": {"weight": 1, "hint_weight": 2}}
    assert changed.network.config["down"] == [4, 4]


def test_an_override_leaves_alone_what_another_phase_writes_as_an_alias():
    decoder, whole, large, _ = load_recipe(
        "tint", ["phases.large.losses.bins=0.5", "phases.whole.freeze=[]"]
    ).phases
    assert large.losses == {**whole.losses, "bins": 0.5}
    assert decoder.losses == whole.losses
    assert large.freeze
    assert not whole.freeze


def test_shortcuts_and_budgets():
    raw = {
        "shortcuts": {"encoder": "network.encoder"},
        "network": {},
        "budgets": {"small": {"a.b": 1, "encoder": "x"}},
    }
    assert override(raw, "encoder", "none")["network"] == {"encoder": "none"}
    small = override(raw, "budget", "small")
    assert small["a"] == {"b": 1}
    assert small["network"] == {"encoder": "x"}
    assert raw["network"] == {}


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("phases.one.bach=4", "bach"),
        ("phases.two.batch=4", "two"),
        ("nonsense=1", "nonsense"),
        ("samples.pionts=0.5", "pionts"),
        ("name.first=x", "name"),
        ("budget=huge", "huge"),
        ("data.size=big", "data.size"),
        ("phases.one.minutes=3", "exactly one"),
        ("phases.one.accumulate=3", "accumulate"),
        ("phases.one.adversarial={}", "no critic"),
        ("no-equals", "key=value"),
        ("seed=[1", "YAML"),
    ],
)
def test_what_is_wrong_is_said(small_recipe, setting, says):
    with pytest.raises(RecipeError, match=says):
        load_recipe(small_recipe, [setting])


def test_no_such_recipe():
    with pytest.raises(RecipeError, match="no recipe 'nonesuch'"):
        load_recipe("nonesuch")


def test_numbers_as_people_write_them(small_recipe):
    small_recipe.write_text(small_recipe.read_text() + "ema: 9e-1\n")
    assert load_recipe(small_recipe).ema == 0.9


def test_a_rebuilt_network_needs_no_files(small_recipe):
    raw = yaml.safe_load(small_recipe.read_text())
    raw["network"] = {"family": "x", "encoder": "gone.safetensors", "start": "gone", "filters": [1]}
    rebuilt = make_recipe(raw).network.without_files()
    assert rebuilt.start is None
    assert rebuilt.config == {"encoder": "none", "filters": [1]}
