/** @import {Change, Operation, Transform} from './types.mjs' */
import { Layer } from './layer.mjs';
import { Parts } from './geometry.mjs';

/**
 * A shape that the server has not drawn yet.
 * @typedef {{operation: Operation, path: Path2D, version: number|null}} Ink
 */

/** The labels, and above them the ink that the server has not turned into labels yet. */
export class LabelLayer extends Layer {
  /** @type {Ink[]} */
  #ink = [];
  /** @type {(value: number) => string} */
  colourOf = () => '#ffffff';
  /** Drawn last: the stroke under the pen. @type {((context: CanvasRenderingContext2D) => void)|null} */
  live = null;

  /** @param {HTMLCanvasElement} canvas @param {import('./layer.mjs').Address} address */
  constructor(canvas, address) {
    super(canvas, address);
    this.merged = (/** @type {Response} */ answer) => this.#dry(Number(answer.headers.get('X-Version') ?? Infinity));
  }

  /** Shows an operation until the labels that it makes are there. @param {Operation} operation */
  add(operation) {
    const path = pathOf(operation);
    if (path) this.#ink.push({ operation, path, version: null });
  }

  /** The server has drawn it: its ink goes when the labels of its region are here. @param {string} id @param {Change} change */
  acknowledge(id, change) {
    const ink = this.#ink.find((item) => item.operation.id === id);
    if (ink) ink.version = change.version;
  }

  /** Takes an operation back that the server refused. @param {string} id */
  remove(id) {
    this.#ink = this.#ink.filter((item) => item.operation.id !== id);
    this.changed();
  }

  /** Lets go of the ink whose labels have arrived. @param {number} version of the labels */
  #dry(version) {
    if (this.busy) return;
    this.#ink = this.#ink.filter((item) => item.version === null || item.version > version);
  }

  /** Ink of pages that are not shown needs no picture. */
  settle() {
    if (!this.busy) this.#ink = this.#ink.filter((item) => item.version === null);
    this.changed();
  }

  /** @override @param {Transform} view */
  draw(view) {
    super.draw(view);
    const { sheet, context } = this;
    if (!sheet || !this.shown) return;
    for (const { operation, path } of this.#ink)
      if (operation.image === sheet.image && operation.page === sheet.page) drawShape(context, view, operation, path, this.colourOf);
    this.live?.(context);
  }
}

/** The outline of a stroke or polygon in pixels of the image; null for operations without one. @param {Operation} operation */
export function pathOf(operation) {
  if (operation.kind !== 'stroke' && operation.kind !== 'polygon') return null;
  const path = new Path2D(), points = /** @type {number[]} */ (operation.points);
  path.moveTo(points[0] / Parts, points[1] / Parts);
  for (let i = 2; i < points.length; i += 2) path.lineTo(points[i] / Parts, points[i + 1] / Parts);
  if (points.length === 2) path.lineTo(points[0] / Parts, points[1] / Parts + 1e-3);
  if (operation.kind === 'polygon') path.closePath();
  return path;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Transform} view
 * @param {Operation} operation
 * @param {Path2D} path
 * @param {(value: number) => string} colourOf
 */
export function drawShape(context, view, operation, path, colourOf) {
  const ratio = window.devicePixelRatio || 1, scale = view.scale * ratio;
  context.save();
  context.setTransform(scale, 0, 0, scale, view.x * ratio, view.y * ratio);
  context.globalCompositeOperation = operation.class === 0 ? 'destination-out' : 'source-over';
  const colour = operation.class === 0 ? '#000000' : colourOf(operation.class);
  if (operation.kind === 'polygon') {
    context.fillStyle = colour;
    context.fill(path, 'evenodd');
  } else {
    context.strokeStyle = colour;
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = 2 * operation.radius / Parts;
    context.stroke(path);
  }
  context.restore();
}
