import assert from 'node:assert/strict';
import test from 'node:test';
import { Outbox, newId } from '../../../src/FastSeg.Studio/web/js/draw/outbox.mjs';

/** An outbox before a server that answers as it is told to. */
function office(answer) {
  const asked = [], sent = [], refused = [], troubles = [];
  globalThis.fetch = async (path, { body }) => {
    const operation = JSON.parse(body);
    asked.push(`${path} ${operation.id}`);
    const [status, value] = answer(operation, asked.length);
    if (status === 0) throw new TypeError('no connection');
    return new Response(JSON.stringify(value), { status });
  };
  const outbox = new Outbox({
    sent: (operation) => sent.push(operation.id), refused: (operation, sentence) => refused.push(`${operation.id}: ${sentence}`),
    waiting: () => {}, trouble: (trouble) => troubles.push(trouble?.status ?? null),
  });
  return { outbox, asked, sent, refused, troubles };
}

const good = [200, { version: 1, changes: [], canUndo: true, canRedo: false }];

/** Waits until what is expected is so. */
async function until(condition) {
  for (let i = 0; i < 400 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(condition(), String(condition));
}

test('operations are sent one after the other, undo among them', async () => {
  const { outbox, asked, sent } = office(() => good);
  await outbox.open('p');
  for (const [id, kind] of [['a', 'stroke'], ['b', 'undo'], ['c', 'stroke']]) outbox.add({ id, kind });
  assert.equal(outbox.waiting, 3);
  await until(() => outbox.waiting === 0);
  assert.deepEqual(asked, ['/api/operations a', '/api/undo b', '/api/operations c']);
  assert.deepEqual(sent, ['a', 'b', 'c']);
});

test('without a connection they wait and go in their order when it is back', async () => {
  const { outbox, sent, troubles } = office((_, time) => time <= 2 ? [0] : good);
  await outbox.open('p');
  outbox.add({ id: 'a', kind: 'stroke' });
  outbox.add({ id: 'b', kind: 'stroke' });
  await until(() => troubles.includes(0));
  assert.equal(outbox.waiting, 2);
  outbox.hurry();
  await until(() => outbox.waiting === 0);
  assert.deepEqual(sent, ['a', 'b']);
  assert.equal(troubles.at(-1), null);
});

test('a full disk is trouble that may pass: the stroke is kept', async () => {
  const { outbox, refused, troubles } = office((_, time) => time === 1 ? [500, { error: 'The disk is full.' }] : good);
  await outbox.open('p');
  outbox.add({ id: 'a', kind: 'stroke' });
  await until(() => troubles.includes(500));
  assert.equal(outbox.waiting, 1);
  outbox.hurry();
  await until(() => outbox.waiting === 0);
  assert.deepEqual(refused, []);
});

test('a page of an earlier start keeps what it has and asks no more by itself', async () => {
  const { outbox, asked, troubles } = office(() => [401, { error: 'Open the link.' }]);
  await outbox.open('p');
  outbox.add({ id: 'a', kind: 'stroke' });
  await until(() => troubles.includes(401));
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(asked.length, 1);
  assert.equal(outbox.waiting, 1);
});

test('what is refused for good goes, with its sentence, and does not hold up what follows', async () => {
  const { outbox, sent, refused } = office((operation) => operation.id === 'a' ? [422, { error: 'No class 9.' }] : good);
  await outbox.open('p');
  outbox.add({ id: 'a', kind: 'stroke' });
  outbox.add({ id: 'b', kind: 'stroke' });
  await until(() => outbox.waiting === 0);
  assert.deepEqual(refused, ['a: No class 9.']);
  assert.deepEqual(sent, ['b']);
});

/** A browser's database in which these operations wait; what is put into it is put behind them. */
function waiting(...rows) {
  const soon = (request) => (setTimeout(() => request.onsuccess(), 20), request);
  const store = { getAll: () => soon({ result: [...rows] }), put: (row) => rows.push(row), delete: () => {} };
  const base = { transaction: () => {
    const change = { objectStore: () => store };
    setTimeout(() => change.oncomplete?.());
    return change;
  } };
  globalThis.indexedDB = { open: () => soon({ result: base }) };
  globalThis.IDBKeyRange = { bound: () => null };
  return rows;
}

test('what is drawn while the page still looks for what waited goes behind it, and is kept', async (context) => {
  context.after(() => { delete globalThis.indexedDB; });
  const later = Date.now() + 1e6, rows = waiting({ project: 'p', time: later, id: 'old', operation: { id: 'old', kind: 'stroke' } });
  const { outbox, asked, sent } = office(() => good);
  const opening = outbox.open('p');
  outbox.add({ id: 'new', kind: 'stroke' });
  await opening;
  await until(() => outbox.waiting === 0);
  assert.deepEqual(sent, ['old', 'new']);
  assert.equal(asked.length, 2);
  await until(() => rows.length === 2);
  assert.deepEqual([rows[1].project, rows[1].id], ['p', 'new']);
  assert.ok(rows[1].time > later, 'the clock was set back, and the order stays');
});

test('ids are different, and such as the server takes', () => {
  const ids = new Set(Array.from({ length: 1000 }, newId));
  assert.equal(ids.size, 1000);
  for (const id of ids) assert.match(id, /^[0-9a-f-]{36}$/);
});
