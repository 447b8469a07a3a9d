/** @import {Project, LiveStatus, Window, Job} from './shared/types.mjs' */

/**
 * What the page shows and edits. Modules read it, change it with `set`, and hear of changes with `on`.
 * @typedef {object} State
 * @property {Project|null} project
 * @property {string|null} image
 * @property {number} page
 * @property {'brush'|'eraser'|'fill'|'polygon'|'pan'} tool
 * @property {number} classValue
 * @property {number} radius  of the brush in 1/16 pixel
 * @property {{labels: number, segmentation: number, uncertainty: number}} opacity
 * @property {{labels: boolean, segmentation: boolean, uncertainty: boolean}} shown
 * @property {string|null} compare  the other result: before, or a name
 * @property {number} curtain  share of the viewer's width that lies left of the curtain
 * @property {Set<number>} hidden  classes that are not shown
 * @property {LiveStatus|null} live
 * @property {number} needed  version of the last change that a segmentation depends on
 * @property {number} waiting  operations not acknowledged yet
 * @property {'ok'|'lost'|'refused'|'stale'} connection
 * @property {string} trouble  what the connection's trouble is, one sentence
 * @property {boolean} fresh  whether the overlay on screen is all that the server has
 * @property {Record<string, Window>} windows  by image, where a person set one
 * @property {Job[]} jobs
 */

/** @returns {State} */
function first() {
  return {
    project: null, image: null, page: 1, tool: 'brush', classValue: 1, radius: 5 * 16,
    opacity: { labels: 0.9, segmentation: 0.45, uncertainty: 0.7 },
    shown: { labels: true, segmentation: true, uncertainty: false },
    compare: null, curtain: 0.5, hidden: new Set(), live: null, needed: 0, waiting: 0, connection: 'ok', trouble: '', fresh: true,
    windows: {}, jobs: [],
  };
}

export class Store {
  /** @type {State} */
  #state = first();
  /** @type {{keys: Set<string>, act: (state: State) => void}[]} */
  #listeners = [];

  get now() {
    return this.#state;
  }

  /** @param {Partial<State>} patch */
  set(patch) {
    const changed = Object.entries(patch).filter(([key, value]) => this.#state[/** @type {keyof State} */ (key)] !== value);
    if (changed.length === 0) return;
    Object.assign(this.#state, Object.fromEntries(changed));
    for (const { keys, act } of this.#listeners) if (changed.some(([key]) => keys.has(key))) act(this.#state);
  }

  /**
   * Calls `act` whenever one of the keys changes, and once now.
   * @param {(keyof State)[]} keys
   * @param {(state: State) => void} act
   */
  on(keys, act) {
    this.#listeners.push({ keys: new Set(keys), act });
    act(this.#state);
  }
}

/** @param {State} state */
export function currentImage(state) {
  return state.project?.images.find((image) => image.id === state.image) ?? null;
}

/** @param {State} state */
export function currentClass(state) {
  return state.project?.classes.find((item) => item.value === state.classValue) ?? null;
}

/** What a person hears who wants to draw without a class. */
export const NoClass = 'There is no class to draw with; add one with the + beside Classes.';

/** The class that is drawn with, 0 where it is erased; null where there is no class. @param {State} state @param {boolean} erase */
export function drawnClass({ classValue }, erase) {
  return erase ? 0 : classValue || null;
}

/** Whether every stroke is kept by the server, trained on, and its labels are on the screen. @param {State} state */
export function upToDate(state) {
  const live = state.live;
  return live?.state === 'segmented' && state.waiting === 0 && state.connection === 'ok' && state.fresh
    && (live.version ?? 0) >= state.needed
    && (live.image == null || live.image === state.image) && (live.page == null || live.page === state.page);
}
