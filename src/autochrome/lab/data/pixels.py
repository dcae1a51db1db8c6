"""Pictures as uint8 arrays: decoding, encoding, resizing, with OpenCV or else Pillow, whichever is installed.

The lab's own small door to pictures, because training must also run where libvips is not.
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

    cv2.setNumThreads(1)  # whoever calls us brings his own threads
except ImportError:
    cv2 = None
try:
    from PIL import Image, ImageOps
except ImportError as e:
    if cv2 is None:
        raise ExtraMissing("Training needs OpenCV or Pillow: pip install 'autochrome[lab]'.") from e


def decode(data: bytes, name: str = "a picture") -> RGB:
    """The bytes of a picture file, turned as its EXIF says, as (H, W, 3) sRGB."""
    if cv2 is not None:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
        if found is None:
            raise NotAPicture(f"{name} cannot be read as a picture.")
        rgb: RGB = cv2.cvtColor(found, cv2.COLOR_BGR2RGB)
        return rgb
    from io import BytesIO

    try:
        with Image.open(BytesIO(data)) as opened:
            return np.asarray(ImageOps.exif_transpose(opened).convert("RGB")).copy()
    except (OSError, ValueError, SyntaxError) as e:
        raise NotAPicture(f"{name} cannot be read as a picture.") from e


def encode(rgb: RGB, kind: str = "webp", quality: int = 90) -> bytes:
    """(H, W, 3) sRGB → the bytes of a file of this kind: webp, jpg or png."""
    if cv2 is not None:
        flag = {"webp": cv2.IMWRITE_WEBP_QUALITY, "jpg": cv2.IMWRITE_JPEG_QUALITY}.get(kind)
        done, data = cv2.imencode(
            f".{kind}", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [flag, quality] if flag is not None else []
        )
        if not done:
            raise ValueError(f"cannot encode as {kind}")
        return bytes(data)
    from io import BytesIO

    out = BytesIO()
    Image.fromarray(rgb).save(out, {"jpg": "jpeg"}.get(kind, kind), quality=quality)
    return out.getvalue()


def resize(rgb: RGB, height: int, width: int) -> RGB:
    """To height × width: averaged when it shrinks, smooth when it grows."""
    if rgb.shape[:2] == (height, width):
        return rgb
    if cv2 is not None:
        shrinks = height <= rgb.shape[0] and width <= rgb.shape[1]
        resized: RGB = cv2.resize(
            rgb, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        )
        return resized
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.BILINEAR))


def shrink_to(rgb: RGB, short: int) -> RGB:
    """The same picture with its short side at most `short` pixels."""
    height, width = rgb.shape[:2]
    scale = short / min(height, width)
    if scale >= 1:
        return rgb
    return resize(rgb, round(height * scale), round(width * scale))


def center(rgb: RGB, side: int) -> RGB:
    """The middle square, side × side."""
    height, width = rgb.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    return resize(rgb[top : top + edge, left : left + edge], side, side)
