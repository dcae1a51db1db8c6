/** Files that are dropped on the window or pasted. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { toast } from "./toast.js";
import { uploadFiles } from "./uploads.js";

/** @param {DragEvent} event */
const hasFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;

/** Accept dropped and pasted files anywhere in the window. */
export function acceptDrops() {
  const message = h("div", {}, icon("download", 44), h("p", {}, "Drop the files to add them"));
  const curtain = h("div", { class: "drop-overlay", hidden: true, "aria-hidden": "true" }, message);
  document.body.append(curtain);
  let depth = 0; // `dragenter` and `dragleave` come for each element under the pointer
  const setDepth = (/** @type {number} */ next) => {
    depth = Math.max(0, next);
    curtain.hidden = depth === 0;
  };
  window.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setDepth(depth + 1);
  });
  window.addEventListener("dragleave", (event) => {
    if (hasFiles(event)) setDepth(depth - 1);
  });
  window.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  window.addEventListener("drop", async (event) => {
    if (!event.dataTransfer || !hasFiles(event)) return;
    event.preventDefault();
    setDepth(0);
    const files = await readDrop(event.dataTransfer);
    if (files.length) uploadFiles(files);
    else toast("The dropped folder has no photo and no film in it.", "error");
  });
  window.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    uploadFiles(files);
  });
}

/** The dropped files, and those in dropped folders. @param {DataTransfer} dropped @returns {Promise<File[]>} */
async function readDrop(dropped) {
  const files = [...dropped.files];
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return files;
  const nested = await Promise.all(entries.map((entry) => (entry ? readEntry(entry) : [])));
  return nested.flat().filter(isMedia);
}

/** @param {File} file */
const isMedia = (file) => /^(image|video)\//.test(file.type) || /\.(tiff?|mkv|mxf|avif)$/i.test(file.name);

/** The file, or all files below the folder. @param {FileSystemEntry} entry @returns {Promise<File[]>} */
async function readEntry(entry) {
  if (entry.isFile) {
    const fileEntry = /** @type {FileSystemFileEntry} */ (entry);
    return [await new Promise((resolve, reject) => fileEntry.file(resolve, reject))];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {File[]} */
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return found;
    found.push(...(await Promise.all(batch.map(readEntry))).flat());
  }
}
