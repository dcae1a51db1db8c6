"""Saying in the file that its colours were made by software: an XMP packet, merged into the one that was there.

The word for it is IPTC's `DigitalSourceType`: a photograph that was finished by a trained model.
"""

from xml.etree import ElementTree as ET

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DESCRIPTION = f"{{{_RDF}}}Description"
_META = "adobe:ns:meta/"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_XMP = "http://ns.adobe.com/xap/1.0/"
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
    """An XMP packet that says that `software` made the colours; `xmp` is the packet so far, all of it is kept.

    A packet that is no XMP, or that brings a document type of its own (entities can grow without bound), is replaced.
    """
    root = _parsed(xmp or b"")
    try:
        return _packet(root, software)
    except RecursionError:  # nested deeper than anything honest
        return _packet(_empty(), software)


def _packet(root: ET.Element, software: str) -> bytes:
    rdf = next(root.iter(f"{{{_RDF}}}RDF"))
    _say(rdf, f"{{{_IPTC}}}DigitalSourceType", SOURCE_TYPE)
    _say(rdf, f"{{{_XMP}}}CreatorTool", software)
    return (_BEGIN + ET.tostring(root, encoding="unicode") + _END).encode()


def _say(rdf: ET.Element, name: str, value: str) -> None:
    """Set one property, and see to it that it is said nowhere else."""
    descriptions = rdf.findall(_DESCRIPTION) or [ET.SubElement(rdf, _DESCRIPTION, {f"{{{_RDF}}}about": ""})]
    for description in descriptions:
        description.attrib.pop(name, None)
        for said in description.findall(name):
            description.remove(said)
    descriptions[0].set(name, value)


def _parsed(xmp: bytes) -> ET.Element:
    """The packet as a tree with an rdf:RDF in it: an empty one where it cannot be trusted or read."""
    text = xmp.decode(_encoding(xmp), errors="replace").strip("\ufeff\0 \t\r\n")
    if "<!DOCTYPE" in text.upper():
        return _empty()
    try:
        root = ET.fromstring(text)
    except ET.ParseError:
        return _empty()
    return root if next(root.iter(f"{{{_RDF}}}RDF"), None) is not None else _empty()


def _encoding(xmp: bytes) -> str:
    """UTF-8 nearly always; the standard allows UTF-16 too, known by where its zeros are."""
    if xmp[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(xmp[:2], "utf-8")


def _empty() -> ET.Element:
    root = ET.Element(f"{{{_META}}}xmpmeta")
    ET.SubElement(root, f"{{{_RDF}}}RDF")
    return root
