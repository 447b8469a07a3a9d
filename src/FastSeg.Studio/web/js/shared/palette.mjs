/** @import {ProjectClass} from './types.mjs' */

/** Okabe and Ito's colours, which people with any colour vision tell apart; the library's PNGs begin with the same. */
const First = ['#e69f00', '#56b4e9', '#009e73', '#f0e442', '#0072b2', '#d55e00', '#cc79a7', '#999999'];

/** The colour of a label value in the library's PNGs. @param {number} value from 1 */
export function defaultColour(value) {
  if (value <= First.length) return First[value - 1];
  const hue = (value * 137.50776405) % 360, brightness = 0.55 + 0.45 * ((value * 0.618034) % 1);
  const channel = (/** @type {number} */ n) => {
    const k = (n + hue / 60) % 6;
    const ramp = Math.min(Math.max(Math.min(k, 4 - k), 0), 1);
    return Math.round(255 * brightness * (1 - 0.65 * ramp)).toString(16).padStart(2, '0');
  };
  return `#${channel(5)}${channel(3)}${channel(1)}`;
}

/** Red, green and blue of #rrggbb. @param {string} colour @returns {[number, number, number]} */
export function channels(colour) {
  const bits = Number.parseInt(colour.slice(1), 16);
  return [bits >> 16, (bits >> 8) & 255, bits & 255];
}

/**
 * A pixel of a canvas: red in the lowest byte.
 * @param {number} red
 * @param {number} green
 * @param {number} blue
 * @param {number} alpha
 */
function pixel(red, green, blue, alpha) {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * The canvas pixel of every class value; what is hidden or has no class is transparent.
 * @param {ProjectClass[]} classes
 * @param {Set<number>} hidden
 */
export function classPixels(classes, hidden) {
  const pixels = new Uint32Array(256);
  for (const { value, colour } of classes) if (!hidden.has(value)) pixels[value] = pixel(...channels(colour), 255);
  return pixels;
}

/** The canvas pixel of every uncertainty: from transparent, where it is certain, to a bright magenta. */
export function uncertaintyPixels() {
  const pixels = new Uint32Array(256);
  for (let value = 1; value < 256; value++) {
    const share = (value - 1) / 254;
    pixels[value] = pixel(255, Math.round(120 * (1 - share)), Math.round(120 + 110 * share), Math.round(255 * share ** 1.5));
  }
  return pixels;
}

/** Black or white, whichever is read better on the colour. @param {string} colour */
export function inkOn(colour) {
  const [red, green, blue] = channels(colour);
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? '#000000' : '#ffffff';
}
