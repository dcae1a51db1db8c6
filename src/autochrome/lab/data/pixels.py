"""Decode, encode and resize pictures as uint8 arrays, with OpenCV if it is installed, else with Pillow.

The lab has its own functions for this because training must also run where libvips is not installed.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import ExtraMissing, NotAPicture

RGB: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) sRGB."""

cv2: Any
try:
    import cv2

    cv2.setNumThreads(1)  # the callers use threads themselves
except ImportError:
    cv2 = None
try:
    from PIL import Image, ImageOps
except ImportError as e:
    if cv2 is None:
        raise ExtraMissing(
            "Training needs OpenCV or Pillow; install one with: pip install 'autochrome[lab]'"
        ) from e


def decode(data: bytes, name: str = "a picture") -> RGB:
    """The bytes of a picture file → (H, W, 3) sRGB, rotated as its EXIF orientation tells. `name` is for errors."""
    if cv2 is not None:
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
        if bgr is None:
            raise NotAPicture(f"{name} cannot be decoded as a picture.")
        rgb: RGB = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
        return rgb
    from io import BytesIO

    try:
        with Image.open(BytesIO(data)) as opened:
            return np.asarray(ImageOps.exif_transpose(opened).convert("RGB")).copy()
    except (OSError, ValueError, SyntaxError) as e:
        raise NotAPicture(f"{name} cannot be decoded as a picture.") from e


def encode(rgb: RGB, format: str = "webp", quality: int = 90) -> bytes:
    """(H, W, 3) sRGB → the bytes of a picture file. format: webp, jpg or png; quality: 1…100, not for png."""
    if cv2 is not None:
        flag = {"webp": cv2.IMWRITE_WEBP_QUALITY, "jpg": cv2.IMWRITE_JPEG_QUALITY}.get(format)
        encoded, data = cv2.imencode(
            f".{format}", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [flag, quality] if flag is not None else []
        )
        if not encoded:
            raise ValueError(f"cannot encode as {format}")
        return bytes(data)
    from io import BytesIO

    out = BytesIO()
    Image.fromarray(rgb).save(out, {"jpg": "jpeg"}.get(format, format), quality=quality)
    return out.getvalue()


def resize(rgb: RGB, height: int, width: int) -> RGB:
    """Resize to height × width: area mean when it shrinks, bilinear when it grows."""
    if rgb.shape[:2] == (height, width):
        return rgb
    if cv2 is not None:
        shrinks = height <= rgb.shape[0] and width <= rgb.shape[1]
        resized: RGB = cv2.resize(
            rgb, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        )
        return resized
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.BILINEAR))


def shrink_to(rgb: RGB, short_side: int) -> RGB:
    """The picture with a short side of at most `short_side` pixels."""
    height, width = rgb.shape[:2]
    scale = short_side / min(height, width)
    if scale >= 1:
        return rgb
    return resize(rgb, round(height * scale), round(width * scale))


def center_square(rgb: RGB, side: int) -> RGB:
    """The largest square in the centre of the picture, resized to side × side."""
    height, width = rgb.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    return resize(rgb[top : top + edge, left : left + edge], side, side)
