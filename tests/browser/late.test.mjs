import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Drawing } from './lib/drawing.mjs';
import { sample } from './lib/files.mjs';
import { StudioPage } from './lib/page.mjs';

/** What the page makes of answers that come late, as through a slow tunnel. */
let drawing;

before(async () => { drawing = await Drawing.start([sample]); });
after(() => drawing?.end());

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('the shares of the area are shown once all of an image is segmented', async () => {
  const { opened } = drawing;
  await opened.by('class-1').click();
  await drawing.line('i1', 1, [0.4, 0.3], [0.5, 0.35]);
  await opened.by('class-2').click();
  await drawing.line('i1', 2, [0.4, 0.5], [0.55, 0.52]);
  await opened.segmented();
  await opened.page.locator('.thumb .shares > div').first().waitFor({ timeout: 10_000 });
  const words = await opened.page.locator('.thumb .shares').getAttribute('aria-label');
  const shares = [...words.matchAll(/([\d.]+) %/g)].map(([, share]) => Number(share));
  assert.ok(Math.abs(shares.reduce((a, b) => a + b, 0) - 100) < 0.3, words);
});

test('a class that was just added stays chosen when an older answer comes late', async () => {
  const { page } = drawing.opened;
  let hold = true;
  await page.route('**/api/project', async (route) => {
    const held = hold, answer = await route.fetch();
    hold = false;
    if (held) await later(1500);
    await route.fulfill({ response: answer });
  });
  await drawing.line('i1', 2, [0.4, 0.6], [0.55, 0.62]);
  await page.waitForRequest('**/api/project');
  await later(300);
  await page.getByRole('button', { name: 'Add a class' }).click();
  await page.locator('[data-testid=class-3]').waitFor();
  await later(2500);
  assert.equal(await drawing.opened.by('class-3').getAttribute('aria-pressed'), 'true');
  await page.unroute('**/api/project');
});

test('what was segmented before the page could hear of it is shown', async () => {
  const page = await drawing.opened.page.context().newPage(), opened = new StudioPage(page);
  await drawing.opened.page.close();
  await drawing.studio.stop();
  await drawing.serve();
  await page.route('**/api/events', async (route) => {
    await later(6000);
    await route.continue();
  });
  await page.goto(drawing.studio.url);
  await opened.ready();
  await opened.segmented();
  const spot = await opened.screen(200, 150);
  await page.mouse.move(spot.x, spot.y);
  await page.locator('#readout', { hasText: 'segmented ' }).waitFor({ timeout: 5000 });
});
