// Draws a stroke each second for some minutes in the studio's real page, and says how much memory the studio and the page hold before and
// after. Prints one line of JSON.
//   node minutes.mjs IMAGE MINUTES [MORE OPTIONS OF THE STUDIO]
import { inFolder, Studio } from '../../tests/browser/lib/studio.mjs';
import { openBrowser, StudioPage } from '../../tests/browser/lib/page.mjs';

const [image, minutes, ...more] = process.argv.slice(2);

/** Bytes that the page's scripts hold after a collection, in MiB. @param {StudioPage} opened */
async function heap(opened) {
  const session = await opened.page.context().newCDPSession(opened.page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1048576;
}

await inFolder(async (folder) => {
  const studio = await Studio.start([image], `${folder}/project`, more);
  const browser = await openBrowser();
  try {
    const opened = await StudioPage.open(browser, studio, { width: 1600, height: 1000 });
    const box = await opened.by('viewer').boundingBox();
    const studios = [], pages = [];
    for (let i = 0; i < Number(minutes) * 60; i++) {
      const start = performance.now();
      await opened.by(`class-${1 + (i % 2)}`).click();
      const x = Math.round(box.x + 250 + (i * 173) % (box.width - 500)), y = Math.round(box.y + 120 + (i * 97) % (box.height - 240));
      await opened.draw([[x, y], [x + 20, y + 6]], { steps: 6 });
      if (i % 15 === 14) {
        studios.push(await studio.memory());
        pages.push(await heap(opened));
      }
      await opened.page.waitForTimeout(Math.max(0, 1000 - (performance.now() - start)));
    }
    await opened.segmented(60_000);
    const ink = await opened.page.evaluate(() => window.studio.inkLatencies());
    const sorted = ink.toSorted((a, b) => a - b);
    console.log(JSON.stringify({
      studio: { first: studios[3] ?? studios[0], last: studios.at(-1), most: Math.max(...studios) },
      page: { first: pages[3] ?? pages[0], last: pages.at(-1), most: Math.max(...pages) },
      ink: sorted[Math.ceil(0.95 * sorted.length) - 1], complaints: opened.complaints,
    }));
  } finally {
    await browser.close();
    await studio.stop();
  }
});
