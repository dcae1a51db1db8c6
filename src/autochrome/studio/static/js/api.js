/** Every request to the server, one function each. A failure is an `ApiError` with the server's sentence. */

/** @import {AlikeShot, FrameDoubts, FrameRange, HintsFile, HistoryInfo, Job, LikelyColor, OptionSchemas, Project, ReferenceMatch, Settings, Shot, Side, Variation, Version, View} from "./types.js" */

export class ApiError extends Error {
  /** @param {string} kind @param {string} message @param {number} status */
  constructor(kind, message, status) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

const JSON_TYPE = { "Content-Type": "application/json" };
const BINARY_TYPE = { "Content-Type": "application/octet-stream" };
const LARGE = 1600; // pixels, long side of a picture that fills the screen
const KEEPALIVE_BYTES = 60_000; // browsers refuse a larger `keepalive` body

/** The address of a project. @param {string} id @param {string} [rest] */
const projectPath = (id, rest = "") => `/api/projects/${encodeURIComponent(id)}${rest}`;

/** @param {Record<string, string | number>} parameters */
const query = (parameters) =>
  new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)])).toString();

/** @param {View} view */
const viewQuery = (view) => ({
  x: view.x,
  y: view.y,
  width: view.width,
  height: view.height,
  pixels: view.pixels.join("x"),
});

/** The server's error, or a general one where the response has none. @param {number} status @param {string} text */
function errorOf(status, text) {
  try {
    const { kind, message } = JSON.parse(text).error;
    return new ApiError(kind, message, status);
  } catch {
    const message = `The studio returned status ${status}. Read the error in the terminal that runs it.`;
    return new ApiError("Unexpected", message, status);
  }
}

/** @param {string} url @param {RequestInit} [init] */
async function request(url, init) {
  let response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("Unreachable", "The studio does not respond. Check that it still runs.", 0);
  }
  if (!response.ok) throw errorOf(response.status, await response.text());
  return response;
}

/** @param {string} url @param {string} method @param {unknown} [body] */
async function requestJson(url, method = "GET", body = undefined) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: JSON_TYPE };
  const response = await request(url, init);
  return response.status === 204 ? null : response.json();
}

/** @param {string} url @param {RequestInit} [init] @returns {Promise<ImageBitmap>} */
async function requestImage(url, init) {
  const response = await request(url, init);
  return createImageBitmap(await response.blob());
}

/** @param {unknown} body @param {AbortSignal} [signal] @returns {RequestInit} */
const postInit = (body, signal) => ({
  method: "POST",
  body: JSON.stringify(body),
  headers: JSON_TYPE,
  signal: signal ?? null,
});

/** @returns {Promise<OptionSchemas>} */
export const fetchOptionSchemas = () => requestJson("/api/knobs");

/** @returns {Promise<Project[]>} newest first */
export const fetchProjects = () => requestJson("/api/projects");

/** @param {string} id @returns {Promise<Project>} */
export const fetchProject = (id) => requestJson(projectPath(id));

/** @param {string} id */
export const deleteProject = (id) => requestJson(projectPath(id), "DELETE");

/** @param {string} id @param {{name?: string, settings?: Settings, favourite?: boolean}} change @returns {Promise<Project>} */
export const changeProject = (id, change) => requestJson(projectPath(id), "PATCH", change);

/** @param {string} id @returns {Promise<HintsFile>} */
export const fetchHints = (id) => requestJson(projectPath(id, "/hints"));

/**
 * Save the hints. A small hints file is sent even when the page is closed meanwhile.
 * @param {string} id
 * @param {HintsFile} hints
 * @returns {Promise<Project>}
 */
export async function saveHints(id, hints) {
  const body = JSON.stringify(hints);
  const keepalive = body.length < KEEPALIVE_BYTES;
  const init = { method: "PUT", body, headers: JSON_TYPE, keepalive };
  return (await request(projectPath(id, "/hints"), init)).json();
}

/** @param {string} id @returns {Promise<HistoryInfo>} */
export const fetchHistory = (id) => requestJson(projectPath(id, "/history"));

/**
 * Undo steps, or do them again, until so many count.
 * @param {string} id
 * @param {number} done
 * @returns {Promise<{project: Project, hints: HintsFile, history: HistoryInfo}>}
 */
export const goToStep = (id, done) => requestJson(projectPath(id, "/history"), "PUT", { done });

/** @param {string} id @returns {Promise<Version[]>} the oldest first */
export const fetchVersions = (id) => requestJson(projectPath(id, "/versions"));

