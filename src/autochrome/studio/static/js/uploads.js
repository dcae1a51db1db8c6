/** The queue of uploads: three at a time, each with its progress. */

import * as api from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { Observable, updateProject } from "./state.js";
import { showError } from "./toast.js";

const PARALLEL = 3;
const ACCEPT = "image/*,video/*,.mkv,.mxf,.tif,.tiff";

/** @typedef {{file: File, done: number, controller: AbortController, started: boolean}} Upload */
/** @type {Observable<Upload[]>} */
export const uploads = new Observable(/** @type {Upload[]} */ ([]));

/** Upload files; each becomes a project. @param {Iterable<File>} files */
export function uploadFiles(files) {
  const added = [...files].map((file) => ({
    file,
    done: 0,
    controller: new AbortController(),
    started: false,
  }));
  if (!added.length) return;
  uploads.set([...uploads.value, ...added]);
  if (location.hash.length > 2) location.hash = "#/";
  startWaiting();
}

/** @param {Upload} upload */
export function cancelUpload(upload) {
  upload.controller.abort();
  forget(upload);
}

/** @param {Upload} upload */
const forget = (upload) => uploads.set(uploads.value.filter((other) => other !== upload));

function startWaiting() {
  while (uploads.value.filter((upload) => upload.started).length < PARALLEL) {
    const upload = uploads.value.find((waiting) => !waiting.started);
    if (!upload) return;
    upload.started = true;
    void run(upload);
  }
}

/** @param {Upload} upload */
async function run(upload) {
  const showProgress = (/** @type {number} */ done) => {
    upload.done = done;
    uploads.set([...uploads.value]);
  };
  try {
    updateProject(await api.uploadProject(upload.file, showProgress, upload.controller.signal));
  } catch (error) {
    showError(error instanceof api.ApiError ? withFileName(error, upload.file.name) : error);
  }
  forget(upload);
  startWaiting();
}

/** The server writes "The file: …"; the message on the page has the file's name. @param {api.ApiError} error @param {string} name */
const withFileName = (error, name) =>
  new api.ApiError(error.kind, error.message.replace(/^The file:/, `${name}:`), error.status);

/** A button that opens the file dialog. @param {string} label */
export function uploadButton(label) {
  const input = h("input", {
    type: "file",
    multiple: true,
    accept: ACCEPT,
    class: "visually-hidden",
    tabindex: -1,
    "aria-label": "Photos and films",
  });
  input.addEventListener("change", () => {
    uploadFiles(input.files ?? []);
    input.value = "";
  });
  const button = h(
    "button",
    { type: "button", class: "accent", onclick: () => input.click() },
    icon("plus", 18),
    label,
  );
  return h("span", {}, button, input);
}
