"""`autochrome models`."""

import json as json_format
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

app = App(name="models", help_format="plaintext", default_parameter=Parameter(negative=()))
Json = Annotated[bool, Parameter(help="Print JSON, for programs.")]


@app.default
def models(*, json: Json = False) -> None:
    """List the models that come with the package, each with its card."""
    from autochrome.model import list_devices, list_models

    found = list_models()
    if json:
        print(
            json_format.dumps(
                [model.model_dump(mode="json") for model in found], indent=2, ensure_ascii=False
            )
        )
        return
    for model in found:
        print(f"{model.name}  {model.card.summary}")
        _print_fields(
            {
                "file": f"{model.path} ({model.size / 1e6:.1f} MB)",
                "sha256": model.sha256,
                **_facts(model.card.model_dump()),
            }
        )
    print(f"devices that can be used here: {', '.join(list_devices())}")
    if not found:
        print("No model is installed; give --model the path of an ONNX file.")


@app.command
def check(file: Annotated[Path, Parameter(help="An ONNX file.")], *, json: Json = False) -> int:
    """Check whether a model file can be used. The exit code is 32 if it cannot."""
    from autochrome.errors import ModelUnusable
    from autochrome.model import check_model

    report = check_model(file)
    if json:
        print(json_format.dumps(report.model_dump(mode="json"), indent=2, ensure_ascii=False))
        return 0 if report.usable else ModelUnusable.exit_code
    if not report.usable:
        raise ModelUnusable(report.reason)
    print(f"{file} can be used.")
    facts = report.model_dump(mode="json", exclude={"path", "usable", "reason", "card"})
    _print_fields({key: str(value) for key, value in facts.items()})
    if report.card:
        _print_fields(_facts(report.card.model_dump()))
    return 0


def _facts(card: dict[str, object]) -> dict[str, str]:
    """The fields of a card as text, without the empty ones."""
    facts = {}
    for key, value in card.items():
        if key not in ("name", "summary") and value not in ("", None, {}, ()):
            facts[key] = _as_text(value)
    return facts


def _as_text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    if isinstance(value, tuple):  # the palette: 186 pairs of numbers
        return f"{len(value)} colours"
    return str(value)


def _print_fields(fields: dict[str, str]) -> None:
    for key, value in fields.items():
        print(f"  {key:<10} {value}")
