/** @import {Rect, Spot, Transform} from './types.mjs' */

/** Side of a tile, in pixels of its level. */
export const TileSide = 256;
/** Parts of a pixel in which the page gives coordinates. */
export const Parts = 16;

/** A coordinate of the image, in 1/16 pixel. @param {number} pixels */
export function toParts(pixels) {
  return Math.round(pixels * Parts);
}

/**
 * Where a place of the viewer lies in the image, in pixels.
 * @param {Transform} view
 * @param {number} x
 * @param {number} y
 * @returns {Spot}
 */
export function toImage(view, x, y) {
  return { x: (x - view.x) / view.scale, y: (y - view.y) / view.scale };
}

/**
 * @param {Transform} view
 * @param {number} x
 * @param {number} y
 * @returns {Spot}
 */
export function toViewer(view, x, y) {
  return { x: view.x + x * view.scale, y: view.y + y * view.scale };
}

/**
 * Levels of an image's pyramid: level 0 is the whole, the last fits into a tile.
 * @param {number} width
 * @param {number} height
 */
export function levelCount(width, height) {
  let levels = 1;
  for (let side = Math.max(width, height); side > TileSide; side /= 2) levels++;
  return levels;
}

/** Length of a side at a level. @param {number} pixels @param {number} level */
export function atLevel(pixels, level) {
  return Math.ceil(pixels / 2 ** level);
}

/**
 * The level whose pixels are nearest to, but not larger than, a device's pixels; level 0 where the image is magnified.
 * @param {number} scale  device pixels an image pixel
 * @param {number} levels
 */
export function levelFor(scale, levels) {
  const level = Math.floor(Math.log2(1 / scale) + 1e-6);
  return Math.min(Math.max(level, 0), levels - 1);
}

/**
 * What of the image the viewer shows, in whole pixels of the image; width or height 0 where it shows nothing.
 * @param {Transform} view
 * @param {number} width
 * @param {number} height
 * @returns {Rect}
 */
export function visible(view, width, height) {
  const left = Math.max(0, Math.floor(-view.x / view.scale)), top = Math.max(0, Math.floor(-view.y / view.scale));
  const right = Math.min(width, Math.ceil((view.width - view.x) / view.scale));
  const bottom = Math.min(height, Math.ceil((view.height - view.y) / view.scale));
  return { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/** The pixels of a level that a region of the image touches. @param {Rect} region @param {number} level @returns {Rect} */
export function regionAt(region, level) {
  const step = 2 ** level;
  const x = Math.floor(region.x / step), y = Math.floor(region.y / step);
  return {
    x, y, width: Math.ceil((region.x + region.width) / step) - x, height: Math.ceil((region.y + region.height) / step) - y,
  };
}

/** @param {Rect} a @param {Rect} b @returns {Rect|null} */
export function common(a, b) {
  const x = Math.max(a.x, b.x), y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x, height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** The smallest rectangle around both. @param {Rect|null} a @param {Rect|null} b @returns {Rect|null} */
export function around(a, b) {
  if (!a || !b) return a ?? b;
  const x = Math.min(a.x, b.x), y = Math.min(a.y, b.y);
  return {
    x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

/** Columns and rows of the tiles that a region of a level touches. @param {Rect} region */
export function tilesOf(region) {
  const tiles = [];
  const right = Math.floor((region.x + region.width - 1) / TileSide), bottom = Math.floor((region.y + region.height - 1) / TileSide);
  for (let row = Math.floor(region.y / TileSide); row <= bottom; row++)
    for (let column = Math.floor(region.x / TileSide); column <= right; column++) tiles.push({ column, row });
  return tiles;
}

/** A length of 1, 2 or 5 times a power of ten, at most `most`. @param {number} most */
export function roundLength(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  const digit = most / power;
  return (digit >= 5 ? 5 : digit >= 2 ? 2 : 1) * power;
}
