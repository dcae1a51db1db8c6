/** The icons: line drawings on a grid of 24 × 24. */

/** @type {Record<string, string>} */
const PATHS = {
  brush:
    "M20 4c-4.5 1.5-8.5 5-11 9l2 2c4-2.5 7.5-6.5 9-11M8.5 13.5c-2.5 0-3.5 1.5-3.5 3.5 0 1.5-1 2.5-2 3 3.5.8 8 .2 8-4",
  point: "M12 4v4M12 16v4M4 12h4M16 12h4M12 12h.01",
  erase:
    "M9 19 4.5 14.5a1.5 1.5 0 0 1 0-2L12.5 4.5a1.5 1.5 0 0 1 2 0l5 5a1.5 1.5 0 0 1 0 2L12 19H9M8.5 8.5l7 7M12 19h8",
  grey: "M12 3.5c3.5 4 5.5 7 5.5 10a5.5 5.5 0 0 1-11 0c0-3 2-6 5.5-10M5 5l14 14",
  pick: "M14 6l4 4M12.5 7.5l4 4M15.2 4.8a2.3 2.3 0 0 1 3.3 0l.7.7a2.3 2.3 0 0 1 0 3.3l-2 2-4-4 2-2M13 8.5l-7.5 7.5L4.5 19.5 8 18.5l7.5-7.5",
  hand: "M8 12V6.5a1.5 1.5 0 0 1 3 0V11M11 10.5V5a1.5 1.5 0 0 1 3 0v5.5M14 10.5V6.5a1.5 1.5 0 0 1 3 0V14c0 4-2 6.5-5.5 6.5-3 0-4.5-1.5-6-4.5L4 12.8c-.6-1.3 1.2-2.3 2.2-1.2L8 13.5",
  area: "M6 15c-3-4 0-9 6-9s9 4 6 7-7 1-8 4 1 3 3 3M6 15l-2 5",
  select: "M6 4l12 9-5.5.8L9.5 19z",
  undo: "M9 7 5 11l4 4M5 11h9a5 5 0 0 1 0 10h-2",
  redo: "M15 7l4 4-4 4M19 11h-9a5 5 0 0 0 0 10h2",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4",
  uncertainty:
    "M12 12h.01M12 8.5c2.5 0 4 1.3 4 3.3 0 2.2-1.7 3.7-4 3.7s-4-1.5-4-3.5 1.7-3.5 4-3.5M13 4.5c4.5.3 7.5 3 7 7.5-.4 4.5-4 7.8-8.5 7.5S4 16 4 12s3.5-7.9 9-7.5",
  marks: "M4 17c3-6 5-6 7-2s4 3 9-6M4 17h.01M20 9h.01",
  play: "M8 5v14l11-7z",
  pause: "M9 5v14M15 5v14",
  previous: "M15 6l-6 6 6 6",
  next: "M9 6l6 6-6 6",
  first: "M17 6l-6 6 6 6M7 6v12",
  last: "M7 6l6 6-6 6M17 6v12",
  split: "M12 3v18M8 8l-4 4 4 4M16 8l4 4-4 4",
  join: "M12 4v3M12 17v3M3 12h6M6 9l3 3-3 3M21 12h-6M18 9l-3 3 3 3",
  export: "M12 15V4M8 8l4-4 4 4M5 14v5a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-5",
  download: "M12 4v11M8 11l4 4 4-4M5 17v2a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-2",
  film: "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1M8 4v16M16 4v16M4 8h4M4 12h4M4 16h4M16 8h4M16 12h4M16 16h4",
  photo:
    "M5 5h14a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1M4 16l4.5-4.5L13 16M12 15l3-3 5 5M15.5 8.5h.01",
  trash: "M5 7h14M10 7V5h4v2M7 7l.8 12h8.4L17 7M10.5 10.5v5M13.5 10.5v5",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h10v10H9zM5 15V5h10",
  check: "M5 12.5 10 17.5 19 7.5",
  warn: "M12 4 3 19.5h18zM12 10v4.5M12 17h.01",
  again: "M19 12a7 7 0 1 1-2-4.9M19 4v4h-4",
  more: "M5 11.5h1v1H5zM11.5 11.5h1v1h-1zM18 11.5h1v1h-1z",
  star: "M12 4l2.4 5 5.6.7-4.1 3.8 1.1 5.5-5-2.8-5 2.8 1.1-5.5L4 9.7 9.6 9z",
  folder: "M4 6h5l2 2h9v10H4z",
  sliders: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  "theme-system": "M4 5h16v11H4zM9 20h6M12 16v4",
  "theme-light":
    "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4",
  "theme-dark": "M19 14.5A7.5 7.5 0 0 1 9.5 5 7.5 7.5 0 1 0 19 14.5",
  help: "M3 7h18v10H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M8 14h8",
};

/** Create a decorative icon. The button that contains it needs its own label. @param {string} name @param {number} [size] in pixels */
export function icon(name, size = 20) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("width", String(size));
  svg.setAttribute("height", String(size));
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name] ?? "");
  svg.append(path);
  return svg;
}
