// Measures how a very large image opens in the studio's real page: the first picture after the page was asked for, the one pass that finds
// mean and deviation, and the first segmentation of what is on screen after the second stroke. Prints one line of JSON.
//   node huge.mjs IMAGE [MORE OPTIONS OF THE STUDIO]
import { inFolder, Studio } from '../../tests/browser/lib/studio.mjs';
import { openBrowser, StudioPage } from '../../tests/browser/lib/page.mjs';

const [image, ...more] = process.argv.slice(2);

/** The milliseconds from the beginning of the page until a frame after its first picture came. @param {StudioPage} opened */
const firstPicture = (opened) => opened.page.evaluate(() => new Promise((resolve) => {
  const look = () => {
    const picture = performance.getEntriesByType('resource').find((entry) => /\/(overview|tile)/.test(entry.name) && entry.responseEnd > 0);
    if (picture) requestAnimationFrame((time) => resolve(time));
    else setTimeout(look, 5);
  };
  look();
}));

/** @param {StudioPage} opened @param {number} value @param {number} x @param {number} y */
async function stroke(opened, value, x, y) {
  await opened.by(`class-${value}`).click();
  await opened.draw([[x, y], [x + 80, y + 25]], { steps: 8 });
}

await inFolder(async (folder) => {
  const studio = await Studio.start([image], `${folder}/project`, more);
  const browser = await openBrowser();
  let peak = 0;
  const watch = setInterval(async () => { peak = Math.max(peak, await studio.memory().catch(() => 0)); }, 100);
  try {
    const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
    const opened = new StudioPage(await context.newPage());
    await opened.page.goto(studio.url, { waitUntil: 'commit' });
    const picture = await firstPicture(opened);
    await opened.ready();
    await opened.page.getByRole('button', { name: '1:1' }).click();
    const start = performance.now();
    // A page of this size is measured once, as soon as somebody looks at it.
    await opened.page.waitForTimeout(500);
    await opened.page.waitForFunction(() => !/mean and deviation/.test(document.querySelector('[data-testid=status]').textContent), null,
      { timeout: 600_000 });
    const measured = performance.now() - start;
    const box = await opened.by('viewer').boundingBox();
    await stroke(opened, 1, Math.round(box.x + 300), Math.round(box.y + 200));
    await opened.page.waitForTimeout(1000);
    await stroke(opened, 2, Math.round(box.x + 600), Math.round(box.y + 500));
    const overlay = await opened.segmented(600_000);
    await opened.page.waitForTimeout(5000);
    console.log(JSON.stringify({ picture, measured, overlay, peak, complaints: opened.complaints }));
  } finally {
    clearInterval(watch);
    await browser.close();
    await studio.stop();
  }
});
