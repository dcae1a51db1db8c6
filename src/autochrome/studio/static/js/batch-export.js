/** Export several projects and get all files: as one ZIP, or in the folder that the studio was started with. */

import * as api from "./api.js";
import { formatCount } from "./format.js";
import { isActive, isExported, jobs, projects, updateJob } from "./state.js";
import { toast } from "./toast.js";

/** Export what is not exported yet, then save all files as one ZIP. @param {string[]} ids */
export async function saveZip(ids) {
  const started = [];
  for (const id of ids) {
    const project = projects.value.get(id);
    if (project && !isExported(project)) started.push(await api.startExport(id));
  }
  started.forEach(updateJob);
  if (started.length)
    toast(`${formatCount(started.length, "file is", "files are")} exported; then the ZIP is saved.`);
  await Promise.all(started.map((job) => waitForEnd(job.id)));
  const ready = ids.filter((id) => projects.value.get(id)?.export?.ready);
  if (ready.length < ids.length) {
    toast(
      `${formatCount(ids.length - ready.length, "export", "exports")} failed; the queue says why.`,
      "error",
    );
  }
  if (ready.length) api.saveFrom(api.zipUrl(ready), "autochrome.zip");
}

/** Export into the folder. @param {string[]} ids @param {string} folder its name */
export async function saveToFolder(ids, folder) {
  for (const id of ids) updateJob(await api.startExport(id, true));
  toast(`${formatCount(ids.length, "file goes", "files go")} to the folder ${folder}; the queue shows when.`);
}

/** Wait until a job has ended. @param {string} id @returns {Promise<void>} */
function waitForEnd(id) {
  const done = new AbortController();
  return new Promise((resolve) =>
    jobs.subscribe((all) => {
      if (isActive(all.get(id))) return;
      resolve();
      queueMicrotask(() => done.abort());
    }, done.signal),
  );
}
