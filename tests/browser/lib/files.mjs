import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './studio.mjs';

const program = join(root, 'src/FastSeg.Cli/bin/Release/net10.0/FastSeg.Cli.dll');

/** A micrograph of the repository. */
export const sample = join(root, 'samples/ni/train/lshr_15kx_3kv_0.png');

/** Runs the command line. @param {string[]} options */
export const fastseg = (...options) => promisify(execFile)('dotnet', [program, ...options]);

/** The bytes of an npy file of uint8, without its header. @param {string} path */
export async function npyBytes(path) {
  const file = await readFile(path);
  return new Uint8Array(file.subarray(10 + file.readUInt16LE(8)));
}
