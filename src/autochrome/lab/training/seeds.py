"""Seeds. Everything random in a run is a function of the recipe's seed, the phase and the step."""

import hashlib


def derive_seed(*parts: object) -> int:
    """A seed of 48 bits from any values; the same on every machine."""
    return int.from_bytes(hashlib.blake2b(repr(parts).encode(), digest_size=6).digest(), "big")
