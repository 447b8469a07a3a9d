import assert from 'node:assert/strict';
import test from 'node:test';
import { runsOf } from '../../../src/FastSeg.Studio/web/js/draw/raster.mjs';
import { Radii, Stroke, nextRadius } from '../../../src/FastSeg.Studio/web/js/draw/stroke.mjs';

/** Random numbers that are the same every time. */
function numbers(seed) {
  return (least, most) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return least + Math.floor(seed / 2 ** 32 * (most - least + 1));
  };
}

/** Whether a pixel's centre lies within the radius of a polyline, in whole numbers. */
function isInside(points, radius, x, y) {
  const px = BigInt(16 * x + 8), py = BigInt(16 * y + 8), square = BigInt(radius) ** 2n;
  for (let i = 0; i < points.length; i += 2) {
    const [ax, ay] = [BigInt(points[i]), BigInt(points[i + 1])];
    if ((px - ax) ** 2n + (py - ay) ** 2n <= square) return true;
    if (i + 3 >= points.length) continue;
    const dx = BigInt(points[i + 2]) - ax, dy = BigInt(points[i + 3]) - ay, length = dx * dx + dy * dy;
    const along = (px - ax) * dx + (py - ay) * dy, across = (px - ax) * dy - (py - ay) * dx;
    if (along >= 0n && along <= length && length > 0n && across * across <= square * length) return true;
  }
  return false;
}

test('ink is every pixel whose centre lies within the radius, and no other', () => {
  const next = numbers(7);
  for (let trial = 0; trial < 300; trial++) {
    const radius = next(0, 90), points = Array.from({ length: 2 * next(1, 4) }, () => next(-40, 600));
    const drawn = new Set();
    for (const [row, from, to] of runsOf(points, radius).all())
      for (let column = from; column < to; column++) {
        assert.ok(!drawn.has(`${column},${row}`), 'a pixel is drawn once');
        drawn.add(`${column},${row}`);
      }
    for (let y = -10; y < 46; y++)
      for (let x = -10; x < 46; x++)
        assert.equal(drawn.has(`${x},${y}`), isInside(points, radius, x, y), `${points} radius ${radius} pixel ${x},${y}`);
  }
});

test('a point that rounds to the one before is left out', () => {
  const stroke = new Stroke(1, 1);
  stroke.add(1.01, 1.01);
  stroke.add(2, 1);
  assert.deepEqual(stroke.points, [16, 16, 32, 16]);
});

test('a straight line has two ends', () => {
  const stroke = new Stroke(1, 1);
  stroke.add(5, 9);
  stroke.add(7, 3);
  stroke.straighten(9, 1);
  assert.deepEqual(stroke.points, [16, 16, 144, 16]);
});

test('the size of the brush goes up and down and stops at both ends', () => {
  assert.equal(nextRadius(80, 1), 96);
  assert.equal(nextRadius(80, -1), 64);
  assert.equal(nextRadius(Radii[0], -1), Radii[0]);
  assert.equal(nextRadius(Radii.at(-1), 1), Radii.at(-1));
});
