/** @import {Studio} from '../studio.mjs' */
import { byId, icon, make } from '../shared/dom.mjs';
import { nextRadius } from '../draw/stroke.mjs';
import { Parts } from '../shared/geometry.mjs';

/** @type {['brush'|'eraser'|'fill'|'polygon'|'pan', string, string][]} */
const Tools = [
  ['brush', 'Brush', 'b'], ['eraser', 'Eraser', 'e'], ['polygon', 'Polygon', 'p'], ['fill', 'Fill', 'f'], ['pan', 'Move the image', 'h'],
];

/** The tools at the image's edge. @param {Studio} studio */
export function toolbar(studio) {
  const { store } = studio, place = byId('tools');
  for (const [name, title, key] of Tools) {
    const button = make('button', {
      type: 'button', class: 'tool', 'aria-label': title, title: `${title} (${key})`, 'data-testid': `tool-${name}`,
      'aria-keyshortcuts': key,
      onclick: () => choose(studio, name),
    }, icon(name));
    place.append(button);
    store.on(['tool'], ({ tool }) => button.setAttribute('aria-pressed', String(tool === name)));
  }
  const size = make('div', { class: 'size', 'aria-live': 'polite' });
  store.on(['radius'], ({ radius }) => size.replaceChildren(String(2 * radius / Parts), make('br'), 'px'));
  const step = (/** @type {number} */ way, /** @type {string} */ title, /** @type {string} */ key) => make('button', {
    type: 'button', class: 'tool', 'aria-label': title, title: `${title} (${key})`, 'aria-keyshortcuts': key,
    onclick: () => store.set({ radius: nextRadius(store.now.radius, way) }),
  }, icon(way > 0 ? 'up' : 'down'));
  place.append(make('hr'), step(1, 'Larger brush', '.'), size, step(-1, 'Smaller brush', ','));

  button('undo', 'undo', 'Undo (Ctrl+Z)', () => studio.undo());
  button('redo', 'redo', 'Redo (Ctrl+Shift+Z)', () => studio.redo());
  store.on(['project', 'waiting'], ({ project, waiting }) => {
    /** @type {HTMLButtonElement} */ (byId('undo')).disabled = !(project?.canUndo || waiting > 0);
    /** @type {HTMLButtonElement} */ (byId('redo')).disabled = !(project?.canRedo || waiting > 0);
  });
}

/** @param {Studio} studio @param {'brush'|'eraser'|'fill'|'polygon'|'pan'} tool */
export function choose(studio, tool) {
  studio.polygon.cancel();
  studio.store.set({ tool });
}

/**
 * Gives a button of the page its icon, name and action.
 * @param {string} id
 * @param {string} picture
 * @param {string} title
 * @param {() => void} act
 * @param {string} [text]
 */
export function button(id, picture, title, act, text) {
  const element = byId(id);
  element.replaceChildren(icon(picture), ...(text ? [text] : []));
  element.title = title;
  if (!text) element.setAttribute('aria-label', title.replace(/ \([^)]*\)$/, ''));
  element.addEventListener('click', act);
}
