import { byId, make } from './dom.mjs';

/**
 * Says something in the corner for a while; an error stays until it is closed.
 * @param {string} sentence
 * @param {'note'|'error'} [kind]
 */
export function notify(sentence, kind = 'note') {
  const place = byId('notices');
  for (const other of place.children) if (other.firstChild?.textContent === sentence) other.remove();
  const notice = make('div', { class: `notice ${kind}`, role: kind === 'error' ? 'alert' : null }, make('p', {}, sentence));
  const close = () => notice.remove();
  notice.append(make('button', { type: 'button', class: 'plain', 'aria-label': 'Close this message', onclick: close }, '×'));
  place.append(notice);
  if (kind === 'note') setTimeout(() => notice.remove(), 6000);
}
