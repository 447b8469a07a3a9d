/** @import {Studio} from '../studio.mjs' */
/** @import {Spot} from '../shared/types.mjs' */
/** @import {Pointers} from './pointer.mjs' */
import { byId } from '../shared/dom.mjs';
import { Parts, toViewer } from '../shared/geometry.mjs';

/** The round cursor of the brush's true size. The pointer moves it, or the arrow keys, which draw with it too. */
export class Cursor {
  #element = byId('cursor');
  #surface = byId('surface');
  /** @type {Spot|null} where the keyboard's cursor is, in pixels of the image */
  #key = null;
  /** @type {Spot|null} where the pointer is, in client coordinates */
  #client = null;
  #planned = false;
  #side = 0;
  /** Called when the place changes, in pixels of the image. @type {(spot: Spot|null) => void} */
  moved = () => {};

  /** @param {Studio} studio @param {Pointers} pointers */
  constructor(studio, pointers) {
    this.studio = studio;
    this.pointers = pointers;
    pointers.moved = (client) => {
      this.#client = client;
      if (client) this.#key = null;
      this.#plan();
    };
    studio.store.on(['radius', 'tool', 'image'], () => this.show());
    studio.view.onFrame(() => this.show());
  }

  /** The place in the image, of the pointer or the keyboard. @returns {Spot|null} */
  get spot() {
    return this.#key ?? (this.#client && this.studio.view.image ? this.studio.view.toImage(this.#client.x, this.#client.y) : null);
  }

  /**
   * Moves the keyboard's cursor by CSS pixels, but at least by a pixel of the image.
   * @param {number} dx
   * @param {number} dy
   * @param {boolean} far
   */
  step(dx, dy, far) {
    const { view, pen, polygon } = this.studio, image = view.image;
    if (!image) return;
    const sight = view.transform(), length = Math.max(1, Math.round((far ? 60 : 6) / sight.scale));
    const from = this.#key ?? this.spot ?? { x: (sight.width / 2 - sight.x) / sight.scale, y: (sight.height / 2 - sight.y) / sight.scale };
    const clamp = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(Math.max(Math.floor(value), 0), most - 1) + 0.5;
    this.#key = { x: clamp(from.x + dx * length, image.width), y: clamp(from.y + dy * length, image.height) };
    view.reveal({ x: this.#key.x, y: this.#key.y, width: 0, height: 0 });
    pen.move(this.#key, false);
    polygon.move(this.#key);
    this.show();
  }

  /** Begins a line at the keyboard's cursor, or ends it; Enter twice at one place makes a dot. */
  press() {
    const { pen, polygon, store, view } = this.studio, spot = this.#key ?? this.spot;
    if (!spot || !view.image) return;
    if (pen.drawing) return pen.end();
    const { tool } = store.now;
    this.#key = spot;
    if (tool === 'polygon') polygon.add(spot, false);
    else if (tool === 'fill') this.studio.fill(spot);
    else if (tool !== 'pan') pen.begin(spot, tool === 'eraser');
    this.show();
  }

  /** Shows it with the next frame. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    requestAnimationFrame(() => this.show());
  }

  show() {
    this.#planned = false;
    const { tool, radius } = this.studio.store.now, view = this.studio.view;
    const pans = this.pointers.space || tool === 'pan';
    this.#surface.classList.toggle('panning', pans);
    this.#surface.classList.toggle('aiming', !pans && (tool === 'polygon' || tool === 'fill'));
    const spot = view.image ? this.spot : null, round = tool === 'brush' || tool === 'eraser';
    this.#element.hidden = !spot || (pans && !this.#key) || (!round && !this.#key);
    this.#element.classList.toggle('keyboard', this.#key !== null);
    this.moved(spot);
    if (!spot || this.#element.hidden) return;
    const sight = view.transform(), at = toViewer(sight, spot.x, spot.y);
    const side = Math.max(3, round ? 2 * radius / Parts * sight.scale : 12);
    if (side !== this.#side) this.#element.style.width = this.#element.style.height = `${side}px`;
    this.#side = side;
    this.#element.style.transform = `translate(${at.x - side / 2}px, ${at.y - side / 2}px)`;
  }
}
