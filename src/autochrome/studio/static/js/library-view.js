/** Which projects the library shows, and in which order. The editor steps through the same list. */

/** @import {Project} from "./types.js" */
import { isExported, Observable, projects } from "./state.js";

/** @typedef {{label: string, fits: (project: Project) => boolean}} Filter */
/** @typedef {{label: string, compare: (a: Project, b: Project) => number}} Order */
/** @typedef {{filter: string, search: string, order: string}} LibraryView */

/** @type {Record<string, Filter>} */
export const FILTERS = {
  all: { label: "All", fits: () => true },
  photo: { label: "Photos", fits: (project) => project.kind === "photo" },
  film: { label: "Films", fits: (project) => project.kind === "film" },
  favourite: { label: "Favourites", fits: (project) => project.favourite },
  corrected: { label: "Corrected", fits: (project) => project.revision > 0 },
  exported: { label: "Exported", fits: isExported },
};
const newest = (/** @type {Project} */ a, /** @type {Project} */ b) =>
  a.created < b.created ? 1 : a.created > b.created ? -1 : 0;

/** @type {Record<string, Order>} */
export const ORDERS = {
  newest: { label: "Newest first", compare: newest },
  oldest: { label: "Oldest first", compare: (a, b) => newest(b, a) },
  name: {
    label: "By name",
    compare: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }) || newest(a, b),
  },
  size: { label: "Largest first", compare: (a, b) => b.width * b.height - a.width * a.height },
};

/** @type {Observable<LibraryView>} */
export const libraryView = new Observable({ filter: "all", search: "", order: "newest" });

/** @param {Partial<LibraryView>} change */
export const changeView = (change) => libraryView.set({ ...libraryView.value, ...change });

/** The projects that the library shows, in its order. @returns {Project[]} */
export function listedProjects() {
  const { filter, search, order } = libraryView.value;
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (/** @type {Project} */ project) =>
    FILTERS[filter].fits(project) && words.every((word) => project.name.toLowerCase().includes(word));
  return [...projects.value.values()].filter(fits).sort(ORDERS[order].compare);
}
