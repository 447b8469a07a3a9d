/** @import {Rect, Transform} from './types.mjs' */
import { TileSide, around, atLevel, common, levelCount, levelFor, regionAt, tilesOf, visible } from './geometry.mjs';
import { TileStore, pictureOf } from './tiles.mjs';

/**
 * What a layer needs to know of the page that it covers.
 * @typedef {{key: string, image: string, page: number, width: number, height: number}} Sheet
 *
 * How a layer gets its bytes: the address of a region of a level, or null where there is nothing to fetch.
 * @typedef {(sheet: Sheet, region: Rect, level: number) => string|null} Address
 */

/** A canvas over the image that shows bytes of the server in colours, tile by tile. What it shows stays until newer bytes are there. */
export class Layer {
  /** @type {Sheet|null} */
  sheet = null;
  /** The colours; a new object has every tile painted again. @type {import('./tiles.mjs').Paint} */
  paint = { pixels: new Uint32Array(256), hatched: null };
  /** Whether a 0 that arrives leaves what was there. */
  keep = false;
  /** Part of the viewer's width that is drawn. */
  from = 0;
  to = 1;
  shown = true;
  /** Whether it has to be drawn again although the view is the same. */
  due = true;
  /** Called with every answer once its bytes are in. @type {(answer: Response) => void} */
  merged = () => {};
  /** Called when the picture should be drawn again. @type {() => void} */
  changed = () => {};
  #tiles = new TileStore();
  #address;
  /** Whether something is to be fetched again. */
  #dirty = false;
  /** @type {AbortController|null} */
  #fetching = null;
  #fetchingLevel = 0;
  /** What changed since the present request was sent: its answer may be older. @type {{key: string|null, region: Rect|null}[]} */
  #late = [];
  /** Whether the last request failed, and another one is planned. */
  #failed = false;
  #level = 0;
  /** @type {Transform|null} */
  #view = null;

