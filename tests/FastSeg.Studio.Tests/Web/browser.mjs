/**
 * As much of a browser as the page's parts ask for where nobody looks. It must be imported before them.
 */

/** An element of any kind; what is drawn on it goes nowhere. */
class Part extends EventTarget {
  style = {};
  children = [];
  text = '';

  append(...parts) {
    this.children.push(...parts);
    for (const part of parts) if (typeof part === 'string') this.text += part;
  }

  getContext() {
    return nothing;
  }

  getBoundingClientRect() {
    return { left: 0, top: 0, width: 800, height: 600 };
  }

  setAttribute() {}

  remove() {}
}

/** Whatever is asked of it, it does nothing. */
const nothing = new Proxy({}, { get: () => () => {}, set: () => true });

/** By id. @type {Map<string, Part>} */
const parts = new Map();

/** The element of that id. @param {string} id */
export function part(id) {
  if (!parts.has(id)) parts.set(id, new Part());
  return /** @type {Part} */ (parts.get(id));
}

/** What the page said in its corner since the last time. */
export function said() {
  return part('notices').children.splice(0).map((notice) => notice.children[0].text);
}

/** What the viewer was asked to show, newest last. @type {any[]} */
export const shown = [];

/** An item of the viewer's world, which is loaded when a test says so. */
export class Item {
  #loaded = false;
  #listeners = new Set();

  getFullyLoaded() {
    return this.#loaded;
  }

  addHandler(_, act) {
    this.#listeners.add(act);
  }

  removeHandler(_, act) {
    this.#listeners.delete(act);
  }

  setOpacity() {}

  load() {
    this.#loaded = true;
    for (const act of [...this.#listeners]) act();
  }
}

const bounds = { x: 0, y: 0, width: 1, height: 0.75 };
const viewer = {
  addHandler() {}, addOnceHandler() {}, forceRedraw() {},
  open: ([{ tileSource }]) => shown.push(tileSource),
  addTiledImage: (options) => shown.push(options),
  viewport: { getBounds: () => bounds, getBoundsNoRotate: () => bounds, getContainerSize: () => ({ x: 800, y: 600 }) },
  world: { getItemCount: () => 0, getItemAt: () => null, removeItem() {} },
  drawer: { canvas: new Part(), setImageSmoothingEnabled() {} },
};

globalThis.document = Object.assign(new EventTarget(), {
  getElementById: part, createElement: () => new Part(), createElementNS: () => new Part(), head: new Part(), hidden: false,
});
globalThis.window = Object.assign(new EventTarget(), { devicePixelRatio: 1 });
globalThis.matchMedia = () => ({ matches: true });
globalThis.requestAnimationFrame = () => 1;
globalThis.cancelAnimationFrame = () => {};
globalThis.OpenSeadragon = () => viewer;
