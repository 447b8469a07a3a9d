import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Drawing } from './lib/drawing.mjs';
import { sample, second } from './lib/files.mjs';

let drawing;

before(async () => { drawing = await Drawing.start([sample, second]); });
after(() => drawing?.end());

/** Waits until an image is the one that is shown. @param {string} id */
const shown = (id) => drawing.opened.page.locator(`.thumb[data-image="${id}"][aria-current="true"]`).waitFor();

/** Shows an image by a click in the list. @param {string} id */
async function show(id) {
  await drawing.opened.page.locator(`.thumb[data-image="${id}"]`).click();
  await shown(id);
  await drawing.opened.ready();
}

test('strokes go to the image that is shown, and undo goes back over images', async () => {
  const { opened } = drawing;
  await opened.by('class-1').click();
  await drawing.line('i1', 1, [0.4, 0.3], [0.5, 0.35]);
  await drawing.saved(1);
  const first = drawing.rasters.get('i1').labels.slice();
  await opened.by('class-2').click();
  await drawing.line('i1', 2, [0.4, 0.5], [0.55, 0.52]);
  await drawing.saved(1);
  const both = drawing.rasters.get('i1').labels.slice();
  await show('i2');
  await drawing.line('i2', 2, [0.45, 0.4], [0.5, 0.6]);
  await drawing.saved(1);
  assert.deepEqual(await drawing.wrong(), []);
  const other = drawing.rasters.get('i2').labels.slice();

  await opened.by('undo').click();
  await drawing.saved(1);
  drawing.rasters.get('i2').labels.fill(0);
  assert.deepEqual(await drawing.wrong(), [], 'the stroke on the second image is gone');
  await shown('i2');
  await opened.by('undo').click();
  await drawing.saved(1);
  drawing.rasters.get('i1').labels.set(first);
  assert.deepEqual(await drawing.wrong(), [], 'then the last one on the first');
  await shown('i1');
  await opened.by('redo').click();
  await opened.by('redo').click();
  await drawing.saved(2);
  await shown('i2');
  drawing.rasters.get('i1').labels.set(both);
  drawing.rasters.get('i2').labels.set(other);
  assert.deepEqual(await drawing.wrong(), [], 'and both come again');
});

test('a class is deleted with its labels on all images, and undo brings all back', async () => {
  const { opened } = drawing;
  await drawing.saved(0);
  const kept = [...drawing.rasters].map(([id, { labels }]) => [id, labels.slice()]);
  const name = await opened.by('class-2').locator('.name').textContent();
  await opened.by('class-2').hover();
  await opened.page.getByRole('button', { name: `Delete ${name}`, exact: true }).click();
  await drawing.saved(1);
  for (const [, { labels }] of drawing.rasters) labels.forEach((value, i) => { if (value === 2) labels[i] = 0; });
  assert.deepEqual(await drawing.wrong(), []);
  await opened.by('class-2').waitFor({ state: 'detached' });
  await opened.by('undo').click();
  await drawing.saved(1);
  for (const [id, labels] of kept) drawing.rasters.get(id).labels.set(labels);
  assert.deepEqual(await drawing.wrong(), []);
  assert.equal(await opened.by('class-2').locator('.name').textContent(), name);
});

test('a stroke that is under way when the page is loaded again is kept as far as it was drawn, once', async () => {
  const { opened } = drawing;
  await show('i1');
  await opened.by('class-1').click();
  await drawing.line('i1', 1, [0.35, 0.7], [0.5, 0.72], { release: false });
  await opened.page.reload();
  await opened.page.mouse.up();
  await opened.ready();
  await drawing.saved(1);
  assert.deepEqual(await drawing.wrong(), []);
});
