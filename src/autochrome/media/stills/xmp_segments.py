"""XMP in a JPEG. A segment holds at most 64 KB, so a longer packet is stored in two: the packet and its extension."""

import hashlib
import struct
from xml.etree import ElementTree as ET

PACKET = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DESCRIPTION, _ABOUT = f"{{{_RDF}}}Description", f"{{{_RDF}}}about"
_META = "adobe:ns:meta/"
_NAME = "http://ns.adobe.com/xmp/note/"
_POINTER = f"{{{_NAME}}}HasExtendedXMP"
_LONGEST = 65_502  # bytes of a packet in one segment
_PART = 65_400  # bytes of an extension in one segment
_HEAD = struct.Struct(
    ">32sII"
)  # of each part: MD5 of the whole as hexadecimal text, its size, offset of the part
_MOST = 8_000_000  # bytes of an extension that is read

ET.register_namespace("xmpNote", _NAME)


def join_extension(packet: bytes, parts: list[bytes]) -> bytes | None:
    """One packet with all properties. parts: the segments of extensions; None if they are incomplete or damaged."""
    pieces: dict[int, bytes] = {}
    for part in parts:
        if len(part) < _HEAD.size:
            return None
        guid, size, offset = _HEAD.unpack_from(part)
        if guid in packet:  # else it belongs to another packet
            pieces[offset] = part[_HEAD.size :]
    whole = b"".join(pieces[offset] for offset in sorted(pieces))
    if not pieces or len(whole) != size or size > _MOST:
        return None
    first, second = _parse(packet), _parse(whole)
    if first is None or second is None:
        return None
    for description in first[1].findall(_DESCRIPTION):
        description.attrib.pop(_POINTER, None)
        for pointer in description.findall(_POINTER):
            description.remove(pointer)
    first[1].extend(list(second[1]))
    return bytes(ET.tostring(first[0], encoding="utf-8"))


def xmp_segments(packet: bytes) -> list[bytes]:
    """The contents of the segments that hold a packet of any size; empty if it cannot be split."""
    if len(packet) <= _LONGEST:
        return [PACKET + packet]
    tree = _parse(packet)
    if tree is None:
        return []
    root, rdf = tree
    other_root = ET.Element(f"{{{_META}}}xmpmeta")
    other = ET.SubElement(ET.SubElement(other_root, f"{{{_RDF}}}RDF"), _DESCRIPTION, {_ABOUT: ""})
    room = _LONGEST - 500  # for the pointer to the extension
    for _, description, property_ in sorted(_properties(rdf), key=lambda each: each[0], reverse=True):
        if len(ET.tostring(root, encoding="utf-8")) <= room:
            break
        if isinstance(property_, str):
            other.set(property_, description.attrib.pop(property_))
        else:
            other.append(property_)
            description.remove(property_)
    extension = ET.tostring(other_root, encoding="utf-8")
    guid = hashlib.md5(extension, usedforsecurity=False).hexdigest().upper()
    rdf.append(ET.Element(_DESCRIPTION, {_ABOUT: "", _POINTER: guid}))
    main = ET.tostring(root, encoding="utf-8")
    if len(main) > _LONGEST:
        return []
    parts = [
        EXTENSION + _HEAD.pack(guid.encode(), len(extension), at) + extension[at : at + _PART]
        for at in range(0, len(extension), _PART)
    ]
    return [PACKET + main, *parts]


def _properties(rdf: ET.Element) -> list[tuple[int, ET.Element, "str | ET.Element"]]:
    """(bytes, description, name of an attribute or element) of every property."""
    found: list[tuple[int, ET.Element, str | ET.Element]] = []
    for description in rdf.findall(_DESCRIPTION):
        found += [
            (len(value), description, name) for name, value in description.attrib.items() if name != _ABOUT
        ]
        found += [(len(ET.tostring(element)), description, element) for element in description]
    return found


def _parse(packet: bytes) -> tuple[ET.Element, ET.Element] | None:
    """The root and its rdf:RDF. None without one, and for a packet with a document type: its entities can explode."""
    if b"<!DOCTYPE" in packet.upper():
        return None
    try:
        root = ET.fromstring(packet.strip(b"\0 \t\r\n"))
    except (ET.ParseError, ValueError, RecursionError, LookupError):
        return None
    rdf = next(root.iter(f"{{{_RDF}}}RDF"), None)
    return None if rdf is None else (root, rdf)
