// Measures what a person waits for, in the studio's real page: from the end of a stroke to the new segmentation of all that is on screen,
// and from the pointer to its ink. Prints one line of JSON.
//   node strokes.mjs IMAGE LABELLED_PIXELS STROKES [MORE OPTIONS OF THE STUDIO]
import { inFolder, Studio } from '../../tests/browser/lib/studio.mjs';
import { openBrowser, StudioPage } from '../../tests/browser/lib/page.mjs';

const [image, labelled, strokes, ...more] = process.argv.slice(2);

/** The viewer shows 1600 x 1000 pixels of the image, one to one. */
const viewer = { width: 1600, height: 1000 };

/** Pixels across the brush: a stroke labels few pixels, so that their number stays about the same. */
const brush = 3;

/** Makes the window so large that the viewer has its size. @param {StudioPage} opened */
async function fit(opened) {
  const window = opened.page.viewportSize();
  const box = await opened.by('viewer').boundingBox();
  await opened.page.setViewportSize({
    width: window.width + viewer.width - Math.round(box.width), height: window.height + viewer.height - Math.round(box.height),
  });
  await opened.page.getByRole('button', { name: '1:1' }).click();
  for (let i = 0; i < 40; i++) await opened.page.keyboard.press(',');
  for (let i = 1; i < brush; i++) await opened.page.keyboard.press('.');
  await opened.page.waitForTimeout(700);
}

/** Labels two classes by strokes that a script sends, so that there are about so many labelled pixels. @param {Studio} studio */
async function label(studio, { width, height }) {
  const length = 60, radius = 2, each = length * 2 * radius;
  // Half of what the measured strokes will add, so that the mean is what was asked for.
  const drawn = (Number(strokes) + 3) * 20 * brush / 2;
  const operations = [];
  for (let i = 0; i < (Number(labelled) - drawn) / each; i++) {
    const x = 40 + (i * 397) % (width - length - 80), y = 40 + (i * 211) % (height - 80);
    operations.push({
      id: crypto.randomUUID(), kind: 'stroke', image: 'i1', page: 1, class: 1 + (i % 2), radius: radius * 16,
      points: [x * 16, y * 16, (x + length) * 16, y * 16],
    });
  }
  const headers = { 'content-type': 'application/json' };
  await studio.ask('/api/operations', { method: 'POST', body: JSON.stringify(operations), headers });
}

/** @param {number[]} values @param {number} share */
function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** One stroke of the class that the number names; resolves with the milliseconds from its end to the new segmentation. */
async function stroke(opened, box, i) {
  await opened.by(`class-${1 + (i % 2)}`).click();
  const x = Math.round(box.x + 250 + (i * 173) % (box.width - 500)), y = Math.round(box.y + 120 + (i * 97) % (box.height - 240));
  // The page itself takes the times: the end of the stroke when its event was made, the segmentation when a frame shows it.
  await opened.page.evaluate(() => {
    window.measured = new Promise((resolve) => {
      let begun = 0, changed = false;
      addEventListener('pointerup', (event) => { begun = event.timeStamp; }, { once: true, capture: true });
      const look = (time) => {
        const done = document.querySelector('[data-testid=status]').textContent.trim() === 'segmented';
        if (begun && !done) changed = true;
        if (begun && changed && done) return resolve(time - begun);
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  });
  await opened.draw([[x, y], [x + 20, y + 6]], { steps: 8 });
  return opened.page.evaluate(() => window.measured);
}

await inFolder(async (folder) => {
  const studio = await Studio.start([image], `${folder}/project`, more);
  const browser = await openBrowser();
  try {
    const opened = await StudioPage.open(browser, studio, viewer);
    await fit(opened);
    const project = await (await studio.ask('/api/project')).json();
    await label(studio, project.images[0]);
    await opened.segmented(600_000);
    const box = await opened.by('viewer').boundingBox();
    const times = [];
    for (let i = 0; i < Number(strokes) + 3; i++) {
      const time = await stroke(opened, box, i);
      // The first strokes wait for code that is compiled while it runs.
      if (i >= 3) times.push(time);
      await opened.page.waitForTimeout(150);
    }
    const after = await (await studio.ask('/api/project')).json();
    const pixels = Object.values(after.images[0].labelled).flatMap((page) => Object.values(page)).reduce((sum, count) => sum + count, 0);
    const ink = (await opened.page.evaluate(() => window.studio.inkLatencies())).slice(-500);
    console.log(JSON.stringify({
      viewer: [box.width, box.height], pixels, strokes: times.length, p50: quantile(times, 0.5), p95: quantile(times, 0.95),
      ink: { count: ink.length, p50: quantile(ink, 0.5), p95: quantile(ink, 0.95) },
      memory: await studio.memory(), complaints: opened.complaints,
    }));
  } finally {
    await browser.close();
    await studio.stop();
  }
});
