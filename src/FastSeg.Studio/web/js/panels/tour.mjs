import { byId, make } from '../shared/dom.mjs';

const Seen = 'fastseg-tour';

/** @type {[string, string, string][]} where, title, text */
const Hints = [
  ['tools', 'Draw', 'Two classes are drawn on this image already. '
    + 'Choose the brush and draw a few strokes of your own: short ones, where it is wrong.'],
  ['classes', 'Classes', 'Choose what you draw with 1 to 9. Double click renames a class, the square before it changes its colour.'],
  ['status', 'Watch', 'After every stroke the model learns, and what you look at is segmented again. Press s to look beneath.'],
  ['export', 'Take it with you', 'Here you get labels, segmentations, the model and the area fractions. '
    + 'Everything you draw is saved at once.'],
];

/** Shows four hints, one after another, to somebody who is here for the first time. @param {boolean} first */
export function tour(first) {
  if (!first || localStorage.getItem(Seen)) return;
  let at = 0;
  const title = make('strong'), text = make('p'), count = make('span');
  const next = make('button', { type: 'button', onclick: () => go(at + 1) }, 'Next');
  const close = make('button', { type: 'button', onclick: () => go(Hints.length) }, 'Close');
  const card = make('div', { class: 'tour', role: 'dialog', 'aria-label': 'A short tour' }, title, text,
    make('div', { class: 'buttons' }, count, close, next));
  card.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    go(Hints.length);
  });
  const go = (/** @type {number} */ step) => {
    at = step;
    if (at >= Hints.length) {
      localStorage.setItem(Seen, 'seen');
      return card.remove();
    }
    const [where, head, words] = Hints[at];
    title.textContent = head;
    text.textContent = words;
    count.textContent = `${at + 1} of ${Hints.length}`;
    next.textContent = at === Hints.length - 1 ? 'Done' : 'Next';
    close.hidden = at === Hints.length - 1;
    place(card, byId(where));
  };
  document.body.append(card);
  go(0);
}

/** Puts the card beside what it speaks of, inside the window. @param {HTMLElement} card @param {HTMLElement} target */
function place(card, target) {
  const box = target.getBoundingClientRect(), own = card.getBoundingClientRect();
  const beside = box.width < 120 && box.height > 120;
  const left = beside ? box.right + 12 : box.left > innerWidth / 2 ? box.right - own.width : box.left;
  const right = box.left > innerWidth - 320 && box.height > 60;
  const x = right ? box.left - own.width - 12 : left, y = beside || right ? box.top : box.bottom + 10;
  card.style.left = `${Math.min(Math.max(x, 8), innerWidth - own.width - 8)}px`;
  card.style.top = `${Math.min(Math.max(y, 8), innerHeight - own.height - 8)}px`;
}
