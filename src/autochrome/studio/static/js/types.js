/**
 * The nouns that pass between the page and the server. Nothing here runs.
 *
 * @typedef {{x: number, y: number, color: string, radius?: number | null}} Point
 * @typedef {{path: [number, number][], color: string, width: number}} Stroke
 * @typedef {{x: number, y: number, width: number, height: number, color: string}} Rectangle
 *
 * What a person knows about one picture; places are 0…1 of the picture, sizes shares of its short side. For a frame of a
 * film, `reference` may name a coloured picture of the same things, and `picture` that very frame in colour.
 * @typedef {{points?: Point[], strokes?: Stroke[], rectangles?: Rectangle[], reference?: string | null,
 *   picture?: string | null}} Marks
 * @typedef {Marks & {frame?: number | null, time?: number | null}} KeyFrame
 * @typedef {Marks & {version: 1, frames?: KeyFrame[]}} HintsFile
 *
 * @typedef {Record<string, string | number | boolean>} Settings
 * @typedef {{first: number, last: number, start: number, end: number, doubt: number | null}} Shot
 * @typedef {{seconds: number, fps: number, frames: number, shots: Shot[] | null}} Film
 * @typedef {{ready: boolean, name: string | null, revision: number | null}} Export
 * @typedef {{id: string, kind: "photo" | "film", name: string, created: string, width: number, height: number,
 *   suffix: string, settings: Settings, revision: number, notes: string[], film?: Film | null, export?: Export | null}} Project
 *
 * @typedef {"waiting" | "running" | "done" | "failed" | "cancelled"} JobState
 * @typedef {{id: string, project: string, what: "export" | "shots" | "preview", state: JobState, done: number,
 *   note: string, error?: string | null, created: string, shot?: number | null}} Job
 *
 * @typedef {{type?: string, description?: string, default?: any, minimum?: number, maximum?: number,
 *   exclusiveMinimum?: number, enum?: string[], title?: string}} Knob
 * @typedef {{properties: Record<string, Knob>}} Schema
 * @typedef {{name: string, summary?: string}} ModelCard
 * @typedef {{photo: Schema, film: Schema, models: ModelCard[], model: string, version: string}} Knobs
 *
 * A part of the picture, in shares of it, and how many pixels to show it with.
 * @typedef {{x: number, y: number, width: number, height: number, pixels: [number, number]}} View
 * @typedef {{color: string, share: number}} Likely
 * @typedef {"before" | "after"} Side
 */

export {};
