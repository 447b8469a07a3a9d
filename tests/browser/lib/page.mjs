import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Debian's browser, or the one that FASTSEG_CHROMIUM names. */
export const browserPath = process.env.FASTSEG_CHROMIUM ?? '/usr/bin/chromium';

/** Whether there is a browser. */
export const hasBrowser = existsSync(browserPath);

/** Without a sandbox, which the superuser cannot have, and without calls to the browser's makers. */
const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run'];

/** Starts a browser without a window. */
export function openBrowser() {
  return chromium.launch({ executablePath: browserPath, args: flags });
}

/** The studio's page in a browser, driven as a person drives it. */
export class StudioPage {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
    /** What the page complained about. @type {string[]} */
    this.complaints = [];
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => { if (message.type() === 'error') this.complaints.push(message.text()); });
  }

  /**
   * Opens the page of a studio and waits until its first image is there.
   * @param {import('playwright-core').Browser} browser
   * @param {import('./studio.mjs').Studio} studio
   * @param {{width?: number, height?: number}} size of the window
   */
  static async open(browser, studio, { width = 1280, height = 800 } = {}) {
    const context = await browser.newContext({ viewport: { width, height } });
    const opened = new StudioPage(await context.newPage());
    await opened.page.goto(studio.url);
    await opened.ready();
    return opened;
  }

  async ready() {
    await this.page.waitForFunction(() => 'studio' in window);
    await this.page.evaluate(() => window.studio.ready);
    await this.page.waitForFunction(() => window.studio.imageToScreen(0, 0));
  }

  /** @param {string} id a data-testid */
  by(id) {
    return this.page.getByTestId(id);
  }

  /** Where a point of the image lies in the window. @param {number} x @param {number} y */
  screen(x, y) {
    return this.page.evaluate(([x, y]) => window.studio.imageToScreen(x, y), [x, y]);
  }

  /** Where a point of the window lies in the image. @param {number} x @param {number} y */
  image(x, y) {
    return this.page.evaluate(([x, y]) => window.studio.screenToImage(x, y), [x, y]);
  }

  /**
   * Draws a line through points of the window, which lie on whole pixels of it.
   * @param {[number, number][]} points
   * @param {{steps?: number, release?: boolean}} how
   */
  async draw(points, { steps = 6, release = true } = {}) {
    const [first, ...others] = points;
    await this.page.mouse.move(...first);
    await this.page.mouse.down();
    for (const point of others) await this.page.mouse.move(...point, { steps });
    if (release) await this.page.mouse.up();
  }

  /** Waits until all that is on screen is up to date, and returns how long it took, in milliseconds. */
  async segmented(timeout = 30_000) {
    const start = performance.now();
    await this.page.waitForFunction(
      () => document.querySelector('[data-testid=status]')?.textContent?.trim() === 'segmented', null, { timeout, polling: 'raf' });
    return performance.now() - start;
  }

  close() {
    return this.page.context().close();
  }
}
