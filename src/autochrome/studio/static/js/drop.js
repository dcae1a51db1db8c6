/** Files on their way in: dropped anywhere, pasted or chosen. Three at a time, each with its progress. */

import * as api from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { Kept, keepProject } from "./state.js";
import { complain, toast } from "./toast.js";

const AT_ONCE = 3;

/** @typedef {{file: File, done: number, stop: AbortController, started: boolean}} Arrival */
/** @type {Kept<Arrival[]>} */
export const arrivals = new Kept(/** @type {Arrival[]} */ ([]));

/** @param {Iterable<File>} files */
export function bring(files) {
  const added = [...files].map((file) => ({ file, done: 0, stop: new AbortController(), started: false }));
  if (!added.length) return;
  arrivals.set([...arrivals.value, ...added]);
  if (location.hash.length > 2) location.hash = "#/";
  next();
}

/** @param {Arrival} arrival */
export function giveUp(arrival) {
  arrival.stop.abort();
  arrivals.set(arrivals.value.filter((other) => other !== arrival));
}

function next() {
  while (arrivals.value.filter((arrival) => arrival.started).length < AT_ONCE) {
    const arrival = arrivals.value.find((waiting) => !waiting.started);
    if (!arrival) return;
    arrival.started = true;
    void carry(arrival);
  }
}

/** @param {Arrival} arrival */
async function carry(arrival) {
  try {
    const project = await api.bring(
      arrival.file,
      (done) => {
        arrival.done = done;
        arrivals.set([...arrivals.value]);
      },
      arrival.stop.signal,
    );
    keepProject(project);
  } catch (error) {
    // The server knows no names of files on this computer; here one is wanted.
    complain(
      error instanceof api.ApiError
        ? new api.ApiError(
            error.kind,
            error.message.replace(/^The file:/, `${arrival.file.name}:`),
            error.status,
          )
        : error,
    );
  }
  arrivals.set(arrivals.value.filter((other) => other !== arrival));
  next();
}

/** A button and what stands behind it. @param {string} label @param {string} [kind] */
export function chooser(label, kind = "accent") {
  const field = h("input", {
    type: "file",
    multiple: true,
    accept: "image/*,video/*,.mkv,.mxf,.tif,.tiff",
    class: "unseen",
    tabindex: -1,
    "aria-label": "Pictures and films",
  });
  field.addEventListener("change", () => {
    bring(field.files ?? []);
    field.value = "";
  });
  return h(
    "span",
    {},
    h("button", { type: "button", class: kind, onclick: () => field.click() }, icon("plus", 18), label),
    field,
  );
}

/** The whole window takes files. */
export function catchDrops() {
  const veil = h(
    "div",
    { class: "drop-veil", hidden: true, "aria-hidden": "true" },
    h("div", {}, icon("download", 44), h("p", {}, "Let go to bring them in")),
  );
  document.body.append(veil);
  let depth = 0;
  const has = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  const show = (/** @type {number} */ next) => {
    depth = Math.max(0, next);
    veil.hidden = depth === 0;
  };
  window.addEventListener("dragenter", (event) => {
    if (has(event)) {
      event.preventDefault();
      show(depth + 1);
    }
  });
  window.addEventListener("dragleave", (event) => {
    if (has(event)) show(depth - 1);
  });
  window.addEventListener("dragover", (event) => {
    if (has(event)) event.preventDefault();
  });
  window.addEventListener("drop", async (event) => {
    if (!event.dataTransfer || !has(event)) return;
    event.preventDefault();
    show(0);
    const files = await filesIn(event.dataTransfer);
    if (files.length) bring(files);
    else toast("There is no picture or film in what was dropped.", "error");
  });
  window.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) {
      event.preventDefault();
      bring(files);
    }
  });
}

/** Dropped files, folders opened to the bottom. @param {DataTransfer} dropped @returns {Promise<File[]>} */
async function filesIn(dropped) {
  const loose = [...dropped.files];
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return loose;
  const nested = await Promise.all(entries.map((entry) => (entry ? under(entry) : [])));
  return nested
    .flat()
    .filter((file) => /^(image|video)\//.test(file.type) || /\.(tiff?|mkv|mxf|avif)$/i.test(file.name));
}

/** @param {FileSystemEntry} entry @returns {Promise<File[]>} */
async function under(entry) {
  if (entry.isFile) {
    return [
      await new Promise((resolve, reject) =>
        /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject),
      ),
    ];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {File[]} */
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    found.push(...(await Promise.all(some.map(under))).flat());
  }
}
