"""IPTC records. A JPEG wraps them in Photoshop resources, a TIFF stores them bare; libvips returns either form."""

import struct

PHOTOSHOP_NAME = b"Photoshop 3.0\0"
"""A JPEG stores this before the resources."""
_RESOURCE = b"8BIM"
_RECORDS = 0x0404  # the resource that holds IPTC
_MARK = b"\x1c"  # each record begins with it


def records(blob: bytes) -> bytes | None:
    """The bare records from the metadata of a file: APP13 of a JPEG, a tag of a TIFF, or Photoshop resources."""
    if blob.startswith(PHOTOSHOP_NAME) or blob.startswith(_RESOURCE):
        return _unwrapped(blob.removeprefix(PHOTOSHOP_NAME))
    if (
        blob[3:4] == _MARK and blob[:1] != _MARK
    ):  # some programs store them as 32-bit numbers, with the bytes swapped
        whole = blob[: len(blob) // 4 * 4]
        blob = b"".join(whole[at : at + 4][::-1] for at in range(0, len(whole), 4))
    return blob if blob.startswith(_MARK) else None


def _unwrapped(resources: bytes) -> bytes | None:
    at = 0
    while resources[at : at + 4] == _RESOURCE and len(resources) >= at + 12:
        (kind,) = struct.unpack_from(">H", resources, at + 4)
        body = at + 6 + (resources[at + 6] + 2) // 2 * 2  # a name with its length, padded to be even
        if len(resources) < body + 4:
            return None
        (size,) = struct.unpack_from(">I", resources, body)
        if kind == _RECORDS:
            return resources[body + 4 : body + 4 + size] or None
        at = body + 4 + (size + 1) // 2 * 2
    return None


def wrapped(bare: bytes) -> bytes:
    """Bare records as the APP13 segment of a JPEG."""
    head = _RESOURCE + struct.pack(">HHI", _RECORDS, 0, len(bare))
    return PHOTOSHOP_NAME + head + bare + bytes(len(bare) % 2)
