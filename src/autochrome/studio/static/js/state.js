/** What the page knows of the server: projects and jobs, kept fresh by its events. */

/** @import {Job, Knobs, Project} from "./types.js" */
import * as api from "./api.js";

/** A value that tells when it changes. @template T */
export class Kept {
  /** @type {Set<(value: T) => void>} */
  #ears = new Set();

  /** @param {T} value */
  constructor(value) {
    this.value = value;
  }

  /** @param {T} value */
  set(value) {
    this.value = value;
    for (const ear of [...this.#ears]) ear(value);
  }

  /** Hears the value now and at each change, until the signal ends it. @param {(value: T) => void} ear @param {AbortSignal} until */
  hear(ear, until) {
    this.#ears.add(ear);
    until.addEventListener("abort", () => this.#ears.delete(ear));
    ear(this.value);
  }
}

/** @type {Kept<Map<string, Project>>} */
export const projects = new Kept(new Map());
/** @type {Kept<Map<string, Job>>} */
export const jobs = new Kept(new Map());
export const paused = new Kept(false);
export const reached = new Kept(false);

/** @type {Promise<Knobs> | null} */
let asked = null;

/** The knobs, asked for once. */
export function knobs() {
  asked ??= api.knobs().catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}

/** @param {Project} project */
export const keepProject = (project) => projects.set(new Map(projects.value).set(project.id, project));

/** @param {Job} job */
export const keepJob = (job) => jobs.set(new Map(jobs.value).set(job.id, job));

/** @param {string} id */
export function dropProject(id) {
  const rest = new Map(projects.value);
  rest.delete(id);
  projects.set(rest);
}

/** Newest first. @param {Map<string, Project> | Map<string, Job>} things */
export const newest = (things) =>
  [...things.values()].sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : 0));

/** The newest job of a project. @param {string} id @param {string} [what] @param {(job: Job) => boolean} [fits] */
export function jobOf(id, what, fits = () => true) {
  const found = [...jobs.value.values()].filter(
    (job) => job.project === id && (!what || job.what === what) && fits(job),
  );
  return found.sort((a, b) => (a.created < b.created ? 1 : -1))[0] ?? null;
}

/** @param {Job | null | undefined} job */
export const active = (job) => !!job && ["waiting", "running"].includes(job.state);

async function readAll() {
  const [allProjects, allJobs, queue] = await Promise.all([api.projects(), api.jobs(), api.queue()]);
  projects.set(new Map(allProjects.map((project) => [project.id, project])));
  jobs.set(new Map(allJobs.map((job) => [job.id, job])));
  paused.set(queue.paused);
  reached.set(true);
}

/** Reads everything and stays informed. After a break in the line everything is read again. */
export async function connect() {
  await readAll();
  const source = new EventSource("/api/events");
  let broken = false;
  source.onopen = () => {
    if (broken) {
      broken = false;
      void readAll().catch(() => {
        broken = true;
      });
    }
  };
  source.onerror = () => {
    broken = true;
    reached.set(false);
  };
  source.addEventListener("job", (event) => keepJob(JSON.parse(event.data)));
  source.addEventListener("project", (event) => {
    const project = JSON.parse(event.data);
    if (project.gone) dropProject(project.id);
    else keepProject(project);
  });
}
