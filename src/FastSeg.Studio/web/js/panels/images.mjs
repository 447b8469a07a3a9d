/** @import {Studio} from '../studio.mjs' */
/** @import {Project, ProjectImage} from '../shared/types.mjs' */
import { ask } from '../shared/api.mjs';
import { byId, icon, make } from '../shared/dom.mjs';
import { notify } from '../shared/notices.mjs';

/** The images of the project: thumbnail, name, what is labelled, shares of the area. @param {Studio} studio */
export function imagesPanel(studio) {
  const { store } = studio, place = byId('images');
  const list = make('ul', { class: 'list' });
  const title = make('span', {}, 'Images');
  const next = make('button', {
    type: 'button', class: 'tool', 'aria-label': 'Next most uncertain image', title: 'Next most uncertain image (n)',
    'aria-keyshortcuts': 'n', onclick: () => void uncertain(studio),
  }, icon('target'));
  place.append(make('h2', {}, title, next), list);
  store.on(['project'], ({ project }) => { next.hidden = (project?.images.length ?? 0) < 2; });
  /** @type {Map<string, Entry>} */
  let entries = new Map();
  let drawn = '';
  store.on(['project'], ({ project }) => {
    if (!project) return;
    const now = JSON.stringify(project.images.map(({ id, name, failure }) => [id, name, failure]));
    if (now !== drawn) {
      title.textContent = project.images.length === 1 ? '1 image' : `${project.images.length} images`;
      entries = new Map(project.images.map((item) => [item.id, entry(studio, item)]));
      list.replaceChildren(...[...entries.values()].map(({ button }) => make('li', {}, button)));
      mark();
    }
    drawn = now;
    for (const item of project.images) describe(project, item, /** @type {Entry} */ (entries.get(item.id)));
  });
  const mark = () => {
    for (const [id, { button }] of entries) {
      if (id !== store.now.image) button.removeAttribute('aria-current');
      else {
        button.setAttribute('aria-current', 'true');
        button.scrollIntoView({ block: 'nearest' });
      }
    }
  };
  store.on(['image'], mark);
  const empty = byId('empty');
  store.on(['project', 'image'], ({ project, image }) => {
    empty.hidden = !project || image !== null;
    empty.textContent = project?.images.length
      ? 'None of the images can be read; the list says why.'
      : 'The project has no images yet. Start the studio with some: fastseg studio IMAGE or FOLDER.';
  });
}

/**
 * An image in the list; its thumbnail stays while what is said of it changes.
 * @typedef {{button: HTMLButtonElement, facts: HTMLElement, shares: HTMLElement, said: string}} Entry
 */

/** @param {Studio} studio @param {ProjectImage} item @returns {Entry} */
function entry(studio, item) {
  const facts = make('div', { class: 'facts' }), shares = make('div', { class: 'shares', role: 'img', hidden: true });
  const button = make('button', {
    type: 'button', class: `thumb${item.failure ? ' failed' : ''}`, 'data-image': item.id, 'aria-disabled': item.failure ? 'true' : null,
    title: item.failure ?? `${item.name}, ${item.width} x ${item.height} ${item.type}`, onclick: () => studio.open(item.id, 1),
  }, item.failure ? icon('images') : make('img', { src: `/api/images/${item.id}/1/thumbnail`, alt: '', loading: 'lazy' }),
  make('div', { class: 'text' }, make('div', { class: 'title' }, item.name), facts, shares));
  return { button, facts, shares, said: '' };
}

/** @param {Project} project @param {ProjectImage} item @param {Entry} entry */
function describe(project, item, entry) {
  const said = JSON.stringify([item.labelled, item.fractions, project.classes]);
  if (said === entry.said) return;
  entry.said = said;
  entry.facts.textContent = item.failure ?? labelled(item);
  entry.shares.hidden = !item.fractions;
  if (item.fractions) draw(project, mean(Object.values(item.fractions)), entry.shares);
}

/** @param {ProjectImage} item */
function labelled(item) {
  const pixels = Object.values(item.labelled).flatMap((classes) => Object.values(classes)).reduce((a, b) => a + b, 0);
  return pixels === 0 ? 'no labels' : `${pixels.toLocaleString('en')} px labelled`;
}

/** The mean of the shares of pages. @param {Record<string, number>[]} pages @returns {Record<string, number>} */
export function mean(pages) {
  /** @type {Record<string, number>} */
  const all = {};
  for (const page of pages) for (const [value, share] of Object.entries(page)) all[value] = (all[value] ?? 0) + share / pages.length;
  return all;
}

/** A bar of the classes' shares of the area. @param {Project} project @param {Record<string, number>} fractions @param {HTMLElement} bar */
function draw(project, fractions, bar) {
  const parts = project.classes.filter(({ value }) => fractions[value] > 0);
  const words = parts.map(({ value, name }) => `${name} ${(100 * fractions[value]).toFixed(1)} %`).join(', ');
  bar.title = words;
  bar.setAttribute('aria-label', words);
  bar.replaceChildren();
  for (const { value, colour } of parts) {
    const part = make('div');
    part.style.width = `${100 * fractions[value]}%`;
    part.style.background = colour;
    bar.append(part);
  }
}

/** Opens the image before (-1) or after (1) the one that is shown. @param {Studio} studio @param {number} way */
export function step(studio, way) {
  const { project, image } = studio.store.now;
  const images = (project?.images ?? []).filter((item) => !item.failure || item.id === image);
  const next = images[images.findIndex((item) => item.id === image) + way];
  if (next) studio.open(next.id);
}

/** Opens the page about which the model is least certain, apart from the one that is shown. @param {Studio} studio */
export async function uncertain(studio) {
  try {
    const { pages } = await ask('POST', '/api/uncertain', {});
    const { image, page } = studio.store.now;
    const next = pages.find((/** @type {{image: string, page: number}} */ other) => other.image !== image || other.page !== page);
    if (next) studio.open(next.image, next.page);
    else notify('There is no other image to look at.');
  } catch (error) {
    notify(error instanceof Error ? error.message : String(error), 'error');
  }
}
