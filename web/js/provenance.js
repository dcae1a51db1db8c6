/** Say in the metadata of a JPEG or PNG that software made its colours, as `autochrome.provenance` does. */

const SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
const XMP_HEADER = "http://ns.adobe.com/xap/1.0/\0";
const PNG_START = 33; // bytes: the signature and the header chunk

/** @param {string} software */
const packet = (software) =>
  `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" Iptc4xmpExt:DigitalSourceType="${SOURCE_TYPE}"
 xmp:CreatorTool="${software}"/></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;

/** @param {Blob} file JPEG or PNG @param {string} software @returns {Promise<Blob>} */
export async function mark(file, software) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const xmp = new TextEncoder().encode(packet(software));
  const [at, part] = file.type === "image/png" ? [PNG_START, pngText(xmp)] : [2, jpegSegment(xmp)];
  return new Blob([bytes.subarray(0, at), part, bytes.subarray(at)], { type: file.type });
}

/** An APP1 segment. @param {Uint8Array<ArrayBuffer>} xmp */
function jpegSegment(xmp) {
  const header = new TextEncoder().encode(XMP_HEADER);
  const length = 2 + header.length + xmp.length;
  return Uint8Array.of(0xff, 0xe1, length >> 8, length & 255, ...header, ...xmp);
}

/** A text chunk. @param {Uint8Array<ArrayBuffer>} xmp */
function pngText(xmp) {
  const content = Uint8Array.of(...new TextEncoder().encode("iTXtXML:com.adobe.xmp\0\0\0\0\0"), ...xmp);
  const chunk = new Uint8Array(content.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length - 4);
  chunk.set(content, 4);
  view.setUint32(content.length + 4, checksum(content));
  return chunk;
}

/** CRC-32. @param {Uint8Array} bytes */
function checksum(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
