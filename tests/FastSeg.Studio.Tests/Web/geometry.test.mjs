import assert from 'node:assert/strict';
import test from 'node:test';
import {
  around, atLevel, common, levelCount, levelFor, regionAt, roundLength, tilesOf, toImage, toParts, toViewer, visible,
} from '../../../src/FastSeg.Studio/web/js/shared/geometry.mjs';

test('coordinates are rounded to 1/16 pixel', () => {
  assert.equal(toParts(1.03), 16);
  assert.equal(toParts(1.04), 17);
  assert.equal(toParts(-0.5), -8);
});

test('a place of the viewer and its place in the image lead to each other', () => {
  const view = { scale: 0.37, x: -120.5, y: 33, width: 800, height: 600 };
  const spot = toImage(view, 412, 99), back = toViewer(view, spot.x, spot.y);
  assert.ok(Math.abs(back.x - 412) < 1e-9 && Math.abs(back.y - 99) < 1e-9);
});

test('levels end with the first that fits a tile', () => {
  assert.equal(levelCount(256, 10), 1);
  assert.equal(levelCount(257, 10), 2);
  assert.equal(levelCount(20000, 20000), 8);
  assert.equal(atLevel(20000, 7), 157);
});

test('the level that is drawn has pixels no larger than the screen has', () => {
  assert.equal(levelFor(4, 5), 0);
  assert.equal(levelFor(1, 5), 0);
  assert.equal(levelFor(0.5, 5), 1);
  assert.equal(levelFor(0.51, 5), 0);
  assert.equal(levelFor(0.001, 5), 4);
});

test('what is visible is whole pixels inside the image', () => {
  const view = { scale: 2, x: -3, y: 10, width: 101, height: 50 };
  assert.deepEqual(visible(view, 1000, 15), { x: 1, y: 0, width: 51, height: 15 });
  assert.equal(visible({ ...view, x: 200 }, 1000, 15).width, 0);
});

test('a region on a coarser level holds every pixel that it touches', () => {
  assert.deepEqual(regionAt({ x: 3, y: 4, width: 2, height: 4 }, 1), { x: 1, y: 2, width: 2, height: 2 });
  assert.deepEqual(regionAt({ x: 7, y: 7, width: 1, height: 1 }, 3), { x: 0, y: 0, width: 1, height: 1 });
});

test('rectangles meet and are put together', () => {
  const a = { x: 0, y: 0, width: 10, height: 10 }, b = { x: 8, y: 9, width: 5, height: 5 };
  assert.deepEqual(common(a, b), { x: 8, y: 9, width: 2, height: 1 });
  assert.equal(common(a, { x: 10, y: 0, width: 1, height: 1 }), null);
  assert.deepEqual(around(a, b), { x: 0, y: 0, width: 13, height: 14 });
  assert.equal(around(null, b), b);
});

test('tiles of a region are those that it touches', () => {
  assert.deepEqual(tilesOf({ x: 255, y: 0, width: 2, height: 256 }), [{ column: 0, row: 0 }, { column: 1, row: 0 }]);
});

test('a scale bar has a round length', () => {
  assert.deepEqual([0.07, 1, 3, 7, 499, 500].map(roundLength).map((value) => Number(value.toPrecision(3))), [0.05, 1, 2, 5, 200, 500]);
});
