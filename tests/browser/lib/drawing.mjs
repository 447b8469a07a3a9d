import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StudioPage, openBrowser } from './page.mjs';
import { Raster } from './raster.mjs';
import { Studio } from './studio.mjs';

/** A studio, its page in a browser, and beside them what its labels must be. */
export class Drawing {
  /** Starts all of it on some images. @param {string[]} images */
  static async start(images) {
    const drawing = new Drawing();
    drawing.images = images;
    drawing.folder = await mkdtemp(join(tmpdir(), 'fastseg-browser-'));
    await drawing.serve();
    drawing.browser = await openBrowser();
    drawing.opened = await StudioPage.open(drawing.browser, drawing.studio);
    drawing.version = (await drawing.project()).version;
    drawing.rasters = new Map((await drawing.project()).images.map(({ id, width, height }) => [id, new Raster(width, height)]));
    return drawing;
  }

  /** Starts the studio on the same project, at the first time or again. */
  async serve() {
    this.studio = await Studio.start(this.images, join(this.folder, 'project'));
  }

  async end() {
    await this.browser?.close();
    await this.studio?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async project() {
    return (await this.studio.ask('/api/project')).json();
  }

  /** All bytes that the server has of an image. @param {'labels'|'overlay'} what @param {string} image */
  async bytes(what, image) {
    const { width, height } = this.rasters.get(image);
    const answer = await this.studio.ask(`/api/images/${image}/1/${what}?x=0&y=0&width=${width}&height=${height}`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Waits until the server has so many operations more than when this was last called, and no others. @param {number} more */
  async saved(more) {
    this.version += more;
    for (let i = 0; i < 300; i++) {
      const { version } = await this.project();
      if (version > this.version) throw new Error(`There are ${version - this.version} operations more than were made.`);
      if (version === this.version) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`Operation ${this.version} did not come.`);
  }

  /** Whether the server's labels are those that were drawn: the images in which they are not. */
  async wrong() {
    const wrong = [];
    for (const [id, { labels }] of this.rasters)
      if (!Buffer.from(await this.bytes('labels', id)).equals(Buffer.from(labels))) wrong.push(id);
    return wrong;
  }

  /** A point of the window, given by its share of the viewer. @param {number} x @param {number} y @returns {Promise<[number, number]>} */
  async at(x, y) {
    const box = await this.opened.by('viewer').boundingBox();
    return [Math.round(box.x + x * box.width), Math.round(box.y + y * box.height)];
  }

  /**
   * Draws a line with the pointer, and the same line into what the labels must be. Every event of the pointer is a point.
   * @param {string} image which one is shown
   * @param {number} value the class, which must be chosen; 0 where the eraser is
   * @param {[number, number]} from shares of the viewer
   * @param {[number, number]} to
   * @param {{release?: boolean}} how
   */
  async line(image, value, from, to, how = {}) {
    const steps = 5, first = await this.at(...from), last = await this.at(...to), points = [];
    for (let i = 0; i <= steps; i++) {
      const spot = await this.opened.image(first[0] + (last[0] - first[0]) * i / steps, first[1] + (last[1] - first[1]) * i / steps);
      points.push(Math.round(spot.x * 16), Math.round(spot.y * 16));
    }
    const diameter = Number((await this.opened.page.locator('.size').textContent())?.match(/[\d.]+/)?.[0]);
    await this.opened.draw([first, last], { steps, ...how });
    this.rasters.get(image).stroke(points, diameter * 8, value);
  }
}
