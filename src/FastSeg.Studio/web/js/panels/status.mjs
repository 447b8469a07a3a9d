/** @import {Studio} from '../studio.mjs' */
/** @import {State} from '../state.mjs' */
import { byId, make } from '../shared/dom.mjs';
import { upToDate } from '../state.mjs';

/** The line that says what goes on, and the banner that says what is wrong. @param {Studio} studio */
export function status(studio) {
  const { store } = studio, line = byId('status'), bar = byId('progress'), noted = byId('remark');
  store.on(['live', 'waiting', 'connection', 'fresh', 'needed', 'project', 'image', 'page'], (state) => {
    const [text, kind] = words(state);
    if (line.textContent !== text) line.textContent = text;
    line.dataset.state = kind;
    line.title = text;
    const note = state.live?.note ?? '';
    if (noted.textContent !== note) noted.title = noted.textContent = note;
    const fraction = state.live?.fraction ?? null;
    bar.hidden = kind !== 'busy' || fraction === null;
    if (fraction !== null) /** @type {HTMLElement} */ (bar.firstElementChild).style.transform = `scaleX(${fraction})`;
  });
  const banner = byId('banner');
  store.on(['connection', 'waiting', 'trouble'], (state) => {
    const sentence = trouble(state);
    banner.hidden = sentence === null;
    if (sentence === null || banner.firstChild?.textContent === sentence) return;
    banner.replaceChildren(make('span', {}, sentence));
    if (state.connection !== 'ok')
      banner.append(make('button', { type: 'button', class: 'button', onclick: () => void studio.reconnected() }, 'Try now'));
  });
}

/** @param {State} state @returns {[string, 'done'|'busy'|'wait'|'bad']} */
function words(state) {
  if (state.connection === 'lost') return ['no connection', 'bad'];
  if (state.connection === 'stale') return ['this page is of an earlier start', 'bad'];
  if (upToDate(state)) return ['segmented', 'done'];
  const live = state.live;
  if (state.waiting > 0) return [`saving ${strokes(state.waiting)}`, 'busy'];
  if (!live) return [state.project ? 'ready' : 'connecting', 'wait'];
  if (live.state === 'segmented') return ['updating', 'busy'];
  const kind = live.state === 'failed' ? 'bad' : live.state === 'needs' || live.state === 'idle' ? 'wait' : 'busy';
  return [live.text || live.state, kind];
}

/** @param {number} count */
function strokes(count) {
  return count === 1 ? '1 stroke' : `${count} strokes`;
}

/** @param {State} state @returns {string|null} */
function trouble({ connection, waiting, trouble: sentence }) {
  const wait = waiting === 0 ? '' : waiting === 1 ? '1 stroke waits for the connection. ' : `${waiting} strokes wait for the connection. `;
  if (connection === 'lost')
    return `${wait}The studio does not answer. Is it still running? What you draw is kept in this page and sent when it answers again.`;
  if (connection === 'stale') {
    const kept = waiting === 0 ? '' : ` What you drew here (${strokes(waiting)}) is kept in this browser and sent from there.`;
    return `The studio was started again, and this page is of the earlier start. Open the address that the studio printed.${kept}`;
  }
  if (connection === 'refused') return `${wait}The studio cannot save now: ${sentence} It is tried again by itself.`;
  return null;
}
