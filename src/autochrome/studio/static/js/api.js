/** Every request to the server, one function each. Failures are `ApiError`s that carry the server's one sentence. */

/** @import {HintsFile, Job, Knobs, Likely, Project, Settings, Shot, Side, View} from "./types.js" */

export class ApiError extends Error {
  /** @param {string} kind @param {string} message @param {number} status */
  constructor(kind, message, status) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

/** A project's address. @param {string} id @param {string} [rest] */
const at = (id, rest = "") => `/api/projects/${encodeURIComponent(id)}${rest}`;

/** @param {Record<string, string | number>} query */
const words = (query) =>
  new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)])).toString();

/** @param {View} view */
const viewWords = (view) => ({
  x: view.x,
  y: view.y,
  width: view.width,
  height: view.height,
  pixels: view.pixels.join("x"),
});

/** The server's sentence, or ours where none came. @param {number} status @param {string} text */
export function problem(status, text) {
  try {
    const { kind, message } = JSON.parse(text).error;
    return new ApiError(kind, message, status);
  } catch {
    return new ApiError(
      "Unexpected",
      `The studio answered with ${status}; look at the terminal it runs in.`,
      status,
    );
  }
}

/** @param {string} url @param {RequestInit} [init] */
async function ask(url, init) {
  let response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("Unreachable", "The studio does not answer; is it still running?", 0);
  }
  if (!response.ok) throw problem(response.status, await response.text());
  return response;
}

/** @param {string} url @param {string} method @param {unknown} [body] */
async function json(url, method = "GET", body = undefined) {
  const init =
    body === undefined
      ? { method }
      : {
          method,
          body: JSON.stringify(body),
          headers: { "Content-Type": "application/json" },
        };
  const response = await ask(url, init);
  return response.status === 204 ? null : response.json();
}

/** @param {string} url @param {RequestInit} [init] @returns {Promise<ImageBitmap>} */
async function picture(url, init) {
  const response = await ask(url, init);
  return createImageBitmap(await response.blob());
}

/** @param {unknown} body @param {AbortSignal} [signal] @returns {RequestInit} */
const posted = (body, signal) => ({
  method: "POST",
  body: JSON.stringify(body),
  headers: { "Content-Type": "application/json" },
  signal: signal ?? null,
});

/** @returns {Promise<Knobs>} */
export const knobs = () => json("/api/knobs");

/** @returns {Promise<Project[]>} newest first */
export const projects = () => json("/api/projects");

/** @param {string} id @returns {Promise<Project>} */
export const project = (id) => json(at(id));

/** @param {string} id */
export const remove = (id) => json(at(id), "DELETE");

/** @param {string} id @param {{name?: string, settings?: Settings}} change @returns {Promise<Project>} */
export const change = (id, change) => json(at(id), "PATCH", change);

/** @param {string} id @returns {Promise<HintsFile>} */
export const hints = (id) => json(at(id, "/hints"));

/** Small files outlive the page that sends them. @param {string} id @param {HintsFile} hints @returns {Promise<Project>} */
export async function keepHints(id, hints) {
  const body = JSON.stringify(hints);
  const headers = { "Content-Type": "application/json" };
  return (
    await ask(at(id, "/hints"), { method: "PUT", body, headers, keepalive: body.length < 60_000 })
  ).json();
}

/** @param {Project} project @param {Side} side */
export const thumbnail = (project, side) =>
  at(project.id, `/thumbnail?${words({ side, revision: project.revision })}`);

/** The whole picture, as large as a screen. @param {Project} project @param {Side} side */
export function lookUrl(project, side) {
  const scale = Math.min(1, 1600 / Math.max(project.width, project.height));
  const pixels = `${Math.ceil(project.width * scale)}x${Math.ceil(project.height * scale)}`;
  return at(
    project.id,
    `/view?${words({ side, x: 0, y: 0, width: 1, height: 1, pixels, revision: project.revision })}`,
  );
}

