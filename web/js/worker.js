/** Colours a picture away from the page, so that the page stays quick. The page sends one request at a time. */

import { Network } from "./network.js";
import { Photo } from "./photo.js";
import { mark } from "./provenance.js";

/** @type {Promise<Network> | null} */
let network = null;
/** @type {Photo | null} */
let photo = null;

/** @type {Record<string, (request: any) => Promise<any>>} */
const ACTIONS = {
  async load() {
    network ??= Network.open(new URL("../model", import.meta.url).href);
    await network;
  },
  async open({ file }) {
    await ACTIONS.load({});
    photo?.original.close();
    photo = await Photo.open(await /** @type {Promise<Network>} */ (network), file);
    const { width, height } = photo.original;
    return { width, height };
  },
  async paint({ strokes, vivid }) {
    const known = opened();
    await known.paint(strokes, vivid);
    return known.preview();
  },
  async vary({ id, count, strokes, vivid, seed }) {
    for await (const variation of opened().vary(count, strokes, vivid, seed)) {
      self.postMessage({ id, partial: variation });
    }
  },
  async encode({ strokes, vivid, type, software }) {
    const known = opened();
    await known.paint(strokes, vivid);
    return mark(await known.encode(type), software);
  },
};

function opened() {
  if (!photo) throw new Error("Open a picture first.");
  return photo;
}

self.addEventListener("message", async ({ data }) => {
  try {
    self.postMessage({ id: data.id, result: await ACTIONS[data.action](data) });
  } catch (error) {
    self.postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) });
  }
});
