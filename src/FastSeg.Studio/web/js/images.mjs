/** @import {Studio} from './studio.mjs' */
/** @import {Project, ProjectImage} from './types.mjs' */
import { ask } from './api.mjs';
import { byId, icon, make } from './dom.mjs';
import { notify } from './notices.mjs';

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
  let drawn = '';
  store.on(['project', 'image'], ({ project, image }) => {
    if (!project) return;
    const now = JSON.stringify([project.images, project.classes, image]);
    if (now === drawn) return;
    drawn = now;
    title.textContent = project.images.length === 1 ? 'Image' : `${project.images.length} images`;
    const focused = document.activeElement?.getAttribute('data-image');
    list.replaceChildren(...project.images.map((item) => make('li', {}, entry(studio, project, item, item.id === image))));
    if (focused) /** @type {HTMLElement|null} */ (list.querySelector(`[data-image="${focused}"]`))?.focus();
  });
  store.on(['image'], () => list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' }));
}

/** @param {Studio} studio @param {Project} project @param {ProjectImage} item @param {boolean} current */
function entry(studio, project, item, current) {
  const facts = make('div', { class: 'facts' }, item.failure ?? labelled(item));
  const text = make('div', { class: 'text' }, make('div', { class: 'title' }, item.name), facts);
  if (!item.failure && item.fractions) text.append(shares(project, item.fractions));
  return make('button', {
    type: 'button', class: `thumb${item.failure ? ' failed' : ''}`, 'data-image': item.id, 'aria-current': current ? 'true' : null,
    'aria-disabled': item.failure ? 'true' : null, title: item.failure ?? `${item.name}, ${item.width} x ${item.height} ${item.type}`,
    onclick: () => studio.open(item.id, 1),
  }, item.failure ? icon('images') : make('img', { src: `/api/images/${item.id}/1/thumbnail`, alt: '', loading: 'lazy' }), text);
}

/** @param {ProjectImage} item */
function labelled(item) {
  const pixels = Object.values(item.labelled).flatMap((classes) => Object.values(classes)).reduce((a, b) => a + b, 0);
  return pixels === 0 ? 'no labels' : `${pixels.toLocaleString('en')} pixels labelled`;
}

/** A bar of the classes' shares of the area. @param {Project} project @param {Record<string, number>} fractions */
function shares(project, fractions) {
  const parts = project.classes.filter(({ value }) => fractions[value] > 0);
  const words = parts.map(({ value, name }) => `${name} ${(100 * fractions[value]).toFixed(1)} %`).join(', ');
  const bar = make('div', { class: 'shares', role: 'img', 'aria-label': words, title: words });
  for (const { value, colour } of parts) {
    const part = make('div');
    part.style.width = `${100 * fractions[value]}%`;
    part.style.background = colour;
    bar.append(part);
  }
  return bar;
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
