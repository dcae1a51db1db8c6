"""Counts the votes on a blind sheet of `autochrome montage --blind KEY`.

    python scripts/count_votes.py KEY.json VOTES.txt

A vote is a line of VOTES.txt: the number of a pair, then left, right or same.
"""

import sys
from pathlib import Path

from autochrome.errors import AutochromeError
from autochrome.lab.blind_pairs import count_votes, read_key


def main() -> None:
    """Print the votes for each network, and their share of all votes."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        counts = count_votes(read_key(Path(sys.argv[1])), Path(sys.argv[2]))
    except AutochromeError as error:
        sys.exit(f"count_votes: {error}")
    for name, votes in counts.items():
        print(f"{name}: {votes} of {sum(counts.values())} ({votes / sum(counts.values()):.0%})")


if __name__ == "__main__":
    main()
