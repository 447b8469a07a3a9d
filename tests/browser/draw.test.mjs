import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sample } from './lib/files.mjs';
import { StudioPage, openBrowser } from './lib/page.mjs';
import { Raster } from './lib/raster.mjs';
import { Studio } from './lib/studio.mjs';

let folder, studio, browser, opened, width, height;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastseg-browser-'));
  studio = await Studio.start([sample], join(folder, 'project'));
  browser = await openBrowser();
  opened = await StudioPage.open(browser, studio);
  const [image] = (await (await studio.ask('/api/project')).json()).images;
  ({ width, height } = image);
});

after(async () => {
  await browser?.close();
  await studio?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** @returns {Promise<Uint8Array>} what the project has on the disk */
async function labels() {
  const answer = await studio.ask(`/api/images/i1/1/labels?x=0&y=0&width=${width}&height=${height}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** @returns {Promise<Uint8Array>} */
async function overlay() {
  const answer = await studio.ask(`/api/images/i1/1/overlay?x=0&y=0&width=${width}&height=${height}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/**
 * Draws a line with the pointer and returns the same line in sixteenths of a pixel of the image. Every event of the pointer is a point.
 * @param {string} tool @param {[number, number]} from @param {[number, number]} to
 */
async function line(tool, from, to) {
  await opened.by(tool).click();
  const steps = 5, points = [];
  for (let i = 0; i <= steps; i++) {
    const spot = await opened.image(from[0] + (to[0] - from[0]) * i / steps, from[1] + (to[1] - from[1]) * i / steps);
    points.push(Math.round(spot.x * 16), Math.round(spot.y * 16));
  }
  await opened.draw([from, to], { steps });
  return points;
}

/** Waits until the server has no fewer operations than the page made. @param {number} version */
async function saved(version) {
  for (let i = 0; i < 200; i++) {
    const project = await (await studio.ask('/api/project')).json();
    if (project.version >= version) return project;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`version ${version} did not come`);
}

test('what is drawn with a pointer is what is on the disk, pixel for pixel, and the segmentation follows', async () => {
  const raster = new Raster(width, height), start = (await saved(0)).version;
  const box = await opened.by('viewer').boundingBox();
  const at = (x, y) => /** @type {[number, number]} */ ([Math.round(box.x + x * box.width), Math.round(box.y + y * box.height)]);
  const radius = Number((await opened.page.locator('.size').textContent())?.match(/[\d.]+/)?.[0]) * 8;
  const strokes = [
    ['class-1', 1, at(0.4, 0.3), at(0.5, 0.42)], ['class-2', 2, at(0.55, 0.6), at(0.62, 0.5)],
    ['class-1', 1, at(0.58, 0.62), at(0.45, 0.4)],
  ];
  for (const [tool, value, from, to] of strokes) raster.stroke(await line(tool, from, to), radius, value);
  await opened.segmented();
  assert.equal((await saved(start + 3)).version, start + 3);
  assert.deepEqual(count(await labels()), count(raster.labels));
  assert.ok(Buffer.from(await labels()).equals(Buffer.from(raster.labels)), 'the labels on the disk are those that were drawn');
  const values = count(await overlay());
  assert.ok(values[1] > 0 && values[2] > 0, 'both classes are found');

  const before = raster.labels.slice();
  raster.stroke(await line('tool-eraser', at(0.42, 0.3), at(0.52, 0.5)), radius, 0);
  await saved(start + 4);
  assert.ok(Buffer.from(await labels()).equals(Buffer.from(raster.labels)), 'what was erased is gone');
  await opened.by('undo').click();
  await saved(start + 5);
  assert.ok(Buffer.from(await labels()).equals(Buffer.from(before)), 'undo brings it back');
  await opened.by('redo').click();
  await saved(start + 6);
  assert.ok(Buffer.from(await labels()).equals(Buffer.from(raster.labels)), 'redo takes it away again');
  await opened.segmented();
});

test('a page that is loaded again shows the same, and nothing is drawn twice', async () => {
  const version = (await saved(0)).version, drawn = await labels();
  await opened.page.reload();
  await opened.ready();
  await opened.segmented();
  assert.equal((await saved(0)).version, version);
  assert.ok(Buffer.from(await labels()).equals(Buffer.from(drawn)));
});

test('the page complains about nothing', () => assert.deepEqual(opened.complaints, []));

/** @param {Uint8Array} bytes */
function count(bytes) {
  const counts = [0, 0, 0, 0];
  for (const value of bytes) counts[Math.min(value, 3)]++;
  return counts;
}
