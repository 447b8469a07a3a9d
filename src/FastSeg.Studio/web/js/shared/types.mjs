/**
 * The shapes that the page and the server exchange. This file holds types only.
 *
 * @typedef {object} ProjectImage
 * @property {string} id
 * @property {string} name
 * @property {string} [path]
 * @property {number} pages
 * @property {number} width
 * @property {number} height
 * @property {number} channels
 * @property {string} type  sample type, such as uint8
 * @property {string|null} failure  why it cannot be read, one sentence
 * @property {Record<string, Record<string, number>>} labelled  page, class, pixels
 * @property {Record<string, Record<string, number>>|null} [fractions]  page, class, share of the area
 * @property {{size: number, unit: string}|null} [pixelSize]
 *
 * @typedef {object} ProjectClass
 * @property {number} value
 * @property {string} name
 * @property {string} colour  #rrggbb
 *
 * @typedef {object} Project
 * @property {string} id
 * @property {string} name
 * @property {string} folder
 * @property {number} version
 * @property {string} instance
 * @property {ProjectImage[]} images
 * @property {ProjectClass[]} classes
 * @property {number} nextClass
 * @property {boolean} canUndo
 * @property {boolean} canRedo
 * @property {Record<string, any>} settings
 * @property {string} commandLine
 * @property {boolean} firstRun
 * @property {string|null} [mended]  what was wrong with the project's files and was put right, a sentence
 *
 * @typedef {object} Change
 * @property {string} [id]
 * @property {number} version
 * @property {string|null} image
 * @property {number} page
 * @property {[number, number, number, number]|null} region
 * @property {boolean} classesChanged
 * @property {boolean} [duplicate]
 * @property {boolean} [nothing]
 *
 * @typedef {object} Answer  to operations, undo and redo
 * @property {number} version
 * @property {Change[]} changes
 * @property {boolean} canUndo
 * @property {boolean} canRedo
 *
 * @typedef {Record<string, any> & {id: string, kind: string}} Operation
 *
 * @typedef {object} LiveStatus
 * @property {string} state
 * @property {string} text
 * @property {number} [model]
 * @property {string|null} [image]
 * @property {number} [page]
 * @property {number} [version]
 * @property {number|null} [fraction]
 * @property {string|null} [note]  what the person should know of this result
 *
 * @typedef {object} OverlayNews
 * @property {string} image
 * @property {number} page
 * @property {number} model
 * @property {[number, number, number, number]} region
 * @property {boolean} done
 * @property {string} [which]  live or before
 *
 * @typedef {object} Job
 * @property {string} id
 * @property {string} kind
 * @property {number} done
 * @property {number} total
 * @property {number|null} secondsLeft
 * @property {string} state
 * @property {string} text
 *
 * @typedef {object} Histogram
 * @property {string} type
 * @property {number} least
 * @property {number} most
 * @property {number[]} bins
 * @property {number} low
 * @property {number} high
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Rect
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number}} Spot
 * @typedef {{scale: number, x: number, y: number, width: number, height: number}} Transform
 *   Image pixel p lies at x + p * scale of the viewer, in CSS pixels; width and height are the viewer's.
 * @typedef {{low: number, high: number}} Window
 */
export {};
