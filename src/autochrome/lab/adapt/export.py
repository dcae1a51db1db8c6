"""Write a tuned decoder into a copy of the model file that it started from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from autochrome.errors import ExportMismatch, ModelUnusable
from autochrome.files import atomic_write
from autochrome.lab.adapt.encoder import Encoder, run_tensors, stack
from autochrome.lab.export.decoder_weights import replace_decoder, trained_parameters
from autochrome.lab.networks.color_bins import bin_centres
from autochrome.lab.networks.tint.decoder import Decoder
from autochrome.lab.networks.tint.prediction import apply_vivid, even_color
from autochrome.model import Card, open_model, with_card

_LIMIT = 0.5  # a*b*, root mean square: between the file, whose weights have 16 bits, and the tuned network
_SIDE = 96  # pixels of the picture that is compared
_MOST_NAMES = 6  # films that the card names


def make_card(
    base: Card,
    name: str,
    reels: Sequence[str],
    scores: Mapping[str, Mapping[str, float]],
    crops: int,
    minutes: float,
) -> Card:
    """The card of the tuned model: from which network and films, how long; licence and notice are the network's.

    scores: "before" and "after", as `tuning.score` returns them.
    """
    more = f" and {len(reels) - _MOST_NAMES} others" if len(reels) > _MOST_NAMES else ""
    films = ", ".join(reels[:_MOST_NAMES]) + more
    origin = f"{base.name} {base.version}"
    figures = {f"{when}_{key}": round(value, 3) for when, row in scores.items() for key, value in row.items()}
    return base.model_copy(
        update={
            "name": name,
            "version": f"{base.version} adapted",
            "summary": f"{origin}, tuned to the colours of {films}.",
            "training": f"{origin}; decoder tuned on {crops} crops in {minutes:.0f} minutes, its encoder as it was.",
            "data": f"{base.data}; tuned on {films}",
            "figures": figures,
        }
    )


def check_source(source: Path, decoder: Decoder) -> None:
    """Raise ModelUnusable unless the file answers as its decoder does with the rules of this version."""
    if not _distance(source.read_bytes(), decoder, source.name) <= _LIMIT:
        raise ModelUnusable(
            f"{source.name} was made by another version of autochrome, which made colours vivid by other rules; adapt "
            "from `tint` again."
        )


def write_model(source: Path, target: Path, before: Decoder, after: Decoder, card: Card) -> None:
    """Write `source` with the decoder `after` in place of `before`, if the file then answers as `after` does."""
    old, new = ({n: p.detach() for n, p in trained_parameters(d).items()} for d in (before, after))
    data = with_card(replace_decoder(source, old, new).SerializeToString(), card)
    distance = _distance(data, after, target.name)
    if not distance <= _LIMIT:
        raise ExportMismatch(
            f"{target.name} predicts colours {distance:.3g} in a*b* away from the tuned network (allowed: {_LIMIT:g}), "
            "so it was not written."
        )
    atomic_write(target, data, make_folder=True)


@torch.no_grad()
def _distance(data: bytes, decoder: Decoder, name: str) -> float:
    """Between the file and the decoder, on a smooth picture: root mean square, in a*b*."""
    rows = np.linspace(5, 95, _SIDE, dtype=np.float32)
    luma = (rows[:, None] + 20 * np.sin(rows)[None]).clip(0, 100)
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(data)
        model = open_model(file, device="cpu")
        found = model.paint(model.prepare(luma)).chroma
        tensor = torch.from_numpy(luma)[None, None]
        samples = run_tensors(
            Encoder(file, decoder.ab_head.in_channels, 1), tensor, tensor.repeat(1, 3, 1, 1)
        )
    features, _ = stack(samples)
    own = even_color(decoder.forward_unhinted(features), features.luma4, bin_centres())
    expected = apply_vivid(*own, torch.tensor(1.0))[0].permute(1, 2, 0).numpy()
    return float(np.sqrt(np.square(found - expected).sum(-1).mean()))
