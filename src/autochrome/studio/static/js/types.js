/**
 * Types of the data that the page and the server exchange. Nothing here runs.
 *
 * Positions are 0…1 of the picture's width and height; sizes are fractions of its short side.
 * @typedef {{x: number, y: number}} Position
 * @typedef {{color: string, reach?: number | null, strength?: number}} Paint
 * @typedef {Paint & {x: number, y: number, radius?: number | null, by?: "machine" | null}} Point
 * @typedef {Paint & {path: [number, number][], width: number}} Stroke
 * @typedef {Paint & {x: number, y: number, width: number, height: number}} Rectangle
 * @typedef {Paint & {outline: [number, number][]}} Area
 * @typedef {Point | Stroke | Rectangle | Area} Mark
 * @typedef {"points" | "strokes" | "areas" | "rectangles"} MarkKind
 *
 * The marks on one photo or frame. On a frame of a film, `reference` may name a coloured picture of similar things, and
 * `picture` the same frame in colour.
 * @typedef {{points?: Point[], strokes?: Stroke[], rectangles?: Rectangle[], areas?: Area[],
 *   reference?: string | null, references?: Reference[], picture?: string | null}} Marks
 * @typedef {{file: string, mask?: [number, number][] | null}} Reference
 * @typedef {{file: string, share: number, matches: boolean}} ReferenceMatch
 * @typedef {Marks & {frame?: number | null, time?: number | null}} KeyFrame
 * @typedef {Marks & {version: 1, frames?: KeyFrame[]}} HintsFile
 *
 * `doubt` is the uncertainty of the network in a shot, 0…1.
 * @typedef {Record<string, string | number | boolean>} Settings
 * @typedef {{first: number, last: number, start: number, end: number, doubt: number | null}} Shot
 * @typedef {{first: number, last: number}} FrameRange
 * @typedef {{frame: number, count: number, drop: boolean}} Timecode
 * @typedef {{seconds: number, fps: number, frames: number, shots: Shot[] | null, timecode?: Timecode | null}} Film
 * @typedef {{ready: boolean, name: string | null, revision: number | null, notes?: string[],
 *   losses?: string[]}} Export
 * @typedef {{id: string, kind: "photo" | "film", name: string, created: string, width: number, height: number,
 *   suffix: string, settings: Settings, revision: number, notes: string[], losses?: string[], favourite: boolean,
 *   film?: Film | null,
 *   export?: Export | null}} Project
 *
 * `done` is the progress of a job, 0…1.
 * @typedef {"waiting" | "running" | "done" | "failed" | "cancelled"} JobState
 * @typedef {{id: string, project: string, what: "export" | "shots" | "preview" | "adapt", state: JobState, done: number,
 *   note: string, error?: string | null, created: string, shot?: number | null,
 *   adapt?: {name: string, projects: string[], minutes: number} | null}} Job
 *
 * The JSON schemas of the options of a photo and of a film, and the models to choose from.
 * @typedef {{type?: string, description?: string, default?: any, minimum?: number, maximum?: number,
 *   exclusiveMinimum?: number, enum?: string[], title?: string}} OptionSchema
 * @typedef {{properties: Record<string, OptionSchema>}} Schema
 * @typedef {{name: string, summary?: string}} ModelCard
 * @typedef {{photo: Schema, film: Schema, models: ModelCard[], model: string,
 *   looks: Record<string, Settings>, version: string, folder: string | null}} OptionSchemas
 *
 * A step of the history: `frame` is where its change is seen, `names` are those of the settings.
 * @typedef {{label: string, part: "marks" | "settings" | "cuts", frame?: number | null, names?: string[]}} HistoryStep
 * @typedef {{done: number, steps: HistoryStep[]}} HistoryInfo
 *
 * A part of the picture (0…1), and how many pixels to render it with.
 * @typedef {{x: number, y: number, width: number, height: number, pixels: [number, number]}} View
 * @typedef {{color: string, share: number}} LikelyColor
 * @typedef {{id: string, name: string, created: string, hints: HintsFile, settings: Settings}} Version
 * @typedef {{points: Point[], apart: number, picture: string}} Variation
 * @typedef {"before" | "after"} Side
 *
 * How unsure the network is of some frames of a film, 0…1.
 * @typedef {{frames: number[], doubts: (number | null)[]}} FrameDoubts
 *
 * A shot that looks like a frame, and the marks of that frame on the most similar frame of the shot; `lost` marks found no
 * place there.
 * @typedef {{first: number, frame: number, similarity: number, marks: KeyFrame, lost: number}} AlikeShot
 */

export {};
