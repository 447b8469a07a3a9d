/** @import {ProjectImage, Rect, Spot, Transform, Window} from '../shared/types.mjs' */
import { levelCount, toImage, toViewer } from '../shared/geometry.mjs';

/** @typedef {OpenSeadragon.Viewer} Viewer */

/** The image under everything else: OpenSeadragon, its tiles, pan and zoom. */
export class View {
  /** @type {ProjectImage|null} */
  image = null;
  page = 1;
  /** Called when tiles of a window have taken the place of others. @type {(levels: Window|null) => void} */
  replaced = () => {};
  /** Settled when the page that was opened last is there. @type {Promise<unknown>} */
  opened = Promise.resolve();
  /** @type {Map<string, OpenSeadragon.Rect>} what was looked at on each page */
  #places = new Map();
  /** @type {Viewer} */
  #viewer;
  /** @type {(() => void)[]} */
  #frames = [];
  #generation = 0;
  #broken = false;
  #smooth = true;
  /** @type {DOMRect|null} where the viewer lies in the window; asked for once, since asking has the page laid out */
  #box = null;

  /** @param {HTMLElement} element @param {boolean} calm  whether movements take no time */
  constructor(element, calm) {
    this.element = element;
    keepStyleOut();
    this.#viewer = OpenSeadragon({
      element, showNavigationControl: false, mouseNavEnabled: false, drawer: 'canvas',
      animationTime: calm ? 0 : 0.25, springStiffness: 8, blendTime: 0, immediateRender: true, imageLoaderLimit: 3,
      minZoomImageRatio: 0.5, maxZoomPixelRatio: 64, visibilityRatio: 0.2, maxImageCacheCount: 400, preserveImageSizeOnResize: true,
    });
    this.#viewer.addHandler('update-viewport', () => this.#frame());
    this.#viewer.addHandler('tile-load-failed', () => { this.#broken = true; });
    this.#viewer.addHandler('resize', () => {
      this.#box = null;
      this.#viewer.forceRedraw();
    });
    window.addEventListener('resize', () => { this.#box = null; });
  }

  /** Calls `act` with every frame in which the image was drawn. @param {() => void} act */
  onFrame(act) {
    this.#frames.push(act);
  }

  #frame() {
    const smooth = this.transform().scale * (window.devicePixelRatio || 1) < 1;
    // It has everything drawn again, so that asking with every frame would never end.
    if (smooth !== this.#smooth) this.#viewer.drawer.setImageSmoothingEnabled(smooth);
    this.#smooth = smooth;
    for (const act of this.#frames) act();
  }

  /**
   * Shows a page: its quick overview first, over which the tiles come. What was looked at on a page of the same size stays in sight.
   * @param {ProjectImage} image  with the page's width and height
   * @param {number} page
   * @param {Window|null} levels
   */
  open(image, page, levels) {
    const before = this.image, now = before && this.#viewer.viewport.getBounds();
    if (before && now) this.#places.set(`${before.id}/${this.page}`, now);
    const place = this.#places.get(`${image.id}/${page}`)
      ?? (before?.id === image.id && before.width === image.width && before.height === image.height ? now : null);
    this.image = image;
    this.page = page;
    const generation = ++this.#generation;
    this.opened = new Promise((resolve) => {
      this.#viewer.addOnceHandler('open', resolve);
      this.#viewer.addOnceHandler('open-failed', resolve);
    });
    this.#viewer.addOnceHandler('open', () => {
      if (generation !== this.#generation) return;
      if (place) this.#viewer.viewport.fitBounds(place, true);
      this.#viewer.addTiledImage({ tileSource: pyramid(image, page, levels), x: 0, y: 0, width: 1 });
    });
    this.#viewer.open(/** @type {any} */ ([{ tileSource: overview(image, page, levels), x: 0, y: 0, width: 1 }]));
  }

  close() {
    this.image = null;
    this.#generation++;
    this.#viewer.close();
  }

  /**
   * Replaces the tiles by those of another window; the old ones stay until all that is seen is there. Of several replacements the last
   * one counts.
   * @param {Window|null} levels
   */
  replace(levels) {
    const image = this.image, generation = ++this.#generation;
    if (!image) return;
    const old = Array.from({ length: this.#viewer.world.getItemCount() }, (_, i) => this.#viewer.world.getItemAt(i));
    const success = (/** @type {any} */ event) => {
      /** @type {OpenSeadragon.TiledImage} */
      const item = event.item;
      const ready = () => {
        if (!item.getFullyLoaded()) return;
        item.removeHandler('fully-loaded-change', ready);
        if (generation !== this.#generation) return this.#viewer.world.removeItem(item);
        item.setOpacity(1);
        for (const other of old) this.#viewer.world.removeItem(other);
        this.replaced(levels);
      };
      item.addHandler('fully-loaded-change', ready);
      ready();
    };
    this.#viewer.addTiledImage(/** @type {any} */ ({
      tileSource: pyramid(image, this.page, levels, this.#generation), x: 0, y: 0, width: 1, opacity: 0, preload: true, success,
    }));
  }

  /** Fetches tiles again if some did not come. @param {Window|null} levels */
  repair(levels) {
    if (!this.#broken) return;
    this.#broken = false;
    this.replace(levels);
  }

  /** The canvas that the image is drawn on. */
  get picture() {
    return /** @type {HTMLElement} */ (this.#viewer.drawer.canvas);
  }

  /** @returns {Transform} */
  transform() {
    const size = this.#viewer.viewport.getContainerSize(), bounds = this.#viewer.viewport.getBoundsNoRotate(true);
    const scale = size.x / bounds.width / (this.image?.width ?? 1);
    const factor = size.x / bounds.width;
    return { scale, x: -bounds.x * factor, y: -bounds.y * factor, width: size.x, height: size.y };
  }

  get box() {
    this.#box ??= this.element.getBoundingClientRect();
    return this.#box;
  }

  /** @param {number} clientX @param {number} clientY @returns {Spot} */
  toImage(clientX, clientY) {
    const box = this.box;
    return toImage(this.transform(), clientX - box.left, clientY - box.top);
  }

  /** @param {number} x @param {number} y @returns {Spot} in client coordinates */
  toClient(x, y) {
    const box = this.box, spot = toViewer(this.transform(), x, y);
    return { x: spot.x + box.left, y: spot.y + box.top };
  }

  /** @param {number} dx @param {number} dy in CSS pixels */
  pan(dx, dy) {
    const { scale } = this.transform(), side = (this.image?.width ?? 1) * scale;
    this.#viewer.viewport.panBy(new OpenSeadragon.Point(-dx / side, -dy / side), true);
    this.#viewer.viewport.applyConstraints(true);
  }

  /**
   * Zooms so that the place under a client coordinate stays there.
   * @param {number} factor
   * @param {Spot|null} client
   * @param {boolean} [now]
   */
  zoom(factor, client, now = false) {
    const viewport = this.#viewer.viewport, box = this.box;
    const at = client ? viewport.pointFromPixel(new OpenSeadragon.Point(client.x - box.left, client.y - box.top), true) : undefined;
    viewport.zoomBy(factor, at, now);
    viewport.applyConstraints(now);
  }

  fit() {
    this.#viewer.viewport.goHome(false);
  }

  /** One image pixel a CSS pixel. */
  oneToOne() {
    this.zoom(1 / this.transform().scale, null);
  }

  /** Brings a region into sight unless it is. @param {Rect} region */
  reveal(region) {
    const { scale, x, y, width, height } = this.transform();
    const left = x + region.x * scale, top = y + region.y * scale;
    if (left >= 0 && top >= 0 && left + region.width * scale <= width && top + region.height * scale <= height) return;
    const side = this.image?.width ?? 1;
    this.#viewer.viewport.panTo(new OpenSeadragon.Point((region.x + region.width / 2) / side, (region.y + region.height / 2) / side));
  }
}

/**
 * OpenSeadragon puts a style element into the page unless it finds its own, and our Content-Security-Policy would refuse it loudly.
 * What it finds here is of no namespace, and styles nothing.
 */
function keepStyleOut() {
  const mark = document.createElementNS(null, 'style');
  mark.setAttribute('data-openseadragon-mobile-css', '');
  document.head.append(mark);
}

/** @param {ProjectImage} image @param {number} page */
function base(image, page) {
  return `/api/images/${encodeURIComponent(image.id)}/${page}`;
}

/** @param {Window|null} levels @param {number} [generation] */
function query(levels, generation = 0) {
  const parts = levels ? [`low=${levels.low}`, `high=${levels.high}`] : [];
  if (generation) parts.push(`v=${generation}`);
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

/**
 * Tiles of the pyramid. The server's level 0 is the whole image, OpenSeadragon's the smallest.
 * @param {ProjectImage} image
 * @param {number} page
 * @param {Window|null} levels
 * @param {number} [generation]
 * @returns {any}
 */
function pyramid(image, page, levels, generation) {
  const last = levelCount(image.width, image.height) - 1;
  return {
    width: image.width, height: image.height, tileSize: 256, tileOverlap: 0, minLevel: 0, maxLevel: last,
    getTileUrl: (/** @type {number} */ level, /** @type {number} */ x, /** @type {number} */ y) =>
      `${base(image, page)}/tile/${last - level}/${x}/${y}${query(levels, generation)}`,
  };
}

/**
 * The quick overview as an image of one tile.
 * @param {ProjectImage} image
 * @param {number} page
 * @param {Window|null} levels
 * @returns {any}
 */
function overview(image, page, levels) {
  const side = Math.max(image.width, image.height);
  return {
    width: image.width, height: image.height, tileSize: side, tileOverlap: 0, minLevel: 0, maxLevel: 0,
    getTileUrl: () => `${base(image, page)}/overview${query(levels)}`,
  };
}
