/** @import {Rect} from '../shared/types.mjs' */
import { TileSide, around, common, regionAt, tilesOf } from '../shared/geometry.mjs';

/** Bytes of one tile, and the picture of them. */
export class Tile {
  bytes = new Uint8Array(TileSide * TileSide);
  /** Where the server may have newer bytes, in pixels of the level; null where it has none. @type {Rect|null} */
  stale = null;
  /** @type {OffscreenCanvas|null} */
  picture = null;
  /** @type {object|null} what the picture was painted with */
  painted = null;
}

/** Tiles of one kind of bytes, by place; those used longest ago go first. */
export class TileStore {
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  #most;

  /** @param {number} most  tiles that are kept: a tile takes 64 KiB, its picture 256 KiB */
  constructor(most = 208) {
    this.#most = most;
  }

  /** @param {string} page @param {number} level @param {number} column @param {number} row */
  find(page, level, column, row) {
    return this.#tiles.get(`${page}/${level}/${column}/${row}`) ?? null;
  }

  /**
   * Says that a tile is in use, so that others go before it.
   * @param {string} page
   * @param {number} level
   * @param {number} column
   * @param {number} row
   */
  touch(page, level, column, row) {
    const key = `${page}/${level}/${column}/${row}`;
    const tile = this.#tiles.get(key);
    if (!tile) return;
    this.#tiles.delete(key);
    this.#tiles.set(key, tile);
  }

  /**
   * Writes bytes of a region of a level. Tiles that the region covers are fresh afterwards.
   * @param {string} page
   * @param {number} level
   * @param {Rect} region
   * @param {Uint8Array} bytes  row by row
   * @param {boolean} keep  whether a 0 leaves the byte that was there
   * @param {Rect} all  the whole level
   */
  merge(page, level, region, bytes, keep, all) {
    const plain = !keep || !bytes.includes(0);
    for (const { column, row } of tilesOf(region)) {
      const place = { x: column * TileSide, y: row * TileSide, width: TileSide, height: TileSide };
      const part = common(place, region), whole = common(place, all);
      if (!part || !whole) continue;
      const key = `${page}/${level}/${column}/${row}`;
      const known = this.#tiles.get(key);
      const complete = part.width === whole.width && part.height === whole.height;
      if (!known && !complete) continue;
      const tile = known ?? new Tile();
      copy(tile.bytes, place, bytes, region, part, plain);
      const left = tile.stale && common(tile.stale, region);
      if (complete || (left && left.width === tile.stale?.width && left.height === tile.stale.height)) tile.stale = null;
      tile.painted = null;
      this.#tiles.delete(key);
      this.#tiles.set(key, tile);
    }
    for (const key of this.#tiles.keys()) {
      if (this.#tiles.size <= this.#most) break;
      this.#tiles.delete(key);
    }
  }

  /**
   * Marks what a region of a page touches, on every level; without a page, everything.
   * @param {string|null} page
   * @param {Rect|null} region  in pixels of the image
   */
  spoil(page, region) {
    for (const [key, tile] of this.#tiles) {
      if (page !== null && !key.startsWith(`${page}/`)) continue;
      const [level, column, row] = key.split('/').slice(-3).map(Number);
      const place = { x: column * TileSide, y: row * TileSide, width: TileSide, height: TileSide };
      tile.stale = around(tile.stale, region ? common(regionAt(region, level), place) : place);
    }
  }

  clear() {
    this.#tiles.clear();
  }
}

/**
 * @param {Uint8Array} target @param {Rect} place @param {Uint8Array} source @param {Rect} region @param {Rect} part @param {boolean} whole
 */
function copy(target, place, source, region, part, whole) {
  for (let y = part.y; y < part.y + part.height; y++) {
    const from = (y - region.y) * region.width + part.x - region.x;
    const to = (y - place.y) * place.width + part.x - place.x;
    if (whole) {
      target.set(source.subarray(from, from + part.width), to);
      continue;
    }
    for (let x = 0; x < part.width; x++) if (source[from + x] !== 0) target[to + x] = source[from + x];
  }
}

/**
 * The colours of bytes. Where a byte is 0, `hatched` gives the pixels across a line of the hatching, or is null.
 * @typedef {{pixels: Uint32Array, hatched: Uint32Array|null}} Paint
 */

const Scratch = typeof ImageData === 'undefined' ? null : new ImageData(TileSide, TileSide);
const Pixels = Scratch ? new Uint32Array(Scratch.data.buffer) : new Uint32Array(0);

/**
 * The picture of a tile in these colours; painted again only where bytes or colours changed.
 * @param {Tile} tile
 * @param {Paint} paint
 */
export function pictureOf(tile, paint) {
  if (tile.picture && tile.painted === paint) return tile.picture;
  const { pixels, hatched } = paint, { bytes } = tile;
  for (let i = 0; i < bytes.length; i++) Pixels[i] = pixels[bytes[i]];
  if (hatched)
    for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0) Pixels[i] = hatched[((i >> 8) + i) & 7];
  tile.picture ??= new OffscreenCanvas(TileSide, TileSide);
  tile.picture.getContext('2d')?.putImageData(/** @type {ImageData} */ (Scratch), 0, 0);
  tile.painted = paint;
  return tile.picture;
}
