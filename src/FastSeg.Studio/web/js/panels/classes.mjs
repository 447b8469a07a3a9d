/** @import {Studio} from '../studio.mjs' */
/** @import {ProjectClass} from '../shared/types.mjs' */
import { byId, icon, make } from '../shared/dom.mjs';
import { newId } from '../draw/outbox.mjs';
import { notify } from '../shared/notices.mjs';
import { defaultColour } from '../shared/palette.mjs';

/** The classes: one is chosen and drawn with; name, colour and order are changed in place. @param {Studio} studio */
export function classesPanel(studio) {
  const { store } = studio;
  const list = make('ul', { class: 'list' });
  byId('classes').append(
    make('h2', { id: 'classes-title' }, 'Classes', make('button', {
      type: 'button', class: 'tool', 'aria-label': 'Add a class', title: 'Add a class', onclick: () => addClass(studio),
    }, icon('add'))),
    list,
  );
  let drawn = '';
  /** Marks the row of the class that is drawn with; rows stay, since a stroke may be under way. */
  const choose = () => {
    for (const line of /** @type {HTMLElement[]} */ ([...list.children])) {
      const chosen = line.dataset.value === String(store.now.classValue);
      line.classList.toggle('chosen', chosen);
      line.querySelector('.pick')?.setAttribute('aria-pressed', String(chosen));
    }
  };
  store.on(['project', 'hidden'], ({ project, hidden }) => {
    const classes = project?.classes ?? [];
    const now = JSON.stringify([classes, [...hidden]]);
    if (now === drawn || list.querySelector('.rename')) return;
    drawn = now;
    const kept = focusOf(list);
    list.replaceChildren(...classes.map((item, i) => row(studio, item, i, classes)));
    choose();
    kept && /** @type {HTMLElement|null} */ (list.querySelector(`[data-focus="${kept}"]`))?.focus();
  });
  store.on(['classValue'], choose);
}

/** @param {HTMLElement} list */
function focusOf(list) {
  return list.contains(document.activeElement) ? document.activeElement?.getAttribute('data-focus') : null;
}

/** @param {Studio} studio @param {ProjectClass} item @param {number} i @param {ProjectClass[]} all */
function row(studio, item, i, all) {
  const { store } = studio, { value, name, colour } = item, hidden = store.now.hidden.has(value);
  const pick = make('button', {
    type: 'button', class: 'pick', 'aria-pressed': 'false', 'data-testid': `class-${i + 1}`, 'data-focus': `pick-${value}`,
    'aria-keyshortcuts': i < 9 ? String(i + 1) : null, title: `Draw ${name}${i < 9 ? ` (${i + 1})` : ''}; double click renames`,
    onclick: () => chooseClass(studio, value),
  }, make('span', { class: 'key', 'aria-hidden': 'true' }, i < 9 ? String(i + 1) : ''), make('span', { class: 'name' }, name));
  const line = make('li', { class: `row${hidden ? ' off' : ''}`, 'data-value': value });
  pick.addEventListener('dblclick', () => rename(studio, item, line, pick));
  pick.addEventListener('keydown', (event) => {
    if (event.key === 'F2') rename(studio, item, line, pick);
  });
  const small = (/** @type {string} */ picture, /** @type {string} */ title, /** @type {() => void} */ act, more = true) => make('button', {
    type: 'button', class: `tool${more ? ' more' : ''}`, 'aria-label': `${title} ${name}`, title,
    'data-focus': `${picture}-${value}`, onclick: act,
  }, icon(picture));
  line.append(
    make('input', {
      type: 'color', value: colour, 'aria-label': `Colour of ${name}`, title: 'Colour', 'data-focus': `colour-${value}`,
      oninput: (/** @type {any} */ event) => recolour(studio, value, event.target.value),
      onchange: (/** @type {any} */ event) => studio.act({ id: newId(), kind: 'class-change', value, colour: event.target.value }),
    }),
    pick,
  );
  if (i > 0) line.append(small('up', 'Move up', () => move(studio, all, i)));
  line.append(
    small('remove', 'Delete', () => remove(studio, item)),
    small(hidden ? 'hidden' : 'eye', hidden ? 'Show' : 'Hide', () => hide(studio, value), !hidden),
  );
  return line;
}

/** @param {Studio} studio @param {number} value */
export function chooseClass(studio, value) {
  const tool = studio.store.now.tool;
  studio.store.set({ classValue: value, tool: tool === 'eraser' || tool === 'pan' ? 'brush' : tool });
}

/** @param {Studio} studio */
export function addClass(studio) {
  const project = studio.store.now.project;
  if (!project) return;
  const value = project.nextClass;
  if (value > 255) return notify('A project has at most 255 classes over its life, and all of them are used.', 'error');
  studio.act({ id: newId(), kind: 'class-add', class: { value, name: `Class ${value}`, colour: defaultColour(value) } });
  studio.store.set({ classValue: value });
}

/** Shows a colour while it is being chosen. @param {Studio} studio @param {number} value @param {string} colour */
function recolour(studio, value, colour) {
  const project = studio.store.now.project;
  if (!project) return;
  const classes = project.classes.map((item) => item.value === value ? { ...item, colour } : item);
  studio.store.set({ project: { ...project, classes } });
}

/** @param {Studio} studio @param {ProjectClass[]} all @param {number} i */
function move(studio, all, i) {
  const values = all.map((item) => item.value);
  [values[i - 1], values[i]] = [values[i], values[i - 1]];
  studio.act({ id: newId(), kind: 'class-order', values });
}

/** @param {Studio} studio @param {ProjectClass} item */
function remove(studio, item) {
  studio.act({ id: newId(), kind: 'class-delete', value: item.value });
  notify(`${item.name} and all its labels are deleted. Undo (Ctrl+Z) brings them back.`);
}

/** @param {Studio} studio @param {number} value */
function hide(studio, value) {
  const hidden = new Set(studio.store.now.hidden);
  if (!hidden.delete(value)) hidden.add(value);
  studio.store.set({ hidden });
}

/** @param {Studio} studio @param {ProjectClass} item @param {HTMLElement} line @param {HTMLElement} pick */
function rename(studio, item, line, pick) {
  const input = make('input', { class: 'rename', value: item.name, 'aria-label': `Name of ${item.name}`, maxlength: 80 });
  let over = false;
  const end = (/** @type {boolean} */ keep) => {
    if (over) return;
    over = true;
    const name = input.value.trim();
    input.replaceWith(pick);
    pick.focus();
    if (keep && name !== '' && name !== item.name) studio.act({ id: newId(), kind: 'class-change', value: item.value, name });
    studio.reload(0);
  };
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') end(true);
    if (event.key === 'Escape') end(false);
    event.stopPropagation();
  });
  input.addEventListener('blur', () => end(true));
  line.replaceChild(input, pick);
  input.select();
}
