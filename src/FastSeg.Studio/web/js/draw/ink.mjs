/** @import {Operation, Transform} from '../shared/types.mjs' */
import { Parts } from '../shared/geometry.mjs';
import { Runs, runsOf } from './raster.mjs';

/** A shape that the server has not drawn yet; pixels where the image is shown at full size or larger, an outline where it is smaller. */
export class Ink {
  /** @type {number|null} the version of the labels that hold it */
  version = null;
  /** @type {Runs|null} */
  #runs = null;
  /** @type {Path2D|null} */
  #path = null;

  /** @param {Operation} operation */
  constructor(operation) {
    this.operation = operation;
  }

  /** @param {CanvasRenderingContext2D} context @param {Transform} view @param {string} colour */
  draw(context, view, colour) {
    const { kind, points, radius } = this.operation;
    if (kind === 'stroke' && magnified(view)) {
      this.#runs ??= runsOf(points, radius);
      drawRuns(context, view, this.#runs.all(), this.operation.class, colour);
    } else {
      this.#path ??= pathOf(this.operation);
      drawPath(context, view, this.operation, this.#path, colour);
    }
  }
}

/** Whether an image pixel is at least a pixel of the screen. @param {Transform} view */
export function magnified(view) {
  return view.scale * (window.devicePixelRatio || 1) >= 1;
}

/** The outline of a stroke or polygon in pixels of the image. @param {Operation} operation */
export function pathOf({ kind, points }) {
  const path = new Path2D();
  path.moveTo(points[0] / Parts, points[1] / Parts);
  for (let i = 2; i < points.length; i += 2) path.lineTo(points[i] / Parts, points[i + 1] / Parts);
  if (points.length === 2) path.lineTo(points[0] / Parts, points[1] / Parts + 1e-3);
  if (kind === 'polygon') path.closePath();
  return path;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Transform} view
 * @param {Operation} operation
 * @param {Path2D} path
 * @param {string} colour
 */
export function drawPath(context, view, operation, path, colour) {
  const ratio = window.devicePixelRatio || 1, scale = view.scale * ratio;
  context.save();
  context.setTransform(scale, 0, 0, scale, view.x * ratio, view.y * ratio);
  context.globalCompositeOperation = operation.class === 0 ? 'destination-out' : 'source-over';
  context.fillStyle = context.strokeStyle = colour;
  if (operation.kind === 'polygon') context.fill(path, 'evenodd');
  else {
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = Math.max(2 * operation.radius / Parts, 1 / scale);
    context.stroke(path);
  }
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Transform} view
 * @param {[number, number, number][]} runs
 * @param {number} value  of the class; 0 erases
 * @param {string} colour
 */
export function drawRuns(context, view, runs, value, colour) {
  const ratio = window.devicePixelRatio || 1, scale = view.scale * ratio, left = view.x * ratio, top = view.y * ratio;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = colour;
  for (const [row, from, to] of runs) {
    const x = Math.round(left + from * scale), y = Math.round(top + row * scale);
    const width = Math.round(left + to * scale) - x, height = Math.round(top + (row + 1) * scale) - y;
    if (value === 0) context.clearRect(x, y, width, height);
    else context.fillRect(x, y, width, height);
  }
}
