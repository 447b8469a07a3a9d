import { toParts } from '../shared/geometry.mjs';

/** The server takes 100,000 points; what is longer becomes two strokes. */
const MostPoints = 50_000;

/** The points of a stroke under the pen, in 1/16 pixel; a point that rounds to the one before it is left out. */
export class Stroke {
  /** Whether another point would be too many for one operation. */
  get full() {
    return this.points.length >= 2 * MostPoints;
  }

  /** @type {number[]} x, y, x, y and so on */
  points = [];

  /** @param {number} x @param {number} y in pixels of the image */
  constructor(x, y) {
    this.points.push(toParts(x), toParts(y));
  }

  /** @param {number} x @param {number} y */
  add(x, y) {
    const column = toParts(x), row = toParts(y), last = this.points.length;
    if (this.points[last - 2] === column && this.points[last - 1] === row) return;
    this.points.push(column, row);
  }

  /** Makes it a straight line from its first point. @param {number} x @param {number} y */
  straighten(x, y) {
    this.points.length = 2;
    this.add(x, y);
  }
}

/** Radii of the brush in 1/16 pixel, from a pixel to a broad one. */
export const Radii = [0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 65, 80, 100, 130, 160, 200].map((r) => r * 16);

/** The next radius up (1) or down (-1). @param {number} radius @param {number} way */
export function nextRadius(radius, way) {
  if (way > 0) return Radii.find((other) => other > radius) ?? radius;
  return Radii.findLast((other) => other < radius) ?? radius;
}
