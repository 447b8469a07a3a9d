import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const web = join(import.meta.dirname, '../../../src/FastSeg.Studio/web');

/** The modules that one imports, and those that these import. @param {string} name @param {Set<string>} seen */
function imported(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = readFileSync(join(web, 'js', name), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  for (const [, other] of text.matchAll(/(?:from|import) '(\.{1,2}\/[\w/.-]+\.mjs)'/g)) {
    imported(posix.join(posix.dirname(name), other), seen);
  }
  return seen;
}

test('the page asks for all its modules at once', () => {
  const page = readFileSync(join(web, 'index.html'), 'utf8');
  const named = [...page.matchAll(/modulepreload" href="\/web\/js\/([\w/-]+\.mjs)"/g)].map(([, name]) => name);
  const needed = [...imported('main.mjs')].filter((name) => name !== 'main.mjs');
  assert.deepEqual(named, needed.toSorted());
});
