/** @import {Studio} from '../studio.mjs' */
/** @import {Histogram, Window} from '../shared/types.mjs' */
import { ask } from '../shared/api.mjs';
import { byId, make } from '../shared/dom.mjs';

/** Black and white point of the picture, on its histogram. Labels and segmentation do not depend on it. @param {Studio} studio */
export function windowPanel(studio) {
  const { store } = studio, place = byId('window');
  const canvas = make('canvas', { width: 480, height: 120, 'aria-hidden': 'true' });
  const handles = { low: handle('low', 'Black'), high: handle('high', 'White') };
  const box = make('div', { class: 'histogram' }, canvas, handles.low, handles.high);
  const words = { low: make('span'), high: make('span') };
  const fold = make('details', { open: true }, make('summary', { id: 'window-title' }, 'Brightness'), box,
    make('div', { class: 'values' }, words.low, words.high),
    make('div', { class: 'buttons' },
      make('button', { type: 'button', class: 'button', title: 'From the 0.35 to the 99.65 percentile', onclick: () => auto() }, 'Auto'),
      make('button', { type: 'button', class: 'button', title: 'As the image was opened', onclick: () => put(null) }, 'Reset')));
  place.append(fold);
  const tints = tint();
  /** @type {Histogram|null} */
  let histogram = null;
  /** @type {Window} the window of the tiles that are shown */
  let drawn = { low: 0, high: 1 };
  let wanted = '';

  /** @returns {Window} */
  const usual = () => !histogram ? { low: 0, high: 1 }
    : histogram.type === 'uint8' ? { low: 0, high: 255 } : { low: histogram.low, high: Math.max(histogram.high, histogram.low + 1e-9) };
  const now = () => studio.window() ?? usual();
  const range = () => {
    const least = Math.min(histogram?.least ?? 0, usual().low), most = Math.max(histogram?.most ?? 1, usual().high);
    return { least, most: most > least ? most : least + 1 };
  };
  const image = () => store.now.image ?? '';
  const key = () => `${store.now.image}/${store.now.page}`;

  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  /** Shows a window at once by tinting the tiles that are there, and has tiles of it made. @param {Window|null} levels */
  function put(levels) {
    const windows = { ...store.now.windows };
    if (levels) windows[image()] = levels;
    else delete windows[image()];
    store.set({ windows });
    show();
    adjust();
    clearTimeout(timer);
    timer = setTimeout(() => studio.view.replace(studio.window()), 150);
  }

  /** Tints the tiles that are there as far as their window is not the one that is wanted. */
  function adjust() {
    const { low, high } = now(), span = high - low, right = drawn.low === low && drawn.high === high;
    tints.set((drawn.high - drawn.low) / span, (drawn.low - low) / span);
    studio.view.picture.style.filter = right ? '' : 'url(#window-tint)';
  }

  studio.view.replaced = (levels) => {
    drawn = levels ?? usual();
    adjust();
  };

  function auto() {
    if (histogram) put({ low: histogram.low, high: Math.max(histogram.high, histogram.low + 1e-9) });
  }

  /** @param {'low'|'high'} end @param {number} value */
  function move(end, value) {
    const { least, most } = range(), current = now(), gap = (most - least) / 512;
    const low = end === 'low' ? Math.min(Math.max(value, least), current.high - gap) : current.low;
    const high = end === 'high' ? Math.max(Math.min(value, most), current.low + gap) : current.high;
    put({ low: tidy(low), high: tidy(high) });
  }

  /** Whole values where samples are whole. @param {number} value */
  function tidy(value) {
    return histogram?.type.startsWith('float') ? Number(value.toPrecision(6)) : Math.round(value);
  }

  function show() {
    const { least, most } = range(), current = now();
    for (const end of /** @type {('low'|'high')[]} */ (['low', 'high'])) {
      const share = (current[end] - least) / (most - least);
      handles[end].style.left = `${100 * Math.min(Math.max(share, 0), 1)}%`;
      for (const [name, value] of [['valuemin', least], ['valuemax', most], ['valuenow', current[end]]])
        handles[end].setAttribute(`aria-${name}`, String(value));
      words[end].textContent = String(tidy(current[end]));
    }
  }

  for (const end of /** @type {('low'|'high')[]} */ (['low', 'high'])) {
    const element = handles[end];
    element.addEventListener('pointerdown', (event) => {
      element.setPointerCapture(event.pointerId);
      event.preventDefault();
      element.focus();
    });
    element.addEventListener('pointermove', (event) => {
      if (!element.hasPointerCapture(event.pointerId)) return;
      const frame = box.getBoundingClientRect(), { least, most } = range();
      move(end, least + (event.clientX - frame.left) / frame.width * (most - least));
    });
    element.addEventListener('keydown', (event) => {
      const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
      if (!way) return;
      event.preventDefault();
      const { least, most } = range();
      move(end, now()[end] + way * (most - least) / (event.shiftKey ? 20 : 200));
    });
  }

  store.on(['image', 'page'], ({ image, page }) => {
    studio.view.picture.style.filter = '';
    histogram = null;
    box.inert = true;
    wanted = key();
    if (!image) return;
    void ask('GET', `/api/images/${image}/${page}/histogram`).then((found) => {
      if (wanted !== `${image}/${page}`) return;
      histogram = found;
      box.inert = false;
      drawn = now();
      paint(canvas, found.bins);
      show();
    }, () => {});
  });
}

/** @param {string} name @param {string} title */
function handle(name, title) {
  return make('div', { class: `handle ${name}`, role: 'slider', tabindex: '0', 'aria-label': `${title} point` });
}

/**
 * Draws the bins, by the root of their counts so that rare values are seen.
 * @param {HTMLCanvasElement} canvas
 * @param {number[]} bins
 */
function paint(canvas, bins) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')), { width, height } = canvas;
  const most = Math.max(1, ...bins.map(Math.sqrt));
  context.clearRect(0, 0, width, height);
  context.fillStyle = '#8a919c';
  bins.forEach((count, i) => {
    const tall = Math.sqrt(count) / most * (height - 4);
    context.fillRect(i * width / bins.length, height - tall, width / bins.length + 0.5, tall);
  });
}

/** A filter that changes grey values in proportion: what moving a handle shows until the tiles are there. */
function tint() {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg'), filter = document.createElementNS(space, 'filter');
  const transfer = document.createElementNS(space, 'feComponentTransfer');
  svg.setAttribute('width', '0');
  svg.setAttribute('height', '0');
  svg.setAttribute('aria-hidden', 'true');
  svg.style.position = 'absolute';
  filter.id = 'window-tint';
  filter.setAttribute('color-interpolation-filters', 'sRGB');
  const parts = ['feFuncR', 'feFuncG', 'feFuncB'].map((name) => document.createElementNS(space, name));
  for (const part of parts) part.setAttribute('type', 'linear');
  transfer.append(...parts);
  filter.append(transfer);
  svg.append(filter);
  document.body.append(svg);
  return {
    set: (/** @type {number} */ slope, /** @type {number} */ intercept) => {
      for (const part of parts) {
        part.setAttribute('slope', String(slope));
        part.setAttribute('intercept', String(intercept));
      }
    },
  };
}
