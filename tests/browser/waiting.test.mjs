import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Drawing } from './lib/drawing.mjs';
import { sample } from './lib/files.mjs';

let drawing;

before(async () => { drawing = await Drawing.start([sample]); });
after(() => drawing?.end());

const banner = () => drawing.opened.page.locator('#banner');

test('strokes wait for a lost connection, are counted, and are sent when the studio is back', async () => {
  await drawing.line('i1', 1, [0.4, 0.3], [0.5, 0.35]);
  await drawing.saved(1);
  await drawing.studio.kill();
  await drawing.line('i1', 1, [0.4, 0.4], [0.5, 0.45]);
  await drawing.line('i1', 1, [0.4, 0.5], [0.5, 0.55]);
  await banner().getByText('2 strokes wait for the connection').waitFor();
  await drawing.serve();
  await drawing.saved(2);
  assert.deepEqual(await drawing.wrong(), []);
  await banner().waitFor({ state: 'hidden' });
});

test('a page whose link is not valid any more says so, keeps its strokes, and sends them once the new link is open', async () => {
  await drawing.studio.kill();
  const file = join(drawing.folder, 'project', 'server.json'), text = await readFile(file, 'utf8');
  const { secret } = JSON.parse(text);
  await writeFile(file, text.replace(secret, [...secret].reverse().join('')));
  await drawing.serve();
  await drawing.line('i1', 1, [0.4, 0.6], [0.5, 0.65]);
  await banner().getByText('The studio was started again').waitFor();
  assert.match(await banner().textContent(), /1 stroke\b.*is kept/);
  await drawing.saved(0);
  const other = await drawing.opened.page.context().newPage();
  await other.goto(drawing.studio.url);
  await drawing.saved(1);
  assert.deepEqual(await drawing.wrong(), []);
  await banner().waitFor({ state: 'hidden' });
  await other.close();
});
