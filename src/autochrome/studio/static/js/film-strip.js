/** The film strip: small frames side by side in every shot, as many as there is room for. */

/** @import {Film, HintsFile, Settings, Project, Shot} from "./types.js" */
/** @import {ThumbnailLoader} from "./thumbnails.js" */
import * as api from "./api.js";
import { h } from "./dom.js";
import { shotVersion } from "./shots.js";

const PIXELS = 208; // long side of a small frame
const MAX_TILES = 400; // of one shot

export class FilmStrip {
  /** @param {Project} project @param {ThumbnailLoader} thumbnails */
  constructor(project, thumbnails) {
    this.id = project.id;
    this.aspect = project.width / project.height;
    this.thumbnails = thumbnails;
  }

  /** @param {Film} film @param {Element[]} items one for each shot @param {HintsFile} hints @param {Settings} settings */
  show(film, items, hints, settings) {
    (film.shots ?? []).forEach((shot, n) => {
      const strip = /** @type {HTMLElement | null} */ (items[n]?.querySelector(".film-strip"));
      if (strip) this.#fill(strip, shot, Number(shotVersion(shot, hints, settings)));
    });
  }

  /** Grey frames at once; those in colour follow. @param {HTMLElement} strip @param {Shot} shot @param {number} version */
  #fill(strip, shot, version) {
    const { clientWidth, clientHeight } = strip;
    const room = Math.max(1, Math.round(clientWidth / Math.max(1, clientHeight * this.aspect)));
    const frames = shot.last - shot.first + 1;
    const count = Math.min(room, frames, MAX_TILES);
    while (strip.children.length > count) strip.lastElementChild?.remove();
    while (strip.children.length < count) {
      strip.append(h("img", { alt: "", draggable: "false", loading: "lazy" }));
    }
    [...strip.children].forEach((child, n) => {
      const image = /** @type {HTMLImageElement} */ (child);
      const frame = shot.first + Math.floor(((n + 0.5) * frames) / count);
      if (image.dataset.frame !== String(frame)) {
        image.dataset.frame = String(frame);
        image.src = api.frameUrl(this.id, frame, "before", PIXELS, 0);
      }
      this.thumbnails.load(image, api.smallFrameUrl(this.id, frame, PIXELS, version));
    });
  }
}
