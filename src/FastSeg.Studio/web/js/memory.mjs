/** @import {Studio} from './studio.mjs' */
/** @import {State} from './state.mjs' */
/** @import {Operation} from './shared/types.mjs' */

/** What of the page a reload brings back. @type {(keyof State)[]} */
const Kept = ['image', 'page', 'tool', 'classValue', 'radius', 'opacity', 'shown', 'windows'];
const Unfinished = 'fastseg-unfinished';

/**
 * Brings back what the page showed before it was loaded again, and keeps it from now on.
 * @param {Studio} studio
 * @param {string} project
 */
export function remember({ store }, project) {
  const place = `fastseg-view-${project}`;
  /** @type {Partial<State>} */
  const kept = JSON.parse(localStorage.getItem(place) ?? '{}');
  const { image, page, ...rest } = kept;
  store.set(rest);
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  const save = () => localStorage.setItem(place, JSON.stringify(Object.fromEntries(Kept.map((key) => [key, store.now[key]]))));
  store.on(Kept, () => {
    clearTimeout(timer);
    timer = setTimeout(() => whenIdle(save), 300);
  });
  return { image: image ?? null, page: page ?? 1 };
}

/** The browser's store is slow, and must not hold up a stroke. @param {() => void} act */
function whenIdle(act) {
  if ('requestIdleCallback' in window) requestIdleCallback(act, { timeout: 3000 });
  else act();
}

/**
 * Keeps the stroke under the pen when the page goes away in the middle of it: only this store takes it in time.
 * @param {Studio} studio
 */
export function keepUnfinished({ pen, store }) {
  window.addEventListener('pagehide', () => {
    const operation = pen.unfinished(), project = store.now.project?.id;
    pen.cancel();
    if (operation && project) localStorage.setItem(Unfinished, JSON.stringify({ project, operation }));
  });
}

/** The stroke that was under the pen when the page went away. @param {string} project @returns {Operation|null} */
export function unfinished(project) {
  const kept = JSON.parse(localStorage.getItem(Unfinished) ?? 'null');
  if (kept?.project !== project) return null;
  localStorage.removeItem(Unfinished);
  return kept.operation;
}
