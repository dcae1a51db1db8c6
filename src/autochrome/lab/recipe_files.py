"""Reading recipes: find the YAML file, apply overrides, check every setting before anything runs."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from autochrome.errors import RecipeError
from autochrome.lab.recipe import Recipe

RECIPES = Path(__file__).parent / "recipes"


class _Loader(yaml.SafeLoader):
    """YAML 1.1 reads 1e-3 as text; here it is a number."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def _parse(text: str, source: str) -> Any:
    try:
        return yaml.load(text, _Loader)  # a SafeLoader
    except yaml.YAMLError as e:
        raise RecipeError(f"{source} is not valid YAML: {str(e).splitlines()[0]}.") from e


def recipe_names() -> list[str]:
    """The names of the recipes in the package."""
    return sorted(p.stem for p in RECIPES.glob("*.yaml"))


def find_recipe(name: str | Path) -> Path:
    """The YAML file of a recipe in the package, or of a path."""
    if str(name) in recipe_names():
        return RECIPES / f"{name}.yaml"
    if Path(name).is_file():
        return Path(name)
    raise RecipeError(
        f"There is no recipe {str(name)!r}: give a YAML file, or one of {', '.join(recipe_names())}."
    )


def load_recipe(name: str | Path, overrides: Iterable[str] = ()) -> Recipe:
    """Read a recipe and apply `key.path=value` overrides in order. An unknown setting raises RecipeError."""
    return make_recipe(read_recipe(name, overrides), find_recipe(name).name)


def read_recipe(name: str | Path, overrides: Iterable[str] = ()) -> dict[str, Any]:
    """The settings of a recipe with overrides applied, not yet checked."""
    path = find_recipe(name)
    raw = _parse(path.read_text(encoding="utf-8"), path.name)
    if not isinstance(raw, dict):
        raise RecipeError(f"{path.name} must be a mapping of settings.")
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals:
            raise RecipeError(f"--set {text!r} must have the form key=value.")
        raw = override(raw, key.strip(), _parse(value, f"--set {key}"))
    return dict(raw)


def make_recipe(raw: Mapping[str, Any], source: str = "the recipe") -> Recipe:
    """Check the settings. The first wrong or unknown one is named in a RecipeError."""
    try:
        return Recipe.model_validate(raw)
    except ValidationError as e:
        first = e.errors()[0]
        key = ".".join(str(x) for x in first["loc"]) or "a setting"
        message = "there is no such setting" if first["type"] == "extra_forbidden" else first["msg"]
        more = f" (and {e.error_count() - 1} more errors)" if e.error_count() > 1 else ""
        raise RecipeError(f"{source}: {key}: {message}{more}.") from e


def override(raw: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """A copy of `raw` with one setting changed. `phases.NAME.…`, `phases.0.…` and `phases.*.…` are all valid keys."""
    result: dict[str, Any] = _without_aliases(dict(raw))
    if key in ("budget", "preset"):
        budgets = result.get("budgets") or {}
        if value not in budgets:
            raise RecipeError(f"This recipe has no budget {value!r}; it has: {', '.join(budgets) or 'none'}.")
        for inner, setting in budgets[value].items():
            result = override(result, inner, setting)
        return result
    key = (result.get("shortcuts") or {}).get(key, key)
    for container, last in _find_containers(result, key.split("."), key):
        if isinstance(container, list):
            container[int(last)] = value
        else:
            container[last] = value
    return result


def _without_aliases(node: Any) -> Any:
    """A copy in which `*name` is a copy of what `&name` marks, so that one can be changed without the other."""
    if isinstance(node, dict):
        return {key: _without_aliases(value) for key, value in node.items()}
    return [_without_aliases(value) for value in node] if isinstance(node, list) else node


def _find_containers(node: Any, path: list[str], key: str) -> list[tuple[Any, str]]:
    """Every (container, last key) that a dotted path names. Missing mappings on the way are created."""
    head, rest = path[0], path[1:]
    if isinstance(node, list):
        chosen = _matching_items(node, head)
        if not chosen:
            raise RecipeError(f"--set {key}: there is no {head!r} in this list.")
        if not rest:
            return [(node, str(i)) for i in chosen]
        return [found for i in chosen for found in _find_containers(node[i], rest, key)]
    if not rest:
        return [(node, head)]
    child = node.get(head)
    if child is None:
        child = node[head] = {}
    elif isinstance(child, int | float):
        child = node[head] = {"weight": child}  # a loss that is given as its weight only
    elif not isinstance(child, dict | list):
        raise RecipeError(f"--set {key}: {head!r} is a single value and has no settings inside.")
    return _find_containers(child, rest, key)


def _matching_items(items: list[Any], head: str) -> list[int]:
    """The indices of the items that `head` selects: "*" all, "0" the first, else by name."""
    return [
        i
        for i, item in enumerate(items)
        if head in ("*", str(i)) or (isinstance(item, dict) and item.get("name") == head)
    ]