  /** @param {HTMLCanvasElement} canvas @param {Address} address */
  constructor(canvas, address) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.#address = address;
  }

  /** Whether something newer than what is shown is known to be there. */
  get busy() {
    return this.#fetching !== null || this.#dirty || this.#failed;
  }

  /** @param {Sheet|null} sheet */
  open(sheet) {
    this.sheet = sheet;
    this.#dirty = false;
    this.#failed = false;
    this.#stop();
    this.changed();
  }

  /**
   * Bytes of a region of a page are newer than ours; without a region, all of it.
   * @param {string|null} key
   * @param {Rect|null} region
   */
  refresh(key, region) {
    this.#tiles.spoil(key, region);
    if (this.#fetching) this.#late.push({ key, region });
    if (!this.sheet || (key !== null && key !== this.sheet.key)) return;
    this.#dirty = true;
    this.#ask();
  }

  /** Forgets every byte: what was shown is no result any more. */
  clear() {
    this.#tiles.clear();
    this.changed();
  }

  /** The byte of a pixel of the image as it is shown; 0 where none is known. @param {number} x @param {number} y */
  at(x, y) {
    const column = x >> this.#level, row = y >> this.#level;
    const tile = this.sheet && this.#tiles.find(this.sheet.key, this.#level, column >> 8, row >> 8);
    return tile ? tile.bytes[(row & 255) * TileSide + (column & 255)] : 0;
  }

  /** Draws all of it, if it changed or the view did. @param {Transform} view @param {boolean} moved @returns {boolean} whether it drew */
  draw(view, moved) {
    if (!moved && !this.due) return false;
    this.due = false;
    this.#view = view;
    const ratio = fit(this.canvas, view), { context, sheet } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!sheet) return true;
    this.#level = levelFor(view.scale * ratio, levelCount(sheet.width, sheet.height));
    if (!this.shown) return true;
    context.save();
    context.beginPath();
    context.rect(Math.round(this.from * view.width * ratio), 0, Math.round((this.to - this.from) * view.width * ratio), this.canvas.height);
    context.clip();
    context.beginPath();
    context.rect(view.x * ratio, view.y * ratio, sheet.width * view.scale * ratio, sheet.height * view.scale * ratio);
    context.clip();
    context.imageSmoothingEnabled = false;
    const region = visible(view, sheet.width, sheet.height);
    if (region.width > 0 && region.height > 0)
      for (const { column, row } of tilesOf(regionAt(region, this.#level))) this.#drawTile(view, ratio, column, row);
    context.restore();
    this.#ask();
    return true;
  }

  /** @param {Transform} view @param {number} ratio @param {number} column @param {number} row */
  #drawTile(view, ratio, column, row) {
    const key = /** @type {Sheet} */ (this.sheet).key, level = this.#level;
    const tile = this.#tiles.find(key, level, column, row);
    const place = placeOf(view, ratio, level, column, row);
    if (tile) {
      this.#tiles.touch(key, level, column, row);
      this.context.drawImage(pictureOf(tile, this.paint), place.x, place.y, place.width, place.height);
      return;
    }
    for (let up = 1; up <= 4; up++) {
      const coarse = this.#tiles.find(key, level + up, column >> up, row >> up);
      if (!coarse) continue;
      const side = TileSide >> up, mask = (1 << up) - 1;
      this.context.drawImage(pictureOf(coarse, this.paint), (column & mask) * side, (row & mask) * side, side, side,
        place.x, place.y, place.width, place.height);
      return;
    }
    if (level === 0) return;
    for (let i = 0; i < 4; i++) {
      const x = column * 2 + (i & 1), y = row * 2 + (i >> 1), fine = this.#tiles.find(key, level - 1, x, y);
      if (!fine) continue;
      const part = placeOf(view, ratio, level - 1, x, y);
      this.context.drawImage(pictureOf(fine, this.paint), part.x, part.y, part.width, part.height);
    }
  }

  /**
   * The part of the current level that should be fetched, whole tiles where a tile is missing; null where all is there.
   * @param {Sheet} sheet
   */
  #wanted(sheet) {
    const view = /** @type {Transform} */ (this.#view);
    const region = visible(view, sheet.width, sheet.height);
    if (region.width === 0 || region.height === 0) return null;
    const level = this.#level, seen = regionAt(region, level);
    /** @type {Rect|null} */
    let wanted = null;
    for (const { column, row } of tilesOf(seen)) {
      const tile = this.#tiles.find(sheet.key, level, column, row);
      // A tile that is there needs only what changed in it.
      if (!tile) wanted = around(wanted, { x: column * TileSide, y: row * TileSide, width: TileSide, height: TileSide });
      else wanted = around(wanted, tile.stale);
    }
    const all = { x: 0, y: 0, width: atLevel(sheet.width, level), height: atLevel(sheet.height, level) };
    return wanted && common(wanted, all);
  }

  /** Fetches what is missing, one request at a time: what comes up meanwhile goes into the next. */
  #ask() {
    const sheet = this.sheet;
    if (!sheet || !this.#view || !this.shown) {
      this.#dirty = false;
      return;
    }
    if (this.#fetching && this.#fetchingLevel === this.#level) return;
    this.#stop();
    const region = this.#wanted(sheet), level = this.#level;
    this.#dirty = false;
    const address = region && this.#address(sheet, region, level);
    if (!region || !address) {
      this.#failed = false;
      return;
    }
    this.#fetching = new AbortController();
    this.#late = [];
    this.#fetchingLevel = level;
    void this.#fetch(address, sheet, region, level, this.#fetching);
  }

  /** @param {string} address @param {Sheet} sheet @param {Rect} region @param {number} level @param {AbortController} fetching */
  async #fetch(address, sheet, region, level, fetching) {
    let again = true;
    try {
      const answer = await fetch(address, { signal: fetching.signal });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (this.#fetching !== fetching) return;
      const all = { x: 0, y: 0, width: atLevel(sheet.width, level), height: atLevel(sheet.height, level) };
      this.#tiles.merge(sheet.key, level, region, bytes, this.keep, all);
      for (const { key, region: newer } of this.#late) this.#tiles.spoil(key, newer);
      this.#fetching = null;
      this.#failed = false;
      this.merged(answer);
    } catch {
      if (this.#fetching !== fetching) return;
      this.#fetching = null;
      this.#failed = true;
      again = false;
    }
    this.changed();
    if (again) this.#ask();
    else setTimeout(() => this.#ask(), 1000);
  }

  #stop() {
    this.#fetching?.abort();
    this.#fetching = null;
  }
}

/**
 * Gives a canvas the viewer's size in the device's pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {Transform} view
 * @returns {number}
 */
export function fit(canvas, view) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(view.width * ratio), height = Math.round(view.height * ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return ratio;
}

/**
 * Where a tile lies on the canvas; edges are whole pixels, so that no seam shows between tiles.
 * @param {Transform} view
 * @param {number} ratio
 * @param {number} level
 * @param {number} column
 * @param {number} row
 */
function placeOf(view, ratio, level, column, row) {
  const side = TileSide * 2 ** level * view.scale * ratio;
  const x = Math.round(view.x * ratio + column * side), y = Math.round(view.y * ratio + row * side);
  return {
    x, y, width: Math.round(view.x * ratio + (column + 1) * side) - x, height: Math.round(view.y * ratio + (row + 1) * side) - y,
  };
}
