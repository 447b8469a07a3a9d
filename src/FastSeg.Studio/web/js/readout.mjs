/** @import {Studio} from './studio.mjs' */
/** @import {Cursor} from './cursor.mjs' */
import { byId, icon, make } from './dom.mjs';
import { roundLength } from './geometry.mjs';
import { currentImage } from './state.mjs';

/** Place under the cursor, scale bar, zoom and pages. @param {Studio} studio @param {Cursor} cursor */
export function readout(studio, cursor) {
  const { view, store } = studio, text = byId('readout');
  cursor.moved = (spot) => {
    const image = view.image;
    const inside = spot && image && spot.x >= 0 && spot.y >= 0 && spot.x < image.width && spot.y < image.height;
    const words = inside ? `${Math.floor(spot.x)}, ${Math.floor(spot.y)}` : '';
    if (text.textContent !== words) text.textContent = words;
  };
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
    small('One image pixel a screen pixel', 'z', '1:1', () => view.oneToOne()),
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
