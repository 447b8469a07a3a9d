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