/** @param {string} id @param {string} name @returns {Promise<Version>} */
export const addVersion = (id, name) => requestJson(projectPath(id, "/versions"), "POST", { name });

/** @param {string} id @param {string} version its id @returns {Promise<{project: Project, hints: HintsFile, history: HistoryInfo}>} */
export const restoreVersion = (id, version) =>
  requestJson(projectPath(id, `/versions/${version}/restore`), "POST");

/** @param {string} id @param {string} version its id */
export const removeVersion = (id, version) => requestJson(projectPath(id, `/versions/${version}`), "DELETE");

/** @param {Project} project @param {Side} side */
export const thumbnailUrl = (project, side) =>
  projectPath(project.id, `/thumbnail?${query({ side, revision: project.revision })}`);

/** The address of the complete picture, as large as a screen. @param {Project} project @param {Side} side */
export function pictureUrl(project, side) {
  const scale = Math.min(1, LARGE / Math.max(project.width, project.height));
  const pixels = `${Math.ceil(project.width * scale)}x${Math.ceil(project.height * scale)}`;
  const parameters = { side, x: 0, y: 0, width: 1, height: 1, pixels, revision: project.revision };
  return projectPath(project.id, `/view?${query(parameters)}`);
}

/** The original, a part of it. @param {string} id @param {View} view */
export const fetchBefore = (id, view) =>
  requestImage(projectPath(id, `/view?${query({ side: "before", ...viewQuery(view) })}`));

/** The coloured photo, a part of it. @param {string} id @param {HintsFile} hints @param {Settings} settings @param {View} view */
export const paintPhoto = (id, hints, settings, view) =>
  requestImage(projectPath(id, "/paint"), postInit({ hints, settings, view }));

/** The uncertainty map, grey: white is unsure. @param {string} id @param {number} revision @param {number | null} frame of a film */
export const fetchUncertainty = (id, revision, frame) =>
  requestImage(projectPath(id, `${frame === null ? "" : `/frames/${frame}`}/doubt?${query({ revision })}`));

/** How unsure the network is along a film. @param {string} id @returns {Promise<FrameDoubts>} */
export const fetchDoubts = (id) => requestJson(projectPath(id, "/doubts"));

/** The shots that look like a frame, with its marks. @param {string} id @param {number} frame @param {HintsFile} hints @returns {Promise<AlikeShot[]>} */
export const findAlike = (id, frame, hints) =>
  requestJson(projectPath(id, `/frames/${frame}/alike`), "POST", hints);

/** A small frame in colour; a draft where the final colours would take long. @param {string} id @param {number} frame @param {number} width @param {number} revision */
export const smallFrameUrl = (id, frame, width, revision) =>
  projectPath(id, `/frames/${frame}?${query({ side: "after", width, revision, draft: "true" })}`);

/**
 * Likely colours at a position.
 * @param {string} id
 * @param {number} x
 * @param {number} y
 * @param {number} [frame] of a film
 * @returns {Promise<LikelyColor[]>}
 */
export const fetchLikelyColors = (id, x, y, frame) =>
  requestJson(projectPath(id, `/colors?${query(frame === undefined ? { x, y } : { x, y, frame })}`));

/**
 * Other ways to colour a photo or a frame.
 * @param {string} id
 * @param {{count: number, seed: number, frame?: number}} parameters
 * @returns {Promise<Variation[]>}
 */
export const fetchVariations = (id, parameters) =>
  requestJson(projectPath(id, `/variations?${query(parameters)}`));

/** @param {string} id @param {number} frame @param {Side} side @param {number} width @param {number} revision */
export const frameUrl = (id, frame, side, width, revision) =>
  projectPath(id, `/frames/${frame}?${query({ side, width, revision })}`);

/** @param {string} url */
export const fetchFrame = (url) => requestImage(url);

/** @param {string} id @param {number} frame @param {HintsFile} hints @param {Settings} settings @param {number} width */
export const paintFrame = (id, frame, hints, settings, width) =>
  requestImage(projectPath(id, `/frames/${frame}/paint`), postInit({ hints, settings, width }));

/** @param {string} id @returns {Promise<Job>} */
export const findShots = (id) => requestJson(projectPath(id, "/shots"), "POST", { detect: true });

/** @param {string} id @param {FrameRange[]} shots @returns {Promise<Shot[]>} */
export const saveShots = (id, shots) => requestJson(projectPath(id, "/shots"), "PUT", shots);

