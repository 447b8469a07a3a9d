import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Drawing } from './lib/drawing.mjs';
import { fastseg, npyBytes, npyOf, sample } from './lib/files.mjs';

let drawing;

before(async () => { drawing = await Drawing.start([sample]); });
after(() => drawing?.end());

/** Trains and segments with the command line on the labels that the project has. */
async function commandLine() {
  const file = (name) => join(drawing.folder, name);
  const { width, height } = drawing.rasters.get('i1');
  await writeFile(file('labels.npy'), npyOf(await drawing.bytes('labels', 'i1'), width, height));
  await fastseg('train', '--image', sample, '--labels', file('labels.npy'), '--smooth', 'none', '-o', file('model.fastseg'));
  await fastseg('segment', file('model.fastseg'), sample, '--keep-values', '-o', file('segmented.npy'));
  return npyBytes(file('segmented.npy'));
}

test('what is shown is what the command line makes of the same labels, byte for byte, stroke after stroke', async () => {
  const { opened } = drawing;
  const strokes = [[1, [0.4, 0.3], [0.5, 0.35]], [2, [0.4, 0.6], [0.55, 0.62]], [1, [0.55, 0.45], [0.6, 0.4]]];
  for (const [i, [value, from, to]] of strokes.entries()) {
    await opened.by(`class-${value}`).click();
    await drawing.line('i1', value, from, to);
    await drawing.saved(1);
    if (i === 0) continue;
    await opened.segmented(60_000);
    const shown = await drawing.bytes('overlay', 'i1'), expected = await commandLine();
    assert.equal(shown.length, expected.length);
    assert.equal(shown.filter((value, at) => value !== expected[at]).length, 0, `pixels that differ after stroke ${i + 1}`);
    assert.equal(new Set(shown).size, 2, 'both classes are found');
  }
});
