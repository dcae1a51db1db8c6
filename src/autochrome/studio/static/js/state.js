/** The page's copy of the server's state: projects and jobs, updated by server-sent events. */

/** @import {Job, OptionSchemas, Project} from "./types.js" */
import * as api from "./api.js";

/** A value with listeners that are called when it changes. @template T */
export class Observable {
  /** @type {Set<(value: T) => void>} */
  #listeners = new Set();

  /** @param {T} value */
  constructor(value) {
    this.value = value;
  }

  /** @param {T} value */
  set(value) {
    this.value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  /**
   * Call a listener now and at each change, until the signal aborts.
   * @param {(value: T) => void} listener
   * @param {AbortSignal} signal
   */
  subscribe(listener, signal) {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener));
    listener(this.value);
  }
}

/** @type {Observable<Map<string, Project>>} */
export const projects = new Observable(new Map());
/** @type {Observable<Map<string, Job>>} */
export const jobs = new Observable(new Map());
export const paused = new Observable(false);
export const online = new Observable(false);

/** @type {Promise<OptionSchemas> | null} */
let optionSchemas = null;

/** The schemas of all options; they are fetched once. */
export function loadOptionSchemas() {
  optionSchemas ??= api.fetchOptionSchemas().catch((error) => {
    optionSchemas = null;
    throw error;
  });
  return optionSchemas;
}

/** @param {Project} project */
export const updateProject = (project) => projects.set(new Map(projects.value).set(project.id, project));

/** @param {Job} job */
export const updateJob = (job) => jobs.set(new Map(jobs.value).set(job.id, job));

/** @param {string} id */
export function removeProject(id) {
  const rest = new Map(projects.value);
  rest.delete(id);
  projects.set(rest);
}

/** @template {{created: string}} T @param {Map<string, T>} items @returns {T[]} newest first */
export const newestFirst = (items) =>
  [...items.values()].sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : 0));

/**
 * The newest job of a project.
 * @param {string} id
 * @param {Job["what"]} [what] only jobs of this kind
 * @param {(job: Job) => boolean} [filter]
 */
export function latestJob(id, what, filter = () => true) {
  const fits = (/** @type {Job} */ job) => job.project === id && (!what || job.what === what) && filter(job);
  return newestFirst(jobs.value).find(fits) ?? null;
}

/** Whether a job waits or runs. @param {Job | null | undefined} job */
export const isActive = (job) => !!job && ["waiting", "running"].includes(job.state);

/** Whether there is an exported file of the project's newest revision. @param {Project} project */
export const isExported = (project) =>
  Boolean(project.export?.ready && project.export.revision === project.revision);

/** The page's address of a project's editor. @param {Project} project */
export const editorUrl = (project) => `#/${project.kind}/${project.id}`;

async function loadAll() {
  const [allProjects, allJobs, queue] = await Promise.all([
    api.fetchProjects(),
    api.fetchJobs(),
    api.fetchQueue(),
  ]);
  projects.set(new Map(allProjects.map((project) => [project.id, project])));
  jobs.set(new Map(allJobs.map((job) => [job.id, job])));
  paused.set(queue.paused);
  online.set(true);
}

/** Load everything, then follow the server's events. After a lost connection everything is loaded again. */
export async function connect() {
  await loadAll();
  const source = new EventSource("/api/events");
  let lost = false;
  source.onopen = () => {
    if (!lost) return;
    lost = false;
    void loadAll().catch(() => {
      lost = true;
    });
  };
  source.onerror = () => {
    lost = true;
    online.set(false);
  };
  source.addEventListener("job", (event) => {
    const job = JSON.parse(event.data);
    if (job.what === "adapt" && job.state === "done") optionSchemas = null; // there is one model more
    updateJob(job);
  });
  source.addEventListener("project", (event) => {
    const project = JSON.parse(event.data);
    if (project.gone) removeProject(project.id);
    else updateProject(project);
  });
}
