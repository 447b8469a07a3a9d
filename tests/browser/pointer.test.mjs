import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Drawing } from './lib/drawing.mjs';
import { sample } from './lib/files.mjs';

let drawing;

before(async () => { drawing = await Drawing.start([sample]); });
after(() => drawing?.end());

/** What a pen or a finger does, which no mouse of the browser can: events as the system would send them. */
function fire(type, id, kind, [x, y], more = {}) {
  return drawing.opened.page.evaluate(([type, id, kind, x, y, more]) => {
    document.getElementById('surface').dispatchEvent(new PointerEvent(type, {
      pointerId: id, pointerType: kind, clientX: x, clientY: y, bubbles: true, cancelable: true,
      button: type === 'pointermove' ? -1 : 0, buttons: type === 'pointerup' ? 0 : 1, ...more,
    }));
  }, [type, id, kind, x, y, more]);
}

/** Puts a pointer down, moves it and lifts it; shares of the viewer. */
async function stroke(id, kind, from, to, more) {
  const first = await drawing.at(...from), last = await drawing.at(...to);
  await fire('pointerdown', id, kind, first, more);
  await fire('pointermove', id, kind, last, more);
  await fire('pointerup', id, kind, last);
}

/** Labelled pixels that the server has. */
const labelled = async () => (await drawing.bytes('labels', 'i1')).filter((value) => value !== 0).length;

/** Where a pixel of the image is in the window. */
const place = () => drawing.opened.screen(200, 200);

const near = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) < 1.5;

test('a finger draws until a pen was used; then it moves the image, so that a palm draws nothing', async () => {
  await stroke(11, 'touch', [0.4, 0.3], [0.5, 0.3]);
  await drawing.saved(1);
  const finger = await labelled();
  assert.ok(finger > 0);
  await stroke(12, 'pen', [0.4, 0.4], [0.5, 0.4]);
  await drawing.saved(1);
  const pen = await labelled();
  assert.ok(pen > finger);
  const before = await place(), [x, y] = await drawing.at(0.4, 0.5), [toX, toY] = await drawing.at(0.45, 0.55);
  await stroke(13, 'touch', [0.4, 0.5], [0.45, 0.55]);
  assert.ok(near(await place(), { x: before.x + toX - x, y: before.y + toY - y }));
  await drawing.saved(0);
  assert.equal(await labelled(), pen);
});

test("a pen's other end erases", async () => {
  const before = await labelled();
  await stroke(14, 'pen', [0.45, 0.45], [0.55, 0.45], { button: 5, buttons: 32 });
  await drawing.saved(1);
  assert.ok(await labelled() < before);
});

test('two fingers zoom and draw nothing', async () => {
  const before = await drawing.opened.page.locator('#zoom output').textContent(), [x, y] = await drawing.at(0.5, 0.5);
  await fire('pointerdown', 21, 'touch', [x - 40, y]);
  await fire('pointerdown', 22, 'touch', [x + 40, y]);
  await fire('pointermove', 21, 'touch', [x - 120, y]);
  await fire('pointermove', 22, 'touch', [x + 120, y]);
  await fire('pointerup', 21, 'touch', [x - 120, y]);
  await fire('pointerup', 22, 'touch', [x + 120, y]);
  await drawing.opened.page.waitForFunction((text) => document.querySelector('#zoom output').textContent !== text, before);
  await drawing.saved(0);
});

test('the wheel zooms about the pointer; space and the middle button move the image', async () => {
  const { page } = drawing.opened, [x, y] = await drawing.at(0.5, 0.4);
  await page.mouse.move(x, y);
  const under = await drawing.opened.image(x, y), zoom = await page.locator('#zoom output').textContent();
  await page.mouse.wheel(0, 200);
  await page.waitForFunction((text) => document.querySelector('#zoom output').textContent !== text, zoom);
  await page.waitForTimeout(500);
  assert.ok(near(await drawing.opened.image(x, y), under));
  for (const button of ['middle', 'left']) {
    const before = await place();
    await page.locator('#surface').focus();
    if (button === 'left') await page.keyboard.down(' ');
    await page.mouse.move(x, y);
    await page.mouse.down({ button });
    await page.mouse.move(x + 30, y + 20);
    await page.mouse.up({ button });
    if (button === 'left') await page.keyboard.up(' ');
    assert.ok(near(await place(), { x: before.x + 30, y: before.y + 20 }), button);
  }
  await drawing.saved(0);
});
