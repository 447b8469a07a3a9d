import assert from 'node:assert/strict';
import test from 'node:test';
import { TileStore } from '../../../src/FastSeg.Studio/web/js/show/tiles.mjs';

const all = { x: 0, y: 0, width: 600, height: 300 };

test('bytes of a region go into the tiles that it touches', () => {
  const store = new TileStore();
  store.merge('i1/1', 0, all, Uint8Array.from({ length: 600 * 300 }, (_, i) => i % 251), false, all);
  const tile = store.find('i1/1', 0, 2, 1);
  assert.equal(tile.bytes[0], (256 * 600 + 512) % 251);
  assert.equal(tile.bytes[256 * 43 + 87], (299 * 600 + 599) % 251);
  assert.equal(tile.bytes[88], 0, 'nothing lies beyond the image');
});

test('a part of a tile that is not there makes no tile, which would pass for a whole one', () => {
  const store = new TileStore();
  store.merge('i1/1', 0, { x: 10, y: 10, width: 20, height: 20 }, new Uint8Array(400).fill(3), false, all);
  assert.equal(store.find('i1/1', 0, 0, 0), null);
});

test('where 0 means not computed it leaves what was there, where it means no label it does not', () => {
  const region = { x: 0, y: 0, width: 256, height: 256 };
  for (const keep of [true, false]) {
    const store = new TileStore();
    store.merge('i1/1', 0, region, new Uint8Array(65536).fill(2), keep, all);
    store.merge('i1/1', 0, region, new Uint8Array(65536), keep, all);
    assert.equal(store.find('i1/1', 0, 0, 0).bytes[77], keep ? 2 : 0);
  }
});

test('what changed is stale on every level until it is covered', () => {
  const store = new TileStore(), half = { x: 0, y: 0, width: 300, height: 150 };
  store.merge('i1/1', 0, all, new Uint8Array(600 * 300), false, all);
  store.merge('i1/1', 1, half, new Uint8Array(300 * 150), false, half);
  store.spoil('i1/1', { x: 260, y: 10, width: 4, height: 4 });
  const changed = { x: 260, y: 10, width: 4, height: 4 };
  assert.deepEqual([0, 1, 2].map((column) => store.find('i1/1', 0, column, 0).stale), [null, changed, null]);
  assert.deepEqual(store.find('i1/1', 1, 0, 0).stale, { x: 130, y: 5, width: 2, height: 2 });
  store.merge('i1/1', 1, half, new Uint8Array(300 * 150), false, half);
  assert.equal(store.find('i1/1', 1, 0, 0).stale, null);
  store.merge('i1/1', 0, { ...changed, width: 3 }, new Uint8Array(12), false, all);
  assert.deepEqual(store.find('i1/1', 0, 1, 0).stale, changed, 'a part of it is not all of it');
  store.merge('i1/1', 0, changed, new Uint8Array(16), false, all);
  assert.equal(store.find('i1/1', 0, 1, 0).stale, null);
  store.spoil('i2/1', null);
  assert.equal(store.find('i1/1', 1, 0, 0).stale, null, 'another page is none of its business');
});

test('tiles used longest ago go first', () => {
  const store = new TileStore(2), one = { x: 0, y: 0, width: 256, height: 256 };
  for (const page of ['a', 'b']) store.merge(page, 0, one, new Uint8Array(65536), false, all);
  store.touch('a', 0, 0, 0);
  store.merge('c', 0, one, new Uint8Array(65536), false, all);
  assert.deepEqual(['a', 'b', 'c'].map((page) => store.find(page, 0, 0, 0) !== null), [true, false, true]);
});
