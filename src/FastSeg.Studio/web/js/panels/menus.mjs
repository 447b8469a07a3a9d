/** @import {Studio} from '../studio.mjs' */
import { Refused, ask } from '../shared/api.mjs';
import { byId, make } from '../shared/dom.mjs';
import { newId } from '../draw/outbox.mjs';
import { button } from './toolbar.mjs';
import { notify } from '../shared/notices.mjs';

/** What can be taken out of the project and brought into it. @param {Studio} studio */
export function menus(studio) {
  const file = make('input', { type: 'file', accept: '.png,.tif,.tiff', hidden: true, 'aria-label': 'Labels to import' });
  file.addEventListener('change', () => void bring(studio, file));
  const item = (/** @type {string} */ text, /** @type {() => void} */ act) =>
    make('button', { type: 'button', role: 'menuitem', onclick: act }, text);
  const link = (/** @type {string} */ text, /** @type {string} */ address) => item(text, () => download(address));
  const menu = make('div', { class: 'menu', popover: 'auto', role: 'menu', 'aria-label': 'Export and import', id: 'export-menu' },
    link('Labels (zip)', '/api/export/labels'), link('Model (model.fastseg)', '/api/export/model'),
    link('Area fractions (CSV)', '/api/export/fractions.csv'), make('hr'),
    item('Segment all images', () => void job('segment-all')), item('Segment all, as PNG', () => void job('segment-all', 'png')),
    item('Segment all, as OME-Zarr', () => void job('segment-all', 'ome.zarr')),
    item('Segment all, with probabilities', () => void job('probabilities')), make('hr'),
    item('Import labels for this image…', () => file.click()),
    item('Clear the labels of this image', () => clear(studio)));
  byId('bar').append(menu, file);
  const opener = byId('export');
  button('export', 'export', 'Save results', () => {
    menu.togglePopover();
    const box = opener.getBoundingClientRect();
    menu.style.top = `${box.bottom + 6}px`;
    menu.style.left = `${Math.min(box.left, innerWidth - menu.offsetWidth - 8)}px`;
    /** @type {HTMLElement|null} */ (menu.querySelector('[role=menuitem]'))?.focus();
  }, 'Export');
  opener.setAttribute('aria-haspopup', 'menu');
  menu.addEventListener('toggle', (event) =>
    opener.setAttribute('aria-expanded', String(/** @type {ToggleEvent} */ (event).newState === 'open')));
  menu.addEventListener('click', () => menu.hidePopover());
  menu.addEventListener('keydown', (event) => walk(menu, event));
}

/** Arrow keys go from item to item. @param {HTMLElement} menu @param {KeyboardEvent} event */
function walk(menu, event) {
  const way = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (way === 0) return;
  event.preventDefault();
  const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll('[role=menuitem]')]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  items[(at + way + items.length) % items.length].focus();
}

/** Downloads a file, or says why there is none. @param {string} address */
async function download(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Refused(answer.status, (await answer.json()).error);
    const named = /filename="?([^";]+)/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1];
    const place = URL.createObjectURL(await answer.blob());
    make('a', { href: place, download: named ?? address.split('/').pop() }).click();
    setTimeout(() => URL.revokeObjectURL(place), 10_000);
  } catch (error) {
    notify(error instanceof Refused ? error.message : 'The studio does not answer.', 'error');
  }
}

/** @param {string} kind @param {string} [format] of the label images */
async function job(kind, format) {
  await ask('POST', '/api/jobs', { kind, format }).catch((error) => notify(error.message, 'error'));
}

/** @param {Studio} studio */
function clear(studio) {
  const { image, page } = studio.store.now;
  if (!image) return;
  studio.act({ id: newId(), kind: 'clear', image, page });
  notify('The labels of this page are cleared. Undo (Ctrl+Z) brings them back.');
}

/** @param {Studio} studio @param {HTMLInputElement} file */
async function bring(studio, file) {
  const chosen = file.files?.[0], { image, page } = studio.store.now;
  file.value = '';
  if (!chosen || !image) return;
  await ask('POST', `/api/import/${image}/${page}?name=${encodeURIComponent(chosen.name)}`, chosen).then(
    (answer) => {
      notify(`The labels of ${chosen.name} replace those of this image. Undo (Ctrl+Z) brings the old ones back.`);
      for (const doubt of answer.doubts) notify(doubt, 'error');
    },
    (error) => notify(error.message, 'error'));
  studio.reload(0);
}