/** The address of an uploaded picture, small. @param {string} id @param {string} name */
export const pictureThumbnailUrl = (id, name) => projectPath(id, `/pictures/${encodeURIComponent(name)}`);

/**
 * How much of the photo, or of a frame, each saved reference matches.
 * @param {string} id
 * @param {number} [frame] of a film
 * @returns {Promise<ReferenceMatch[]>}
 */
export const fetchMatches = (id, frame) =>
  requestJson(projectPath(id, `/matches${frame === undefined ? "" : `?${query({ frame })}`}`));

/** Upload a coloured picture that hints can name. @param {string} id @param {File} file @returns {Promise<{name: string}>} */
export async function uploadReference(id, file) {
  const init = { method: "POST", body: file, headers: BINARY_TYPE };
  return (await request(projectPath(id, "/pictures"), init)).json();
}

/** @param {string} id @param {number} first @param {number} last @param {number} width of the frames, long side */
export const playUrl = (id, first, last, width) =>
  projectPath(id, `/frames/${first}/play?${query({ last, width })}`);

/** The bytes of a response, as they arrive. @param {string} url @param {AbortSignal} signal */
export async function openStream(url, signal) {
  const { body } = await request(url, { signal });
  if (!body) throw new ApiError("Unexpected", "The studio returned nothing.", 200);
  return body;
}

/** @param {string} id @param {boolean} [toFolder] also save a copy in the studio's folder @returns {Promise<Job>} */
export const startExport = (id, toFolder = false) =>
  requestJson(projectPath(id, toFolder ? "/export?to_folder=true" : "/export"), "POST");

/** @param {string} id */
export const exportUrl = (id) => projectPath(id, "/export");

/** The address of one ZIP with the exported files. @param {string[]} ids */
export const zipUrl = (ids) => `/api/exports?${new URLSearchParams(ids.map((id) => ["project", id]))}`;

/** A picture for sharing. @param {string} id @param {"comparison" | "animation"} what @param {number} frame of a film */
export const shareUrl = (id, what, frame) => projectPath(id, `/${what}?${query({ frame })}`);

/** Add the sample picture. @returns {Promise<Project>} */
export const addSample = () => requestJson("/api/projects/sample", "POST");

/** Let the browser save a file of the server. @param {string} url @param {string} name */
export function saveFrom(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

/**
 * Tune the network to the colours of some projects.
 * @param {string[]} projects ids
 * @param {string} name of the new model
 * @param {number} minutes at most
 * @returns {Promise<Job>}
 */
export const learnColors = (projects, name, minutes) =>
  requestJson("/api/models", "POST", { projects, name, minutes });

/** @returns {Promise<Job[]>} */
export const fetchJobs = () => requestJson("/api/jobs");

/** @param {string} id @returns {Promise<Job>} */
export const cancelJob = (id) => requestJson(`/api/jobs/${id}/cancel`, "POST");

/** Start a failed or cancelled job again. @param {string} id @returns {Promise<Job>} */
export const retryJob = (id) => requestJson(`/api/jobs/${id}/again`, "POST");

/** @returns {Promise<{paused: boolean}>} */
export const fetchQueue = () => requestJson("/api/queue");

/** @param {boolean} paused @returns {Promise<{paused: boolean}>} */
export const pauseQueue = (paused) => requestJson("/api/queue", "POST", { paused });

/** Sign in with the token of a studio that other computers can reach; the server sets a cookie. @param {string} token */
export const signIn = (token) => requestJson("/api/session", "POST", { token });

/**
 * Upload a file as a new project. This is an XMLHttpRequest because `fetch` does not report upload progress.
 * @param {File} file
 * @param {(done: number) => void} progress 0…1
 * @param {AbortSignal} signal
 * @returns {Promise<Project>}
 */
export function uploadProject(file, progress, signal) {
  return new Promise((resolve, reject) => {
    const upload = new XMLHttpRequest();
    upload.open("POST", `/api/projects?${query({ name: file.name })}`);
    upload.setRequestHeader("Content-Type", "application/octet-stream");
    upload.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0);
    upload.onload = () =>
      upload.status < 300
        ? resolve(JSON.parse(upload.responseText))
        : reject(errorOf(upload.status, upload.responseText));
    const lost = `${file.name}: the connection was lost during the upload. Check that the studio still runs.`;
    upload.onerror = () => reject(new ApiError("Unreachable", lost, 0));
    upload.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    signal.addEventListener("abort", () => upload.abort());
    upload.send(file);
  });
}
