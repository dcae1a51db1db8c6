"""The XMP property that names the source of the colours."""

from xml.etree import ElementTree as ET

import pytest

from autochrome.provenance import SOURCE_TYPE, describe

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
SOURCE = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
TOOL = "{http://ns.adobe.com/xap/1.0/}CreatorTool"
TITLE = "{http://purl.org/dc/elements/1.1/}title"

OLD = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:my="http://example.org/my/" xmp:CreatorTool="Scanner 3" my:shelf="B7"><dc:title><rdf:Alt>
<rdf:li xml:lang="x-default">Großmutter, 1931</rdf:li></rdf:Alt></dc:title></rdf:Description>
<rdf:Description rdf:about="" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<e:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/print</e:DigitalSourceType></rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def said(packet: bytes) -> list[ET.Element]:
    return ET.fromstring(packet.decode()).findall(f"{RDF}RDF/{RDF}Description")


def claims(packet: bytes) -> tuple[list[str], list[str]]:
    """Every value of the two properties, as attribute or as element."""
    found: tuple[list[str], list[str]] = [], []
    for description in said(packet):
        for values, name in zip(found, (SOURCE, TOOL), strict=True):
            values += [description.attrib[name]] if name in description.attrib else []
            values += [child.text or "" for child in description.findall(name)]
    return found


@pytest.mark.parametrize("xmp", [None, b"", OLD.encode(), OLD.encode() + b"\0\0", OLD.encode("utf-16")])
def test_the_source_is_stated_once(xmp: bytes | None) -> None:
    packet = describe(xmp, software="autochrome 9.9")
    assert claims(packet) == ([SOURCE_TYPE], ["autochrome 9.9"])
    assert packet.startswith(b"<?xpacket begin=")
    assert packet.endswith(b'<?xpacket end="w"?>')


def test_keeps_everything_else() -> None:
    first, second = said(describe(OLD.encode(), software="autochrome"))
    assert first.attrib["{http://example.org/my/}shelf"] == "B7"
    title = first.find(f"{TITLE}/{RDF}Alt/{RDF}li")
    assert title is not None
    assert title.text == "Großmutter, 1931"
    assert list(second) == []


def test_describing_twice_changes_nothing() -> None:
    once = describe(OLD.encode(), software="autochrome")
    assert describe(once, software="autochrome") == once


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + OLD.encode().replace(b"B7", b"&b;")
DEEP = OLD.replace("B7", "").replace("<dc:title>", "<dc:title>" + "<dc:a>" * 5000 + "</dc:a>" * 5000)


@pytest.mark.parametrize(
    "xmp",
    [
        b"<x:xmpmeta",
        b"\xff\xd8\xff",
        b"<a/>",
        OLD.encode()[:300],
        LAUGHS,
        LAUGHS.decode().encode("utf-16"),
        DEEP.encode(),
    ],
    ids=["cut", "binary", "other xml", "half", "entities", "entities in utf-16", "too deep"],
)
def test_a_damaged_packet_is_replaced(xmp: bytes) -> None:
    packet = describe(xmp, software="autochrome")
    assert claims(packet) == ([SOURCE_TYPE], ["autochrome"])
    assert len(said(packet)) == 1
    assert b"ha" not in packet.replace(b"xpacket", b"")


def test_the_orientation_in_xmp_is_that_of_the_upright_picture() -> None:
    old = (
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        b"<rdf:Description xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Orientation='6'/></rdf:RDF></x:xmpmeta>"
    )
    assert b'tiff:Orientation="1"' in describe(old, software="autochrome 0")
    assert b"Orientation" not in describe(None, software="autochrome 0")
