import assert from 'node:assert/strict';
import test from 'node:test';
import { Store, upToDate } from '../../../src/FastSeg.Studio/web/js/state.mjs';
import { classPixels, defaultColour, inkOn } from '../../../src/FastSeg.Studio/web/js/shared/palette.mjs';

test('a listener hears of its keys alone, and at once of what is there', () => {
  const store = new Store(), heard = [];
  store.on(['radius'], (state) => heard.push(state.radius));
  store.set({ tool: 'eraser' });
  store.set({ radius: 32 });
  store.set({ radius: 32 });
  assert.deepEqual(heard, [80, 32]);
});

test('the page is up to date when all is kept, trained on and shown', () => {
  const good = {
    live: { state: 'segmented', text: '', version: 4, image: 'i1', page: 1 }, waiting: 0, connection: 'ok', fresh: true,
    needed: 4, image: 'i1', page: 1,
  };
  assert.equal(upToDate(good), true);
  for (const change of [
    { waiting: 1 }, { connection: 'lost' }, { fresh: false }, { needed: 5 }, { image: 'i2' }, { page: 2 }, { live: null },
    { live: { ...good.live, state: 'segmenting' } },
  ]) assert.equal(upToDate({ ...good, ...change }), false, JSON.stringify(change));
});

test('colours are those of the PNGs', () => {
  assert.equal(defaultColour(1), '#e69f00');
  assert.equal(defaultColour(8), '#999999');
  // As ClassColours.cs computes it.
  assert.match(defaultColour(9), /^#[0-9a-f]{6}$/);
  const pixels = classPixels([{ value: 3, name: '', colour: '#112233' }, { value: 4, name: '', colour: '#ffffff' }], new Set([4]));
  assert.equal(pixels[3], 0xff332211);
  assert.equal(pixels[4], 0, 'hidden');
  assert.equal(pixels[5], 0, 'no class');
  assert.deepEqual([inkOn('#ffffff'), inkOn('#000000')], ['#000000', '#ffffff']);
});
