/** @import {Rect, Transform} from '../shared/types.mjs' */
import { TileSide, around, atLevel, common, levelCount, levelFor, regionAt, tilesOf, visible } from '../shared/geometry.mjs';
import { Tile, TileStore, pictureOf } from './tiles.mjs';

/** Larger than any image. @type {Rect} */
const Everything = { x: -1e9, y: -1e9, width: 2e9, height: 2e9 };

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
  /** When painting must pause, so that a stroke's next frame is not late. */
  deadline = Infinity;
  /** Called with every answer once its bytes are in. @type {(answer: Response) => void} */
  merged = () => {};
  /** Called when the picture should be drawn again. @type {() => void} */
  changed = () => {};
  #tiles = new TileStore();
  #address;
  /** @type {Rect|null} what is to be drawn again although the view is the same, in pixels of the image */
  #damage = Everything;
  /** @type {Rect|null} what still shows old colours, since painting had to pause */
  #behind = null;
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
    return this.#fetching !== null || this.#dirty || this.#failed || this.#behind !== null;
  }

  /** @param {Sheet|null} sheet */
  open(sheet) {
    this.sheet = sheet;
    this.#dirty = false;
    this.#failed = false;
    this.#stop();
    this.spoil();
  }

  /** Has it drawn again with the next frame. @param {Rect} [region] in pixels of the image; all of it unless given */
  spoil(region = Everything) {
    this.#damage = around(this.#damage, region);
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
    this.spoil();
  }

  /** The byte of a pixel of the image as it is shown; 0 where none is known. @param {number} x @param {number} y */
  at(x, y) {
    const column = x >> this.#level, row = y >> this.#level;
    const tile = this.sheet && this.#tiles.find(this.sheet.key, this.#level, column >> 8, row >> 8);
    return tile ? tile.bytes[(row & 255) * TileSide + (column & 255)] : 0;
  }

  /** Draws what changed, or all of it where the view did. @param {Transform} view @param {boolean} moved */
  draw(view, moved) {
    const damage = moved ? Everything : this.#damage;
    if (!damage) return;
    this.#damage = this.#behind = null;
    this.#view = view;
    const ratio = fit(this.canvas, view), { context, sheet } = this;
    context.save();
    clipTo(context, onCanvas(this.canvas, view, ratio, damage));
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (sheet) {
      this.#level = levelFor(view.scale * ratio, levelCount(sheet.width, sheet.height));
      if (this.shown) this.#drawSheet(view, ratio, sheet, damage);
    }
    context.restore();
    if (this.#behind) this.spoil(this.#behind);
    this.#ask();
  }

  /** @param {Transform} view @param {number} ratio @param {Sheet} sheet @param {Rect} damage */
  #drawSheet(view, ratio, sheet, damage) {
    const { context, from, to } = this, whole = { x: 0, y: 0, width: sheet.width, height: sheet.height };
    const left = Math.round(from * view.width * ratio), right = Math.round(to * view.width * ratio);
    clipTo(context, { x: left, y: 0, width: right - left, height: this.canvas.height });
    clipTo(context, onCanvas(this.canvas, view, ratio, whole));
    context.imageSmoothingEnabled = false;
    const region = common(visible(view, sheet.width, sheet.height), damage);
    if (!region) return;
    for (const { column, row } of tilesOf(regionAt(region, this.#level))) this.#drawTile(view, ratio, column, row);
    this.drawAbove(view);
  }

  /** What is drawn above the tiles, for layers that have more. @param {Transform} _view */
  drawAbove(_view) {}

  /** @param {Transform} view @param {number} ratio @param {number} column @param {number} row */
  #drawTile(view, ratio, column, row) {
    const key = /** @type {Sheet} */ (this.sheet).key, level = this.#level;
    const tile = this.#tiles.find(key, level, column, row);
    const place = placeOf(view, ratio, level, column, row);
    if (tile) {
      this.#tiles.touch(key, level, column, row);
      this.context.drawImage(this.#picture(tile, column, row), place.x, place.y, place.width, place.height);
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
   * A tile's picture; the old one, where there is one and no time to paint.
   * @param {Tile} tile
   * @param {number} column
   * @param {number} row
   */
  #picture(tile, column, row) {
    if (!tile.picture || tile.painted === this.paint || performance.now() < this.deadline) return pictureOf(tile, this.paint);
    const side = TileSide * 2 ** this.#level;
    this.#behind = around(this.#behind, { x: column * side, y: row * side, width: side, height: side });
    return tile.picture;
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
      // What failed is not wanted any more: nothing is waited for, which the page must hear.
      if (this.#failed) {
        this.#failed = false;
        this.changed();
      }
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
      const step = 2 ** level;
      this.spoil({ x: region.x * step, y: region.y * step, width: region.width * step, height: region.height * step });
      this.merged(answer);
    } catch {
      if (this.#fetching !== fetching) return;
      this.#fetching = null;
      this.#failed = true;
      again = false;
    }
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

/** @param {CanvasRenderingContext2D} context @param {Rect} rect in the canvas's pixels */
function clipTo(context, rect) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.beginPath();
  context.rect(rect.x, rect.y, rect.width, rect.height);
  context.clip();
}

/**
 * Whole pixels of a canvas that a region of the image touches.
 * @param {HTMLCanvasElement} canvas
 * @param {Transform} view
 * @param {number} ratio
 * @param {Rect} region
 */
function onCanvas(canvas, view, ratio, region) {
  const scale = view.scale * ratio, left = view.x * ratio, top = view.y * ratio;
  const x = Math.max(Math.round(left + region.x * scale), 0), y = Math.max(Math.round(top + region.y * scale), 0);
  const right = Math.min(Math.round(left + (region.x + region.width) * scale), canvas.width);
  const bottom = Math.min(Math.round(top + (region.y + region.height) * scale), canvas.height);
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
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
