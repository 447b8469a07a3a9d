/** @import {Studio} from '../studio.mjs' */
/** @import {Cursor} from '../draw/cursor.mjs' */
/** @import {Pointers} from '../draw/pointer.mjs' */
import { byId } from '../shared/dom.mjs';
import { chooseClass } from './classes.mjs';
import { choose } from './toolbar.mjs';
import { compareWith, keep, toggle } from './layers.mjs';
import { nextRadius } from '../draw/stroke.mjs';
import { step } from './images.mjs';

/**
 * @param {Studio} studio
 * @param {Cursor} cursor
 * @param {Pointers} pointers
 * @param {{help: () => void, uncertain: () => void}} more
 */
export function keys(studio, cursor, pointers, more) {
  const { store, view, pen, polygon } = studio;
  /** @type {Record<string, () => void>} */
  const plain = {
    b: () => choose(studio, 'brush'), e: () => choose(studio, 'eraser'), f: () => choose(studio, 'fill'),
    p: () => choose(studio, 'polygon'),
    h: () => choose(studio, 'pan'), s: () => toggle(studio, 'segmentation'), l: () => toggle(studio, 'labels'),
    u: () => toggle(studio, 'uncertainty'), c: () => compareWith(studio), k: () => void keep(studio),
    ',': () => store.set({ radius: nextRadius(store.now.radius, -1) }), '.': () => store.set({ radius: nextRadius(store.now.radius, 1) }),
    '0': () => view.fit(), Home: () => view.fit(), z: () => view.oneToOne(),
    '+': () => view.zoom(1.5, null), '=': () => view.zoom(1.5, null),
    '-': () => view.zoom(1 / 1.5, null), PageDown: () => step(studio, 1), PageUp: () => step(studio, -1), '?': more.help, n: more.uncertain,
    Escape: () => { pen.cancel(); polygon.cancel(); }, Backspace: () => polygon.back(),
  };
  for (let i = 1; i <= 9; i++)
    plain[String(i)] = () => {
      const item = store.now.project?.classes[i - 1];
      if (item) chooseClass(studio, item.value);
    };

  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || takes(event) || document.querySelector('dialog[open]')) return;
    const bare = !event.ctrlKey && !event.metaKey && !event.altKey;
    const act = bare ? here(event, cursor, polygon) ?? plain[name(event)] : control(studio, event);
    if (event.key === ' ' && onImage()) {
      pointers.space = true;
      cursor.show();
      event.preventDefault();
      return;
    }
    if (!act) return;
    // Escape closes menus, too.
    if (event.key !== 'Escape') event.preventDefault();
    act();
  });
  const release = () => {
    pointers.space = false;
    cursor.show();
  };
  document.addEventListener('keyup', (event) => event.key === ' ' && release());
  window.addEventListener('blur', release);
  // Who clicks a tool goes on drawing: space and arrows are the image's again.
  document.addEventListener('click', ({ detail, target }) => {
    if (detail > 0 && target instanceof Element && target.closest('#tools, #zoom, #undo, #redo, .pick, .thumb'))
      byId('surface').focus({ preventScroll: true });
  });
}

/** @param {KeyboardEvent} event */
function name(event) {
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

/** @param {Studio} studio @param {KeyboardEvent} event @returns {(() => void)|null} */
function control(studio, event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const key = event.key.toLowerCase();
  if (key === 'z') return event.shiftKey ? () => studio.redo() : () => studio.undo();
  return key === 'y' ? () => studio.redo() : null;
}

/**
 * Keys that act where the cursor is: only while the image, or nothing, has the focus.
 * @param {KeyboardEvent} event
 * @param {Cursor} cursor
 * @param {import('../draw/polygon.mjs').Polygon} polygon
 * @returns {(() => void)|null}
 */
function here(event, cursor, polygon) {
  if (!onImage()) return null;
  const far = event.shiftKey;
  switch (event.key) {
    case 'ArrowLeft': return () => cursor.step(-1, 0, far);
    case 'ArrowRight': return () => cursor.step(1, 0, far);
    case 'ArrowUp': return () => cursor.step(0, -1, far);
    case 'ArrowDown': return () => cursor.step(0, 1, far);
    case 'Enter': return far && polygon.open ? () => polygon.close() : () => cursor.press();
    default: return null;
  }
}

function onImage() {
  const active = document.activeElement;
  return active === null || active === document.body || active === byId('surface');
}

/** Whether a key is text, or the control's own that has the focus. @param {KeyboardEvent} event */
function takes({ target, key }) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && target.type === 'range') return /^(Arrow|Home|End|Page)/.test(key);
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'color'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
