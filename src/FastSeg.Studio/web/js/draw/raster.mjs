import { Parts } from '../shared/geometry.mjs';

const Half = Parts / 2;

/**
 * The pixels of a stroke, as the server will draw them: those whose centre lies within the radius of the polyline. Kept as runs of columns
 * for each row, so that ink shows the very pixels that become labels.
 */
export class Runs {
  /** @type {Map<number, number[]>} row, then first column and the one after the last, again and again, ascending */
  rows = new Map();

  /** @param {number} radius in 1/16 pixel */
  constructor(radius) {
    this.radius = radius;
  }

  /**
   * Adds the pixels around a line, and gives their runs.
   * @param {number} ax
   * @param {number} ay
   * @param {number} bx
   * @param {number} by
   * @returns {[number, number, number][]} row, first column, the column after the last
   */
  add(ax, ay, bx, by) {
    const { radius } = this;
    const first = Math.ceil((Math.min(ay, by) - radius - Half) / Parts), last = Math.floor((Math.max(ay, by) + radius - Half) / Parts);
    /** @type {[number, number, number][]} */
    const added = [];
    for (let row = first; row <= last; row++) {
      const run = runOf(ax, ay, bx, by, radius, row);
      if (!run) continue;
      added.push([row, run[0], run[1]]);
      this.rows.set(row, join(this.rows.get(row) ?? [], run[0], run[1]));
    }
    return added;
  }

  /** All runs. @returns {[number, number, number][]} */
  all() {
    /** @type {[number, number, number][]} */
    const runs = [];
    for (const [row, columns] of this.rows)
      for (let i = 0; i < columns.length; i += 2) runs.push([row, columns[i], columns[i + 1]]);
    return runs;
  }
}

/** The runs of a whole stroke. @param {number[]} points @param {number} radius */
export function runsOf(points, radius) {
  const runs = new Runs(radius);
  if (points.length === 2) runs.add(points[0], points[1], points[0], points[1]);
  for (let i = 2; i < points.length; i += 2) runs.add(points[i - 2], points[i - 1], points[i], points[i + 1]);
  return runs;
}

/** Puts a run among the others of its row. @param {number[]} columns @param {number} from @param {number} to */
function join(columns, from, to) {
  const result = [];
  let i = 0;
  for (; i < columns.length && columns[i + 1] < from; i += 2) result.push(columns[i], columns[i + 1]);
  for (; i < columns.length && columns[i] <= to; i += 2) {
    from = Math.min(from, columns[i]);
    to = Math.max(to, columns[i + 1]);
  }
  result.push(from, to);
  for (; i < columns.length; i += 2) result.push(columns[i], columns[i + 1]);
  return result;
}

/**
 * The columns of a row whose centres lie within the radius of a line: one run, since what lies around a line is convex.
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 * @param {number} radius
 * @param {number} row
 * @returns {[number, number]|null}
 */
function runOf(ax, ay, bx, by, radius, row) {
  const y = row * Parts + Half, dx = bx - ax, dy = by - ay, square = dx * dx + dy * dy;
  let low = Infinity, high = -Infinity;
  for (const [cx, cy] of [[ax, ay], [bx, by]]) {
    const rest = radius * radius - (y - cy) ** 2;
    if (rest < 0) continue;
    low = Math.min(low, cx - Math.sqrt(rest));
    high = Math.max(high, cx + Math.sqrt(rest));
  }
  if (square > 0) {
    // The rectangle between both ends: along the line from 0 to its length, across it within the radius.
    const along = within(dx, (y - ay) * dy - ax * dx, 0, square), reach = radius * Math.sqrt(square);
    const across = within(dy, -(y - ay) * dx - ax * dy, -reach, reach);
    const from = Math.max(along[0], across[0]), to = Math.min(along[1], across[1]);
    if (from <= to) {
      low = Math.min(low, from);
      high = Math.max(high, to);
    }
  }
  if (low > high) return null;
  let first = Math.ceil((low - Half) / Parts), end = Math.floor((high - Half) / Parts) + 1;
  // Roots are rounded; the pixels at both ends are decided in whole numbers.
  const inside = (/** @type {number} */ column) => isInside(column * Parts + Half - ax, y - ay, dx, dy, square, radius);
  while (inside(first - 1)) first--;
  while (first < end && !inside(first)) first++;
  while (inside(end)) end++;
  while (end > first && !inside(end - 1)) end--;
  return first < end ? [first, end] : null;
}

/** The x for which low <= a x + b <= high. @param {number} a @param {number} b @param {number} low @param {number} high */
function within(a, b, low, high) {
  if (a === 0) return b >= low && b <= high ? [-Infinity, Infinity] : [Infinity, -Infinity];
  const one = (low - b) / a, two = (high - b) / a;
  return one < two ? [one, two] : [two, one];
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} dx
 * @param {number} dy
 * @param {number} square
 * @param {number} radius
 */
function isInside(x, y, dx, dy, square, radius) {
  const along = x * dx + y * dy;
  if (along <= 0 || square === 0) return x * x + y * y <= radius * radius;
  if (along >= square) return (x - dx) ** 2 + (y - dy) ** 2 <= radius * radius;
  return (x * dy - y * dx) ** 2 <= radius * radius * square;
}
