/** Frames of a shot that the server plays: drafts at first, then as an export has them. */

import * as api from "./api.js";

/** @typedef {{number: number, settled: boolean, picture: Blob}} PlayedFrame */

const HEADER = 12; // bytes: frame, state, length of what follows
const SETTLED = 1;
const ERROR = 2;

/**
 * Request frames and hand each on as it arrives.
 * @param {string} url
 * @param {(frame: PlayedFrame) => void} onFrame
 * @param {AbortSignal} signal
 */
export async function receiveFrames(url, onFrame, signal) {
  const stream = await api.openStream(url, signal);
  const reader = stream.getReader();
  let bytes = new Uint8Array(0);
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes = joined(bytes, part.value);
    for (let length = recordLength(bytes); length <= bytes.length; length = recordLength(bytes)) {
      onFrame(parseRecord(bytes.slice(0, length)));
      bytes = bytes.slice(length);
    }
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {Uint8Array} more */
function joined(bytes, more) {
  const both = new Uint8Array(bytes.length + more.length);
  both.set(bytes);
  both.set(more, bytes.length);
  return both;
}

/** The length of the first record, Infinity where its header is not complete. @param {Uint8Array} bytes */
const recordLength = (bytes) =>
  bytes.length < HEADER ? Infinity : HEADER + new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);

/** @param {Uint8Array<ArrayBuffer>} record @returns {PlayedFrame} */
function parseRecord(record) {
  const header = new DataView(record.buffer, record.byteOffset);
  const content = record.slice(HEADER);
  if (header.getUint32(4, true) === ERROR) {
    throw new api.ApiError("Playback", new TextDecoder().decode(content), 200);
  }
  const picture = new Blob([content], { type: "image/jpeg" });
  return { number: header.getUint32(0, true), settled: header.getUint32(4, true) === SETTLED, picture };
}
