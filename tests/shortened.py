"""How to make every recipe of the package small enough for a test."""

from autochrome.lab.recipe import Recipe

_THESIS_128 = [
    "network.down=[4,4,4,4,4]",
    "network.up=[4,4,4,4]",
    "critic.filters=[4,4,4]",
    "critic.dense=8",
    "critic.size={size}",
]
_STUDIO_GAN = ["network.down=[8,8]", "network.up=[8]", "critic.filters=[4,4]"]
_COURSE = ["network.filters=[4,4,4,4,4,4,4,4]"]
TINY: dict[str, list[str]] = {
    "thesis-grid": [
        "network.down=[8,8]",
        "network.up=[8]",
        "critic.filters=[4,4]",
        "critic.dense=8",
        "critic.size={size}",
    ],
    "thesis-independent": _THESIS_128,
    "thesis-dependent": _THESIS_128,
    "studio-mse": ["network.down=[8,8]", "network.up=[8]"],
    "studio-gan": _STUDIO_GAN,
    "studio-film": _STUDIO_GAN,
    "alpha": _COURSE,
    "beta": _COURSE,
    "full": [
        "network.encoder=[4,4,4]",
        "network.fusion_width=8",
        "network.decoder=[4,4,4]",
        "network.width=0.125",
    ],
    "gan": ["network.down=[8,8,8]", "network.up=[8,8]", "critic.filters=[4,4]"],
    "nogan": [
        "network.depth=18",
        "network.width=4",
        "network.decoder=[8,8,8,8]",
        "critic.filters=[4,4]",
    ],
    "cifar-best": ["network.filters=[8,8,8]"],
    "tint": ["network.widths=[8,8,16,16]", "network.encoder_width=0.25"],
    "tint-things": ["network.widths=[8,8,16,16]", "network.encoder_width=0.25"],
}


def shortened(recipe: Recipe, size: int) -> list[str]:
    """Changes for --set: a small network, two steps of four pictures a phase, `size` pixels a side."""
    changes = [f"data.size={size}", f"valid_size={size}", "valid_count=4", "precision=fp32"]
    for phase in recipe.phases:
        lengths = {
            "epochs": "null",
            "minutes": "null",
            "steps": 2,
            "batch": 4,
            "accumulate": 1,
            "size": "null",
        }
        if phase.checkpoint_every is not None:
            lengths["checkpoint_every"] = 0.1
        changes += [f"phases.{phase.name}.{key}={value}" for key, value in lengths.items()]
    return changes + [change.replace("{size}", str(size)) for change in TINY[recipe.name]]
