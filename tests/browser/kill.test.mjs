import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Drawing } from './lib/drawing.mjs';
import { sample } from './lib/files.mjs';

/** The measurements ask for more. */
const times = Number(process.env.FASTSEG_KILLS ?? 10);
let drawing;

before(async () => { drawing = await Drawing.start([sample]); });
after(() => drawing?.end());

test(`a studio that is killed ${times} times between strokes loses none, and its page goes on`, async () => {
  const { opened } = drawing;
  for (let i = 0; i < times; i++) {
    const y = 0.2 + (i % 10) * 0.06, value = i % 2 + 1;
    await opened.by(`class-${value}`).click();
    await drawing.line('i1', value, [0.35, y], [0.6, y + 0.03]);
    await drawing.saved(1);
    await drawing.studio.kill();
    // Every third time something is drawn while nobody serves: it waits in the page.
    if (i % 3 === 1) await drawing.line('i1', value, [0.62, y], [0.66, y + 0.02]);
    await drawing.serve();
    await drawing.saved(i % 3 === 1 ? 1 : 0);
    assert.deepEqual(await drawing.wrong(), [], `after ${i + 1} times`);
  }
  await opened.segmented(60_000);
});

test('the page itself was never loaded again, and shows all strokes', async () => {
  assert.equal(await drawing.opened.page.evaluate(() => performance.getEntriesByType('navigation').length), 1);
  await drawing.opened.page.reload();
  await drawing.opened.ready();
  await drawing.opened.segmented(60_000);
  await drawing.saved(0);
  assert.deepEqual(await drawing.wrong(), []);
});
