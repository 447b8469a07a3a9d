/** @import {Operation, Spot} from '../shared/types.mjs' */
/** @import {Store} from '../state.mjs' */
/** @import {View} from '../show/view.mjs' */
/** @import {LabelLayer} from '../show/labels.mjs' */
import { drawPath, drawRuns, magnified, pathOf } from './ink.mjs';
import { newId } from './outbox.mjs';
import { notify } from '../shared/notices.mjs';
import { Runs } from './raster.mjs';
import { NoClass, drawnClass } from '../state.mjs';
import { Stroke } from './stroke.mjs';

/**
 * What draws: it makes operations of points, whether they come from a pointer or the keyboard. Ink is drawn with the next frame, only the
 * new piece of it, and waits for nobody.
 */
export class Pen {
  /** @type {Stroke|null} */
  #stroke = null;
  /** @type {{class: number, radius: number, image: string, page: number}} */
  #what = { class: 0, radius: 0, image: '', page: 1 };
  #inked = 0;
  #runs = new Runs(0);
  #straight = false;
  #frame = 0;
  /** @type {number[]} when the points came that the next frame shows */
  #stamps = [];
  /** @type {number[]} milliseconds from pointer to ink, the last thousand */
  latencies = [];

  /**
   * @param {Store} store
   * @param {View} view
   * @param {LabelLayer} labels
   * @param {(operation: Operation) => void} submit
   */
  constructor(store, view, labels, submit) {
    this.store = store;
    this.view = view;
    this.labels = labels;
    this.submit = submit;
    labels.live = () => this.#inkAll();
  }

  get drawing() {
    return this.#stroke !== null;
  }

  /** @param {Spot} spot in pixels of the image @param {boolean} erase @param {number} [stamp] when the pointer was there */
  begin(spot, erase, stamp) {
    const { radius, image, page } = this.store.now, value = drawnClass(this.store.now, erase);
    if (!image) return;
    if (value === null) return notify(NoClass, 'error');
    // A line that the keyboard began ends where the pointer begins another.
    if (this.#stroke) this.end();
    this.#stroke = new Stroke(spot.x, spot.y);
    this.#what = { class: value, radius, image, page };
    this.#restart();
    this.#straight = false;
    this.#plan(stamp);
  }

  /** @param {Spot} spot @param {boolean} straight @param {number} [stamp] */
  move(spot, straight, stamp) {
    if (!this.#stroke) return;
    if (straight) this.#stroke.straighten(spot.x, spot.y);
    else this.#stroke.add(spot.x, spot.y);
    if (this.#stroke.full) {
      this.end();
      return this.begin(spot, this.#what.class === 0, stamp);
    }
    if (straight || this.#straight) {
      this.#restart();
      this.labels.spoil();
    }
    this.#straight = straight;
    this.#plan(stamp);
  }

  end() {
    const operation = this.unfinished();
    this.cancel();
    if (operation) this.submit(operation);
  }

  cancel() {
    this.#stroke = null;
    this.labels.spoil();
  }

  /** The stroke under the pen as an operation. @returns {Operation|null} */
  unfinished() {
    return this.#stroke && { id: newId(), kind: 'stroke', ...this.#what, points: [...this.#stroke.points] };
  }

  /** @param {number|undefined} stamp */
  #plan(stamp) {
    if (stamp !== undefined) this.#stamps.push(stamp);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#ink());
  }

  /** Draws the piece that came since the last frame. */
  #ink() {
    this.#frame = 0;
    const stroke = this.#stroke;
    if (stroke && !this.#straight && stroke.points.length > this.#inked) {
      const piece = stroke.points.slice(Math.max(0, this.#inked - 2)), runs = this.#rasterise();
      this.#draw(piece, runs);
    }
    this.#measure();
  }

  #inkAll() {
    const stroke = this.#stroke;
    if (!stroke) return;
    this.#rasterise();
    this.#draw(stroke.points, this.#runs.all());
  }

  #restart() {
    this.#inked = 0;
    this.#runs = new Runs(this.#what.radius);
  }

  /** The pixels of what came since the last time. */
  #rasterise() {
    const points = this.#stroke?.points ?? [], runs = [];
    for (let i = this.#inked; i < points.length; i += 2) {
      const from = Math.max(i - 2, 0);
      runs.push(...this.#runs.add(points[from], points[from + 1], points[i], points[i + 1]));
    }
    this.#inked = points.length;
    return runs;
  }

  /** @param {number[]} points @param {[number, number, number][]} runs */
  #draw(points, runs) {
    const view = this.view.transform(), { context } = this.labels, colour = this.labels.colourOf(this.#what.class);
    if (magnified(view)) return drawRuns(context, view, runs, this.#what.class, colour);
    const operation = { id: '', kind: 'stroke', ...this.#what, points };
    drawPath(context, view, operation, pathOf(operation), colour);
  }

  /** Notes how long the oldest point waited, once the frame has been handed over. */
  #measure() {
    const stamps = this.#stamps;
    if (stamps.length === 0) return;
    this.#stamps = [];
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      this.latencies.push(performance.now() - stamps[0]);
      if (this.latencies.length > 1000) this.latencies.shift();
    };
    channel.port2.postMessage(0);
  }
}
