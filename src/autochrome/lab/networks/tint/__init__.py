"""`tint`, the network that ships. Read `network` first."""

from autochrome.lab.networks.tint.network import Tint

__all__ = ["Tint"]
