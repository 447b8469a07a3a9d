import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The root of the repository. */
export const root = resolve(import.meta.dirname, '../../..');

/** The studio's program, as a build of the repository leaves it. */
const program = join(root, 'src/FastSeg.Studio/bin/Release/net10.0/FastSeg.Studio.dll');

/** A running studio: a process of its own. */
export class Studio {
  /** @param {import('node:child_process').ChildProcess} process @param {string} url @param {string} project */
  constructor(process, url, project) {
    this.process = process;
    this.url = url;
    this.project = project;
    this.origin = new URL(url).origin;
    this.ended = once(process, 'exit');
  }

  /**
   * Starts a studio and waits until it serves.
   * @param {string[]} images images and folders
   * @param {string|null} project the project's folder; null for the one that the studio takes by itself
   * @param {string[]} more further options
   */
  static async start(images, project, more = []) {
    if (!existsSync(program)) throw new Error(`${program} is not there; build src/FastSeg.Studio first.`);
    const options = [...(project ? ['--project', project] : []), '--no-browser', ...more];
    const child = spawn('dotnet', [program, ...images, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (data) => { errors += data; });
    const lines = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (lines.length === 2) break;
    }
    if (lines.length < 2) throw new Error(`The studio did not start: ${errors}`);
    child.stdout.resume();
    return new Studio(child, lines[0].replace('studio: ', ''), lines[1]);
  }

  /** Ends it as a person would, and waits. */
  async stop() {
    this.process.kill('SIGINT');
    await this.ended;
  }

  /** Ends it at once, as the kernel would. */
  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  /** The cookie of a script that has the link. */
  async cookie() {
    const answer = await fetch(this.url, { redirect: 'manual' });
    return answer.headers.getSetCookie()[0].split(';')[0];
  }

  /** Asks the server as a script would. @param {string} path @param {RequestInit} more */
  async ask(path, more = {}) {
    this.known ??= await this.cookie();
    const answer = await fetch(this.origin + path, { ...more, headers: { cookie: this.known, origin: this.origin, ...more.headers } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  /** Memory that the process holds, in MiB. */
  async memory() {
    const { readFile } = await import('node:fs/promises');
    const status = await readFile(`/proc/${this.process.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }
}

/** A folder that is deleted afterwards. @template T @param {(folder: string) => Promise<T>} use */
export async function inFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'fastseg-browser-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
