"""`autochrome version`."""

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

from autochrome import __version__

_LIBRARIES = ("numpy", "pyvips", "pyvips-binary", "onnxruntime", "openvino", "torch")


def version() -> None:
    """Print the versions of autochrome, Python and the main libraries."""
    print(f"autochrome {__version__}")
    print(f"python {platform.python_version()} on {platform.system()} {platform.machine()}")
    for name in _LIBRARIES:
        try:
            print(f"{name} {version_of(name)}")
        except PackageNotFoundError:
            print(f"{name} not installed")
