"""What a worker process of the tests does."""

import os
import time


def answer_in_a_worker(word: str) -> str:
    """Return the word, or raise, crash or hang, as it says."""
    if word == "crash":
        os._exit(3)
    if word == "hang":
        time.sleep(60)
    if word == "raise":
        raise ValueError(word)
    return word
