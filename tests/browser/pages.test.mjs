import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { tiffOf } from './lib/files.mjs';
import { StudioPage, openBrowser } from './lib/page.mjs';
import { Studio, inFolder } from './lib/studio.mjs';

/** Draws a short line from a pixel of the image to one beside it. */
async function line(opened, x, y) {
  const points = [await opened.screen(x, y), await opened.screen(x + 20, y)].map((spot) => [Math.round(spot.x), Math.round(spot.y)]);
  await opened.draw(points);
}

test('a page that is larger than the first one is drawn on and segmented in all its parts', () => inFolder(async (folder) => {
  const image = join(folder, 'pages.tif'), page = (width, height) => ({
    width, height, bytes: Uint8Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 60 : 180) + i * 7919 % 31),
  });
  await writeFile(image, tiffOf([page(300, 200), page(240, 600)]));
  const studio = await Studio.start([image], join(folder, 'project')), browser = await openBrowser();
  try {
    const opened = await StudioPage.open(browser, studio), refused = [];
    opened.page.on('response', (answer) => { if (answer.status() >= 400) refused.push(answer.url()); });
    await opened.page.getByRole('slider', { name: 'Page' }).fill('2');
    await opened.page.getByText('page 2 of 2').waitFor();
    await opened.ready();
    await opened.page.getByRole('button', { name: 'Fit the image' }).click();
    await opened.page.waitForFunction(() => {
      const { y } = window.studio.imageToScreen(0, 600), box = document.getElementById('surface').getBoundingClientRect();
      return y > box.top + box.height / 2 && y <= box.bottom + 1;
    });
    await opened.by('class-1').click();
    await line(opened, 30, 550);
    await opened.by('class-2').click();
    await line(opened, 180, 550);
    await opened.segmented();
    const seen = async (what) => new Uint8Array(await (await studio.ask(
      `/api/images/i1/2/${what}?x=0&y=0&width=240&height=600`)).arrayBuffer());
    const labels = await seen('labels'), overlay = await seen('overlay');
    assert.deepEqual([labels[550 * 240 + 40], labels[550 * 240 + 190]], [1, 2]);
    assert.ok(!overlay.includes(0), 'all of the page is segmented');
    assert.deepEqual(refused, []);
  } finally {
    await browser.close();
    await studio.stop();
  }
}));
