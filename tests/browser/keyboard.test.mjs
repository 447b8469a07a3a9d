import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Drawing } from './lib/drawing.mjs';
import { sample } from './lib/files.mjs';

let drawing, keys;

before(async () => {
  drawing = await Drawing.start([sample]);
  keys = drawing.opened.page.keyboard;
});
after(() => drawing?.end());

/** Presses keys one after another. @param {string[]} names */
async function press(...names) {
  for (const name of names) await keys.press(name);
}

/** @param {string} name @param {number} times */
const many = (name, times) => Array.from({ length: times }, () => name);

/** How many pixels of each class are labelled. */
async function counts() {
  const { images: [{ labelled }] } = await drawing.project();
  return labelled['1'] ?? {};
}

/** Where the pixels of a class lie. @param {Uint8Array} labels @param {number} value */
function shape(labels, value) {
  const { width } = drawing.rasters.get('i1'), at = [...labels.keys()].filter((i) => labels[i] === value);
  const columns = at.map((i) => i % width), rows = at.map((i) => Math.floor(i / width));
  const [left, right, top, bottom] = [Math.min(...columns), Math.max(...columns), Math.min(...rows), Math.max(...rows)];
  return { left, right, width: right - left + 1, height: bottom - top + 1 };
}

test('strokes of two classes are drawn, erased and undone with keys alone, and segmented', async () => {
  const { opened } = drawing;
  for (let i = 0; i < 60 && await opened.page.evaluate(() => document.activeElement?.id) !== 'surface'; i++) await press('Tab');
  assert.equal(await opened.page.evaluate(() => document.activeElement?.id), 'surface', 'Tab leads to the image');
  await press('1', ...many('ArrowLeft', 4), 'Enter', ...many('ArrowUp', 5), 'Enter');
  await press('2', ...many('Shift+ArrowRight', 2), 'Enter', ...many('ArrowDown', 5), 'Enter');
  await drawing.saved(2);
  await opened.segmented(60_000);
  const drawn = await counts();
  assert.ok(drawn['1'] > 20 && drawn['2'] > 20, JSON.stringify(drawn));
  const one = shape(await drawing.bytes('labels', 'i1'), 1), two = shape(await drawing.bytes('labels', 'i1'), 2);
  assert.ok(one.height > 1.5 * one.width && two.height > 1.5 * two.width, 'they are lines, and upright');
  assert.ok(one.right < two.left, 'and apart');
  await press('Control+z');
  await drawing.saved(1);
  assert.deepEqual(await counts(), { 1: drawn['1'] });
  await press('Control+Shift+z');
  await drawing.saved(1);
  assert.deepEqual(await counts(), drawn);
  await press('e', 'Enter', ...many('ArrowUp', 5), 'Enter');
  await drawing.saved(1);
  assert.ok(((await counts())['2'] ?? 0) < drawn['2'], 'the eraser goes back over the line');
});

test('whoever hears the page finds what it does', async () => {
  const { page } = drawing.opened;
  for (const name of ['Undo', 'Redo', 'Brush', 'Eraser', 'Fill', 'Polygon', 'Add a class'])
    assert.equal(await page.getByRole('button', { name: new RegExp(`^${name}`) }).count() > 0, true, name);
  assert.equal(await page.getByRole('status').count() > 0, true);
  assert.equal(await page.getByRole('application').count(), 1);
});

test('axe finds nothing serious, in the dark and in the light', async () => {
  const { page } = drawing.opened;
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Colours between the old and the new ones are nobody's.
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`), [], colorScheme);
  }
});
