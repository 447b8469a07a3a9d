/** @import {Operation, Spot} from '../shared/types.mjs' */
/** @import {Store} from '../state.mjs' */
/** @import {View} from '../show/view.mjs' */
import { Parts, toParts, toViewer } from '../shared/geometry.mjs';
import { fit } from '../show/layer.mjs';
import { newId } from './outbox.mjs';
import { notify } from '../shared/notices.mjs';
import { NoClass, drawnClass } from '../state.mjs';

/** How near the first corner a click closes the polygon, in CSS pixels. */
const Near = 9;

/** A polygon that is being clicked together, shown as a thin outline until it is closed. */
export class Polygon {
  /** @type {number[]} in 1/16 pixel */
  #points = [];
  /** @type {Spot|null} */
  #at = null;
  #what = { class: 0, image: '', page: 1 };

  /** @param {HTMLCanvasElement} canvas @param {Store} store @param {View} view @param {(operation: Operation) => void} submit */
  constructor(canvas, store, view, submit) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.store = store;
    this.view = view;
    this.submit = submit;
  }

  get open() {
    return this.#points.length > 0;
  }

  /**
   * Adds a corner, or closes where it is the first or the last one again.
   * @param {Spot} spot in pixels of the image
   * @param {boolean} erase
   */
  add(spot, erase) {
    const { image, page } = this.store.now, value = drawnClass(this.store.now, erase);
    if (!image) return;
    if (this.#points.length === 0) {
      if (value === null) return notify(NoClass, 'error');
      this.#what = { class: value, image, page };
    }
    const far = Math.hypot(spot.x - this.#points[0] / Parts, spot.y - this.#points[1] / Parts) * this.view.transform().scale;
    if (this.#points.length >= 6 && far <= Near) return this.close();
    const x = toParts(spot.x), y = toParts(spot.y), last = this.#points.length;
    const again = last > 0 && this.#points[last - 2] === x && this.#points[last - 1] === y;
    if (again && last >= 6) return this.close();
    if (!again) this.#points.push(x, y);
    this.draw();
  }

  /** @param {Spot} spot */
  move(spot) {
    this.#at = spot;
    if (this.open) this.draw();
  }

  close() {
    const points = this.#points;
    this.cancel();
    if (points.length >= 6) this.submit({ id: newId(), kind: 'polygon', ...this.#what, points });
  }

  /** Takes the last corner back. */
  back() {
    this.#points.length = Math.max(0, this.#points.length - 2);
    this.draw();
  }

  cancel() {
    this.#points = [];
    this.draw();
  }

  draw() {
    if (this.canvas.hidden && !this.open) return;
    this.canvas.hidden = !this.open;
    const view = this.view.transform(), ratio = fit(this.canvas, view), { context } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    if (!this.open || this.#what.image !== this.store.now.image || this.#what.page !== this.store.now.page) return;
    context.beginPath();
    for (let i = 0; i < this.#points.length; i += 2) {
      const spot = toViewer(view, this.#points[i] / Parts, this.#points[i + 1] / Parts);
      context.lineTo(spot.x, spot.y);
    }
    if (this.#at) {
      const spot = toViewer(view, this.#at.x, this.#at.y);
      context.lineTo(spot.x, spot.y);
    }
    context.closePath();
    for (const [colour, width] of /** @type {[string, number][]} */ ([['#000000', 3], ['#ffffff', 1.25]])) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
  }
}
