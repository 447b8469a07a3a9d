import assert from 'node:assert/strict';
import test from 'node:test';
import { Pointers } from '../../../src/FastSeg.Studio/web/js/draw/pointer.mjs';

/** A surface to draw on, and what became of the strokes on it. */
function surface() {
  const target = Object.assign(new EventTarget(), { focus: () => {}, setPointerCapture: () => {} });
  const done = [];
  let points = null;
  const pen = {
    begin: () => { points = 1; },
    move: () => { points++; },
    end: () => { if (points !== null) done.push(points); points = null; },
    cancel: () => { points = null; },
  };
  const pans = [];
  const view = { toImage: (x, y) => ({ x, y }), pan: (x, y) => pans.push([x, y]), zoom: () => {} };
  new Pointers(target, { store: { now: { tool: 'brush' } }, view, pen, polygon: { open: false }, fill: () => {} });
  const send = (type, pointerType, pointerId, timeStamp = 0, clientX = 10) => {
    const event = new Event(`pointer${type}`, { cancelable: true });
    for (const [key, value] of Object.entries({ pointerType, pointerId, timeStamp, button: 0, buttons: 1, clientX, clientY: 10 }))
      Object.defineProperty(event, key, { value });
    target.dispatchEvent(event);
  };
  return { send, done, pans };
}

test('the hand that comes down while the pen draws takes no stroke away', () => {
  const { send, done, pans } = surface();
  send('down', 'pen', 1);
  send('move', 'pen', 1);
  send('down', 'touch', 2);
  send('move', 'touch', 2);
  send('move', 'pen', 1);
  send('up', 'pen', 1);
  send('up', 'touch', 2);
  assert.deepEqual(done, [4]);
  assert.deepEqual(pans, []);
});

test('the hand that lay there before does not keep the pen from drawing', () => {
  const { send, done } = surface();
  send('down', 'pen', 1);
  send('up', 'pen', 1);
  send('down', 'touch', 2);
  send('down', 'pen', 3);
  send('move', 'pen', 3);
  send('up', 'pen', 3);
  assert.deepEqual(done, [2, 3]);
});

test('a second finger makes a pinch of a stroke that only just began, and ends one that was meant', () => {
  for (const [after, way, kept] of [[100, 200, []], [2000, 5, []], [2000, 200, [3]]]) {
    const { send, done } = surface();
    send('down', 'touch', 1, 0);
    send('move', 'touch', 1, 10);
    send('move', 'touch', 1, 20, 10 + way);
    send('down', 'touch', 2, after);
    send('up', 'touch', 1, after + 50);
    send('up', 'touch', 2, after + 60);
    assert.deepEqual(done, kept);
  }
});
