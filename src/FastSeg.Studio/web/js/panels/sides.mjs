import { byId } from '../shared/dom.mjs';
import { button } from './toolbar.mjs';

/** The panels at both sides can be folded away; on a small screen they begin folded. */
export function sides() {
  const narrow = matchMedia('(max-width: 1100px)');
  for (const [id, picture, title] of [['images', 'images', 'Images'], ['panels', 'panel', 'Classes, layers and settings']]) {
    const panel = byId(id), toggle = byId(`${id}-toggle`);
    const show = (/** @type {boolean} */ open) => {
      panel.hidden = !open;
      toggle.setAttribute('aria-expanded', String(open));
    };
    toggle.setAttribute('aria-controls', id);
    button(`${id}-toggle`, picture, title, () => show(panel.hidden === true));
    narrow.addEventListener('change', () => show(!narrow.matches));
    show(!narrow.matches);
  }
}
