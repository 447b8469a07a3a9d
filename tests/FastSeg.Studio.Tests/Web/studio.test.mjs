import assert from 'node:assert/strict';
import test from 'node:test';
import { Item, said, shown } from './browser.mjs';
import { Studio } from '../../../src/FastSeg.Studio/web/js/studio.mjs';
import { looking } from '../../../src/FastSeg.Studio/web/js/show/looking.mjs';

const project = {
  id: 'p', version: 5, instance: 'a', classes: [{ value: 1, name: 'one', colour: '#ff0000' }],
  images: [{ id: 'i1', name: 'a.tif', pages: 3, width: 400, height: 300 }, { id: 'i2', name: 'b.tif', pages: 1, width: 80, height: 60 }],
};

/** A studio with a project, before a server that answers what a test says. */
function office(answers = {}) {
  const asked = [];
  globalThis.fetch = async (path, { method = 'GET', body } = {}) => {
    asked.push({ path, method, body });
    const value = await answers[path];
    return value ? new Response(JSON.stringify(value)) : new Response('{"error": "no"}', { status: 404 });
  };
  const studio = new Studio();
  studio.store.set({ project });
  said();
  return { studio, asked };
}

/** What the layers were told to fetch again. */
function refreshes(studio) {
  const told = [];
  for (const layer of studio.layers) layer.refresh = (key, region) => told.push([studio.layers.indexOf(layer), key, region]);
  return told;
}

const pause = (time = 0) => new Promise((resolve) => setTimeout(resolve, time));

test('a page has the size that the server says, not that of the first page', async () => {
  const { studio, asked } = office({ '/api/images/i1/2': { width: 100, height: 900 } });
  await studio.open('i1', 1);
  assert.deepEqual([asked.length, studio.view.image.width], [0, 400], 'the first page is shown at once');
  await studio.open('i1', 2);
  const { width, height } = studio.view.image;
  assert.deepEqual([studio.store.now.page, width, height], [2, 100, 900]);
  assert.deepEqual([shown.at(-1).width, shown.at(-1).height], [100, 900]);
  for (const { sheet } of studio.layers) assert.deepEqual([sheet.key, sheet.width, sheet.height], ['i1/2', 100, 900]);
  await studio.open('i1', 1);
  await studio.open('i1', 2);
  assert.equal(asked.length, 1, 'a size is asked for once');
});

test('of two pages the one that was asked for last is shown', async () => {
  let answer;
  const { studio } = office({
    '/api/images/i1/2': new Promise((resolve) => { answer = resolve; }), '/api/images/i1/3': { width: 30, height: 20 },
  });
  await studio.open('i1', 1);
  const slow = studio.open('i1', 2);
  await studio.open('i1', 3);
  answer({ width: 10, height: 10 });
  await slow;
  assert.equal(studio.store.now.page, 3);
  const back = studio.open('i1', 2);
  await studio.open('i2');
  await back;
  assert.equal(studio.store.now.image, 'i2');
});

test('a page that cannot be read is not shown, and the server says why', async () => {
  const { studio } = office();
  await studio.open('i1', 1);
  await studio.open('i1', 3);
  assert.equal(studio.store.now.page, 1);
  assert.deepEqual(said(), ['no']);
});

test('a stroke that had arrived before is not waited for under the version of its second answer', async () => {
  const { studio } = office();
  const told = refreshes(studio), duplicate = { id: 's', version: 5, image: null, page: 0, region: null, duplicate: true };
  studio.changed(duplicate);
  assert.equal(studio.store.now.needed, 0);
  assert.deepEqual(told, [[3, null, null]], 'its labels may be anywhere');
  studio.changed({ ...duplicate, image: 'i1', page: 1, region: [1, 2, 3, 4], duplicate: false });
  assert.equal(studio.store.now.needed, 5, 'the change itself still counts');
  assert.deepEqual(told[1], [3, 'i1/1', { x: 1, y: 2, width: 3, height: 4 }]);
});

test('a page that missed news fetches every layer and the picture', async () => {
  const { studio } = office();
  await studio.open('i1', 1);
  const told = refreshes(studio), before = shown.length;
  studio.missed();
  assert.deepEqual(told, studio.layers.map((_, i) => [i, null, null]));
  assert.equal(shown.length, before + 1);
});

test('without a class nothing is drawn, filled or outlined, and a sentence says so; erasing goes on', async () => {
  const { studio } = office(), done = [];
  studio.act = (operation) => done.push(operation);
  await studio.open('i1', 1);
  studio.store.set({ classValue: 0 });
  for (const act of [
    () => studio.fill({ x: 5, y: 5 }), () => studio.pen.begin({ x: 5, y: 5 }, false),
    () => { for (const [x, y] of [[0, 0], [90, 0], [90, 90]]) studio.polygon.add({ x, y }, false); },
  ]) {
    act();
    studio.pen.end();
    studio.polygon.close();
    const sentences = said();
    assert.ok(sentences.length > 0 && sentences.every((sentence) => /no class/.test(sentence)), act.toString());
  }
  assert.deepEqual(done, []);
  studio.fill({ x: 5, y: 5 }, true);
  assert.deepEqual([done[0].class, said()], [0, []]);
});

test('the last replacement of tiles says which brightness they have', async () => {
  const { studio } = office(), told = [];
  await studio.open('i1', 1);
  studio.view.replaced = (levels) => told.push(levels);
  const items = [];
  for (const levels of [{ low: 1, high: 2 }, { low: 3, high: 4 }]) {
    studio.view.replace(levels);
    items.push(new Item());
    shown.at(-1).success({ item: items.at(-1) });
  }
  for (const item of items) item.load();
  assert.deepEqual(told, [{ low: 3, high: 4 }]);
});

test('a page tells its view again when it comes to the front, and says nothing behind another', async () => {
  const { studio, asked } = office({ '/api/view': {} });
  await studio.open('i1', 1);
  looking(studio);
  const views = () => asked.filter(({ path }) => path === '/api/view').length;
  await pause(80);
  assert.equal(views(), 1);
  for (const [tell, hidden, count] of [
    [() => window.dispatchEvent(new Event('focus')), false, 2],
    [() => document.dispatchEvent(new Event('visibilitychange')), true, 2],
    [() => document.dispatchEvent(new Event('visibilitychange')), false, 3],
  ]) {
    document.hidden = hidden;
    tell();
    await pause(80);
    assert.equal(views(), count);
  }
});
