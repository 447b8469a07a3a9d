import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './studio.mjs';

const program = join(root, 'src/FastSeg.Cli/bin/Release/net10.0/FastSeg.Cli.dll');

/** A micrograph of the repository. */
export const sample = join(root, 'samples/ni/train/lshr_15kx_3kv_0.png');

/** Another one. */
export const second = join(root, 'samples/ni/train/spot3_0d_3.png');

/** Runs the command line. @param {string[]} options */
export const fastseg = (...options) => promisify(execFile)('dotnet', [program, ...options]);

/** The bytes of an npy file of uint8, without its header. @param {string} path */
export async function npyBytes(path) {
  const file = await readFile(path);
  return new Uint8Array(file.subarray(10 + file.readUInt16LE(8)));
}

/** An npy file of uint8. @param {Uint8Array} bytes @param {number} width @param {number} height */
export function npyOf(bytes, width, height) {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${height}, ${width}), }`;
  const padded = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11, ' ') + '\n';
  const head = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([head, Buffer.from(padded, 'latin1'), bytes]);
}

/**
 * A TIFF of uncompressed grey pages, each of its own size.
 * @param {{bytes: Uint8Array, width: number, height: number}[]} pages
 */
export function tiffOf(pages) {
  const head = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]), parts = [head];
  let at = head.length;
  pages.forEach(({ bytes, width, height }, i) => {
    // Width, height, bits, no compression, black is 0, where the pixels lie, samples, rows and bytes of the one strip.
    const tags = [[256, width], [257, height], [258, 8], [259, 1], [262, 1], [273, 0], [277, 1], [278, height], [279, bytes.length]];
    const size = 2 + 12 * tags.length + 4, next = at + size + bytes.length;
    tags[5][1] = at + size;
    const directory = Buffer.alloc(size);
    directory.writeUInt16LE(tags.length);
    tags.forEach(([tag, value], j) => {
      directory.writeUInt16LE(tag, 2 + 12 * j);
      directory.writeUInt16LE(4, 4 + 12 * j);
      directory.writeUInt32LE(1, 6 + 12 * j);
      directory.writeUInt32LE(value, 10 + 12 * j);
    });
    directory.writeUInt32LE(i + 1 < pages.length ? next : 0, size - 4);
    parts.push(directory, bytes);
    at = next;
  });
  return Buffer.concat(parts);
}
