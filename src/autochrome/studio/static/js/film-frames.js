/** The frames of a film as pictures for the editor's canvas. */

/** @import {Project, View} from "./types.js" */
/** @import {EditorSession} from "./session.js" */
import * as api from "./api.js";
import { isEmpty, marksOf } from "./marks.js";

const WIDTH = 960; // pixels, long side of a frame in the editor
const ZOOMED_WIDTH = 2048; // pixels, when zoomed in

export class FilmFrames {
  #version = Date.now(); // in addresses of frames: the browser must not show cached frames after a change

  /** @param {Project} project */
  constructor(project) {
    this.project = project;
  }

  /** Marks, settings or shots have changed. */
  outdate() {
    this.#version += 1;
  }

  /** Frames are rendered complete, larger when zoomed in. @param {EditorSession} session @returns {import("./layers.js").Source} */
  source(session) {
    const { id, width, height } = this.project;
    const complete = (/** @type {View} */ visible) => {
      const size = visible.pixels[0] / visible.width <= WIDTH ? WIDTH : ZOOMED_WIDTH;
      /** @type {View} */
      const view = { x: 0, y: 0, width: 1, height: 1, pixels: [size, size] };
      return { view, size };
    };
    return {
      width,
      height,
      parts: false,
      before: async (visible) => {
        const { view, size } = complete(visible);
        const { compared } = session;
        if (compared) {
          const { hints, settings } = compared;
          return { view, image: await api.paintFrame(id, session.frame ?? 0, hints, settings, size) };
        }
        const url = api.frameUrl(id, session.frame ?? 0, "before", size, 0);
        return { view, image: await api.fetchFrame(url) };
      },
      after: async (visible) => {
        const { view, size } = complete(visible);
        return { view, image: await this.#paint(session, size) };
      },
    };
  }

  /** @param {EditorSession} session @param {number} size */
  async #paint(session, size) {
    const { id } = this.project;
    const frame = session.frame ?? 0;
    if (!isEmpty(marksOf(session.hints, frame))) {
      return api.paintFrame(id, frame, session.hints, session.settings, size);
    }
    await session.save(); // the colours come from the saved hints of other frames
    return api.fetchFrame(api.frameUrl(id, frame, "after", size, this.#version));
  }
}
