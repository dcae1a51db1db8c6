"""`autochrome version`."""

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

from autochrome import __version__

_WORTH_KNOWING = ("numpy", "pyvips", "pyvips-binary", "onnxruntime", "openvino", "torch")


def version() -> None:
    """Print our version, Python's, and those of the libraries that do the work."""
    print(f"autochrome {__version__}")
    print(f"python {platform.python_version()} on {platform.system()} {platform.machine()}")
    for name in _WORTH_KNOWING:
        try:
            print(f"{name} {version_of(name)}")
        except PackageNotFoundError:
            print(f"{name} not installed")