/** @param {string} id @param {View} view @param {AbortSignal} [signal] */
export const before = (id, view, signal) =>
  picture(at(id, `/view?${words({ side: "before", ...viewWords(view) })}`), { signal: signal ?? null });

/** @param {string} id @param {HintsFile} hints @param {Settings} settings @param {View} view @param {AbortSignal} [signal] */
export const paint = (id, hints, settings, view, signal) =>
  picture(at(id, "/paint"), posted({ hints, settings, view }, signal));

/** @param {string} id @param {number} revision */
export const doubt = (id, revision) => picture(at(id, `/doubt?${words({ revision })}`));

/** @param {string} id @param {number} x @param {number} y @param {number} [frame] of a film @returns {Promise<Likely[]>} */
export const likely = (id, x, y, frame) =>
  json(at(id, `/colors?${words(frame === undefined ? { x, y } : { x, y, frame })}`));

/** @param {string} id @param {number} frame @param {Side} side @param {number} width @param {number} revision */
export const frameUrl = (id, frame, side, width, revision) =>
  at(id, `/frames/${frame}?${words({ side, width, revision })}`);

/** @param {string} url @param {AbortSignal} [signal] */
export const frame = (url, signal) => picture(url, { signal: signal ?? null });

/** @param {string} id @param {number} frame @param {HintsFile} hints @param {Settings} settings @param {number} width */
export const paintFrame = (id, frame, hints, settings, width) =>
  picture(at(id, `/frames/${frame}/paint`), posted({ hints, settings, width }));

/** @param {string} id @returns {Promise<Job>} */
export const findShots = (id) => json(at(id, "/shots"), "POST", { detect: true });

/** @param {string} id @param {{first: number, last: number}[]} shots @returns {Promise<Shot[]>} */
export const keepShots = (id, shots) => json(at(id, "/shots"), "PUT", shots);

/** A coloured picture for hints to name. @param {string} id @param {File} file @returns {Promise<{name: string}>} */
export const bringPicture = async (id, file) =>
  (
    await ask(at(id, "/pictures"), {
      method: "POST",
      body: file,
      headers: { "Content-Type": "application/octet-stream" },
    })
  ).json();

/** @param {string} id @param {number} shot */
export const previewUrl = (id, shot) => at(id, `/shots/${shot}/preview`);

/** @param {string} id @param {number} shot @returns {Promise<Job>} */
export const preview = (id, shot) => json(previewUrl(id, shot), "POST");

/** @param {string} id @returns {Promise<Job>} */
export const startExport = (id) => json(at(id, "/export"), "POST");

/** @param {string} id */
export const exportUrl = (id) => at(id, "/export");

/** @returns {Promise<Job[]>} */
export const jobs = () => json("/api/jobs");

/** @param {string} id @returns {Promise<Job>} */
export const cancel = (id) => json(`/api/jobs/${id}/cancel`, "POST");

/** @param {string} id @returns {Promise<Job>} */
export const again = (id) => json(`/api/jobs/${id}/again`, "POST");

/** @returns {Promise<{paused: boolean}>} */
export const queue = () => json("/api/queue");

/** @param {boolean} paused @returns {Promise<{paused: boolean}>} */
export const pauseQueue = (paused) => json("/api/queue", "POST", { paused });

/** The token of a studio that serves others; it becomes a cookie. @param {string} token */
export const enter = (token) => json("/api/session", "POST", { token });

/**
 * Brings a file in. `fetch` cannot tell how far an upload has come, so this one is an XMLHttpRequest.
 * @param {File} file @param {(done: number) => void} progress 0…1 @param {AbortSignal} signal
 * @returns {Promise<Project>}
 */
export function bring(file, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/projects?${words({ name: file.name })}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0);
    request.onload = () =>
      request.status < 300
        ? resolve(JSON.parse(request.responseText))
        : reject(problem(request.status, request.responseText));
    request.onerror = () =>
      reject(
        new ApiError("Unreachable", `${file.name}: the studio broke the upload off; is it still running?`, 0),
      );
    request.onabort = () => reject(new DOMException("given up", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
