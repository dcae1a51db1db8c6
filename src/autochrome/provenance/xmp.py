"""Mark in the XMP metadata of a file that software made its colours. The other properties of the XMP are kept.

The property is IPTC's `DigitalSourceType`, with the value for a photograph that a trained model has completed.
"""

from xml.etree import ElementTree as ET

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DESCRIPTION = f"{{{_RDF}}}Description"
_META = "adobe:ns:meta/"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_ORIENTATION = "{http://ns.adobe.com/tiff/1.0/}Orientation"
_PREFIXES = {
    "x": _META,
    "rdf": _RDF,
    "Iptc4xmpExt": _IPTC,
    "xmp": _XMP,
    "dc": "http://purl.org/dc/elements/1.1/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
}
for _prefix, _uri in _PREFIXES.items():
    ET.register_namespace(_prefix, _uri)

_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END = '\n<?xpacket end="w"?>'


def describe(xmp: bytes | None, *, software: str) -> bytes:
    """An XMP packet that names `software` as the source of the colours. xmp: the packet of the original; it is kept.

    A packet that is not XMP is replaced. So is one with a document type, since its entities can grow without limit.
    """
    root = _parse(xmp or b"")
    try:
        return _packet(root, software)
    except RecursionError:  # nested deeper than any real packet
        return _packet(_empty_tree(), software)


def _packet(root: ET.Element, software: str) -> bytes:
    rdf = next(root.iter(f"{{{_RDF}}}RDF"))
    _set_property(rdf, f"{{{_IPTC}}}DigitalSourceType", SOURCE_TYPE)
    _set_property(rdf, f"{{{_XMP}}}CreatorTool", software)
    if any(
        _ORIENTATION in description.attrib or description.find(_ORIENTATION) is not None
        for description in rdf
    ):
        _set_property(rdf, _ORIENTATION, "1")  # the written picture is upright
    return (_BEGIN + ET.tostring(root, encoding="unicode") + _END).encode()


def _set_property(rdf: ET.Element, name: str, value: str) -> None:
    """Set one property, and remove its other values."""
    descriptions = rdf.findall(_DESCRIPTION) or [ET.SubElement(rdf, _DESCRIPTION, {f"{{{_RDF}}}about": ""})]
    for description in descriptions:
        description.attrib.pop(name, None)
        for element in description.findall(name):
            description.remove(element)
    descriptions[0].set(name, value)


def _parse(xmp: bytes) -> ET.Element:
    """The packet as a tree that contains rdf:RDF. The tree is empty if the packet is unsafe or cannot be read."""
    text = xmp.decode(_encoding(xmp), errors="replace").strip("\ufeff\0 \t\r\n")
    if "<!DOCTYPE" in text.upper():
        return _empty_tree()
    try:
        root = ET.fromstring(text)
    except ET.ParseError:
        return _empty_tree()
    return root if next(root.iter(f"{{{_RDF}}}RDF"), None) is not None else _empty_tree()


def _encoding(xmp: bytes) -> str:
    """UTF-8 in nearly all files. The standard allows UTF-16 too, which we detect by its zero bytes."""
    if xmp[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(xmp[:2], "utf-8")


def _empty_tree() -> ET.Element:
    root = ET.Element(f"{{{_META}}}xmpmeta")
    ET.SubElement(root, f"{{{_RDF}}}RDF")
    return root
