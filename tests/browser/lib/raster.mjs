/**
 * Labels as they are defined, pixel by pixel and slowly: a pixel gets the class of a stroke where its centre lies within the radius of the
 * polyline. All numbers are whole sixteenths of a pixel, so that nothing is rounded.
 */
export class Raster {
  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.labels = new Uint8Array(width * height);
  }

  /** @param {number[]} points x and y in turn @param {number} radius @param {number} value the class; 0 erases */
  stroke(points, radius, value) {
    for (let y = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++)
        if (near(points, radius, 16 * x + 8, 16 * y + 8)) this.labels[y * this.width + x] = value;
  }
}

/** @param {number[]} points @param {number} radius @param {number} x @param {number} y */
function near(points, radius, x, y) {
  for (let i = 0; i < points.length; i += 2) {
    const to = Math.min(i + 2, points.length - 2);
    if (within(radius, x, y, points[i], points[i + 1], points[to], points[to + 1])) return true;
  }
  return false;
}

/** Whether a point lies within the radius of a line from a to b. */
function within(radius, x, y, ax, ay, bx, by) {
  const dx = bx - ax, dy = by - ay, px = x - ax, py = y - ay;
  const length = dx * dx + dy * dy, along = px * dx + py * dy;
  if (along <= 0 || length === 0) return px * px + py * py <= radius * radius;
  if (along >= length) return (x - bx) ** 2 + (y - by) ** 2 <= radius * radius;
  const across = BigInt(px * dy - py * dx);
  return across * across <= BigInt(radius * radius) * BigInt(length);
}
