// Makes docs/studio.png, the picture of the studio in README: a real run of the studio on the repository's samples, in a real browser.
// Needs a built studio, Debian's chromium, and npm ci in tests/browser and src/FastSeg.Studio/web.
//   node tools/studio_picture.mjs [FILE.png]
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Studio, inFolder, root } from '../tests/browser/lib/studio.mjs';
import { StudioPage, openBrowser } from '../tests/browser/lib/page.mjs';

const file = process.argv[2] ?? join(root, 'docs/studio.png');

/** Pages load a picture of this size in a moment. */
const mostBytes = 500_000;

await inFolder(async (folder) => {
  // Without images the studio opens the samples, with strokes on one of them.
  process.env.XDG_DATA_HOME = folder;
  const studio = await Studio.start([], null);
  const browser = await openBrowser();
  try {
    const opened = await StudioPage.open(browser, studio, { width: 1280, height: 720 });
    await opened.segmented();
    await opened.page.getByRole('button', { name: 'Close' }).click();
    await opened.segmented();
    await opened.page.mouse.move(640, 715);
    await opened.page.waitForTimeout(1000);
    await opened.page.screenshot({ path: file });
  } finally {
    await browser.close();
    await studio.stop();
  }
});
const { size } = await stat(file);
if (size > mostBytes) throw new Error(`${file} has ${size} bytes; at most ${mostBytes} are wanted.`);
console.log(`${file}: ${size} bytes`);
