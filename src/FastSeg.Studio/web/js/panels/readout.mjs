/** @import {Studio} from '../studio.mjs' */
/** @import {Cursor} from '../draw/cursor.mjs' */
import { Refused, ask } from '../shared/api.mjs';
import { byId, icon, make } from '../shared/dom.mjs';
import { roundLength } from '../shared/geometry.mjs';
import { currentImage } from '../state.mjs';

/** Place under the cursor, scale bar, zoom and pages. @param {Studio} studio @param {Cursor} cursor */
export function readout(studio, cursor) {
  const { view, store } = studio, text = byId('readout');
  /** @type {import('../shared/types.mjs').Spot|null} */
  let at = null;
  const show = () => {
    const image = view.image, x = at ? Math.floor(at.x) : -1, y = at ? Math.floor(at.y) : -1;
    const inside = image && x >= 0 && y >= 0 && x < image.width && y < image.height;
    const words = inside ? [`${x}, ${y}`, values(x, y), ...classesAt(studio, x, y)].filter(Boolean).join('  ·  ') : '';
    if (text.textContent !== words) text.textContent = words;
  };
  const values = samples(studio, show);
  cursor.moved = (spot) => {
    at = spot;
    show();
  };
  store.on(['live'], show);
  zoomButtons(studio);
  const [words, line] = /** @type {HTMLElement[]} */ ([...byId('scalebar').children]);
  const zoom = /** @type {HTMLElement} */ (byId('zoom').querySelector('output'));
  view.onFrame(() => {
    const scale = view.transform().scale, image = currentImage(store.now), size = image?.pixelSize;
    const length = roundLength(120 / scale * (size?.size ?? 1));
    const label = `${length >= 1 ? length.toLocaleString('en') : length.toPrecision(1)} ${size?.unit ?? 'px'}`;
    if (words.textContent !== label) words.textContent = label;
    line.style.width = `${length / (size?.size ?? 1) * scale}px`;
    const percent = `${(scale * 100).toFixed(scale < 0.1 ? 1 : 0)} %`;
    if (zoom.textContent !== percent) zoom.textContent = percent;
  });
  pages(studio);
}

/** What the layers say of a pixel. @param {Studio} studio @param {number} x @param {number} y */
function classesAt({ store, labels, segmentation }, x, y) {
  const classes = store.now.project?.classes ?? [];
  const name = (/** @type {number} */ value) => classes.find((item) => item.value === value)?.name ?? '';
  const drawn = name(labels.at(x, y)), found = name(segmentation.at(x, y));
  return [drawn && `drawn ${drawn}`, found && `segmented ${found}`];
}

/**
 * Asks the server for the samples of a pixel once the pointer rests there, and gives what is known at once.
 * @param {Studio} studio
 * @param {() => void} answer
 * @returns {(x: number, y: number) => string}
 */
function samples({ store, pen }, answer) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  let known = '', at = '', wanted = '', asking = false, able = true;
  const next = async () => {
    if (asking || !able || wanted === at) return;
    asking = true;
    const place = wanted;
    try {
      const found = await ask('GET', place);
      known = found.values.map((/** @type {number} */ value) => Number(value.toPrecision(6))).join(' ');
    } catch (error) {
      known = '';
      able = !(error instanceof Refused && error.status === 404);
    }
    at = place;
    asking = false;
    if (wanted === at) answer();
    else void next();
  };
  return (x, y) => {
    wanted = `/api/images/${store.now.image}/${store.now.page}/value?x=${x}&y=${y}`;
    clearTimeout(timer);
    if (!pen.drawing) timer = setTimeout(() => void next(), 60);
    return wanted === at ? known : '';
  };
}

/** @param {Studio} studio */
function zoomButtons({ view }) {
  /** @param {string} title @param {string} key @param {Node|string} picture @param {() => void} act */
  const small = (title, key, picture, act) => make('button', {
    type: 'button', class: 'tool', title: `${title} (${key})`, 'aria-label': title, 'aria-keyshortcuts': key, onclick: act,
  }, picture);
  byId('zoom').append(
    small('Zoom out', '-', '−', () => view.zoom(1 / 1.5, null)),
    make('output', { 'aria-label': 'Zoom' }),
    small('Zoom in', '+', '+', () => view.zoom(1.5, null)),
    small('1:1, one image pixel a screen pixel', 'z', '1:1', () => view.oneToOne()),
    small('Fit the image', '0', icon('fit'), () => view.fit()),
  );
}

/** @param {Studio} studio */
function pages(studio) {
  const { store } = studio, place = byId('pages');
  const words = make('span');
  const range = make('input', {
    type: 'range', min: 1, 'aria-label': 'Page', oninput: () => store.now.image && studio.open(store.now.image, Number(range.value)),
  });
  place.append(words, range);
  store.on(['image', 'page', 'project'], (state) => {
    const image = currentImage(state), count = image?.pages ?? 1;
    place.hidden = count <= 1;
    range.max = String(count);
    range.value = String(state.page);
    words.textContent = `page ${state.page} of ${count}`;
  });
}
