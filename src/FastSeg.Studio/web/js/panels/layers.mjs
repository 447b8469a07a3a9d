/** @import {Studio} from '../studio.mjs' */
import { ask } from '../shared/api.mjs';
import { byId, icon, make } from '../shared/dom.mjs';
import { notify } from '../shared/notices.mjs';

/** @typedef {'labels'|'segmentation'|'uncertainty'} Which */

/** @type {[Which, string, string][]} */
const Layers = [['labels', 'Labels', 'l'], ['segmentation', 'Segmentation', 's'], ['uncertainty', 'Uncertainty', 'u']];

/** What lies over the image, and how strongly. @param {Studio} studio */
export function layersPanel(studio) {
  const { store } = studio, place = byId('layers');
  place.append(make('h2', { id: 'layers-title' }, 'Layers'));
  for (const [which, title, key] of Layers) {
    const eye = make('button', { type: 'button', class: 'tool', 'aria-keyshortcuts': key, onclick: () => toggle(studio, which) });
    const range = make('input', {
      type: 'range', min: 0, max: 100, id: `opacity-${which}`, 'aria-label': `Opacity of ${title.toLowerCase()}`,
      oninput: (/** @type {any} */ event) => store.set({
        opacity: { ...store.now.opacity, [which]: event.target.value / 100 }, shown: { ...store.now.shown, [which]: true },
      }),
    });
    place.append(make('div', { class: 'slide' }, eye, make('label', { for: `opacity-${which}` }, title), range));
    store.on(['shown', 'opacity'], ({ shown, opacity }) => {
      eye.replaceChildren(icon(shown[which] ? 'eye' : 'hidden'));
      eye.title = `${shown[which] ? 'Hide' : 'Show'} the ${title.toLowerCase()} (${key})`;
      eye.setAttribute('aria-label', `Show the ${title.toLowerCase()}`);
      eye.setAttribute('aria-pressed', String(shown[which]));
      range.value = String(Math.round(opacity[which] * 100));
    });
  }
  const compare = make('input', { type: 'checkbox', id: 'compare', 'aria-keyshortcuts': 'c', onchange: () => compareWith(studio) });
  const keeper = make('button', {
    type: 'button', class: 'button', 'aria-keyshortcuts': 'k', title: 'Keep this result, and compare later ones with it (k)',
    onclick: () => void keep(studio),
  }, 'Keep');
  place.append(make('div', { class: 'pair' },
    make('label', { for: 'compare', title: 'A curtain between this result and the kept one (c)' }, 'Compare with kept'),
    compare, keeper));
  store.on(['compare'], (state) => { compare.checked = state.compare !== null; });
  curtain(studio);
}

/** @param {Studio} studio @param {Which} which */
export function toggle(studio, which) {
  const { shown } = studio.store.now;
  studio.store.set({ shown: { ...shown, [which]: !shown[which] } });
}

/** Whether a result was kept since the page was loaded. */
let kept = false;

/** Has the server keep the present result, with which later ones are compared. @param {Studio} studio */
export async function keep(studio) {
  try {
    await ask('POST', '/api/keep', {});
  } catch (error) {
    return notify(error instanceof Error ? error.message : String(error), 'error');
  }
  kept = true;
  studio.other.clear();
  studio.other.refresh(null, null);
  notify('This result is kept. The curtain (c) compares later ones with it.');
}

/** Draws the curtain, or takes it away. Where no result was kept yet, it is the present one. @param {Studio} studio */
export function compareWith(studio) {
  const on = studio.store.now.compare === null;
  studio.store.set({ compare: on ? 'before' : null, curtain: 0.5 });
  if (on && !kept) void keep(studio);
  else if (on) studio.other.refresh(null, null);
}

/** The line between two results, dragged or moved by arrow keys. @param {Studio} studio */
function curtain(studio) {
  const { store } = studio, line = byId('curtain');
  const put = (/** @type {number} */ share) => store.set({ curtain: Math.min(Math.max(share, 0.02), 0.98) });
  line.addEventListener('pointerdown', (event) => {
    line.setPointerCapture(event.pointerId);
    event.preventDefault();
    line.focus();
  });
  line.addEventListener('pointermove', (event) => {
    if (!line.hasPointerCapture(event.pointerId)) return;
    const box = byId('viewer').getBoundingClientRect();
    put((event.clientX - box.left) / box.width);
  });
  line.addEventListener('keydown', (event) => {
    const way = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (way === 0) return;
    event.stopPropagation();
    event.preventDefault();
    put(store.now.curtain + way * 0.02);
  });
  store.on(['compare', 'curtain'], ({ compare, curtain: share }) => {
    line.hidden = compare === null;
    line.style.left = `${share * 100}%`;
    line.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    line.setAttribute('aria-valuetext', `this result left of ${Math.round(share * 100)} percent, the kept one right of it`);
  });
}
