/** @import {Spot} from '../shared/types.mjs' */
/** @import {Store} from '../state.mjs' */
/** @import {View} from '../show/view.mjs' */
/** @import {Pen} from './pen.mjs' */
/** @import {Polygon} from './polygon.mjs' */
import { nextRadius } from './stroke.mjs';

/** Buttons of a pointer: the wheel, and a pen's eraser end. */
const Middle = 4, EraserEnd = 32;

/**
 * A second finger makes a pinch of what began as a stroke, unless the first one has drawn for so long, in milliseconds, and so far, in CSS
 * pixels: then the stroke is meant.
 */
const PinchTime = 300, PinchWay = 30;

/** What mouse, pen and fingers do over the image. Once a pen was seen, a finger pans: a palm draws nothing. */
export class Pointers {
  /** Whether the space bar is held. */
  space = false;
  /** Called with every place of the pointer, null when it leaves. @type {(client: Spot|null) => void} */
  moved = () => {};
  #penSeen = false;
  /** @type {number|null} the pointer that draws */
  #drawing = null;
  /** Whether that is a finger, and when it came. */
  #byFinger = false;
  #since = 0;
  #from = { x: 0, y: 0 };
  /** @type {Map<number, Spot>} pointers that pan */
  #panning = new Map();

  /**
   * @param {HTMLElement} surface
   * @param {{store: Store, view: View, pen: Pen, polygon: Polygon, fill: (spot: Spot, erase: boolean) => void}} parts
   */
  constructor(surface, { store, view, pen, polygon, fill }) {
    this.surface = surface;
    this.store = store;
    this.view = view;
    this.pen = pen;
    this.polygon = polygon;
    this.fill = fill;
    surface.addEventListener('pointerdown', (event) => this.#down(event));
    surface.addEventListener('pointermove', (event) => this.#move(event));
    surface.addEventListener('pointerup', (event) => this.#up(event));
    surface.addEventListener('pointercancel', (event) => this.#up(event, true));
    surface.addEventListener('pointerleave', () => this.moved(null));
    surface.addEventListener('dblclick', () => polygon.open && polygon.close());
    surface.addEventListener('contextmenu', (event) => event.preventDefault());
    surface.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
  }

  /** @param {PointerEvent} event */
  #down(event) {
    this.surface.focus({ preventScroll: true });
    const finger = event.pointerType === 'touch', pen = event.pointerType === 'pen';
    if (pen) this.#penSeen = true;
    // The hand that holds the pen may lie on the screen before and while it draws.
    if (finger && this.#drawing !== null && !this.#byFinger) return event.preventDefault();
    if (pen) this.#panning.clear();
    const pans = this.space || this.store.now.tool === 'pan' || (event.buttons & Middle) !== 0 || (finger && this.#penSeen);
    if (event.button > 1 && (event.buttons & EraserEnd) === 0) return;
    event.preventDefault();
    if (pans || this.#panning.size > 0 || (finger && this.#drawing !== null)) {
      // A second finger makes a pinch of what began as a stroke.
      if (this.#drawing !== null && finger) this.#pinchInstead(event.timeStamp);
      this.#capture(event.pointerId);
      this.#panning.set(event.pointerId, { x: event.clientX, y: event.clientY });
      return;
    }
    if (this.#drawing === null) this.#draw(event);
  }

  /** @param {number} pointer */
  #capture(pointer) {
    try {
      this.surface.setPointerCapture(pointer);
    } catch {
      // The pointer is gone already.
    }
  }

  /** @param {number} now */
  #pinchInstead(now) {
    const pointer = /** @type {number} */ (this.#drawing);
    const way = Math.hypot(this.#last.x - this.#from.x, this.#last.y - this.#from.y);
    if (now - this.#since > PinchTime && way > PinchWay) this.pen.end();
    else this.pen.cancel();
    this.#drawing = null;
    this.#panning.set(pointer, this.#last);
  }

  /** @type {Spot} */
  #last = { x: 0, y: 0 };

  /** @param {PointerEvent} event */
  #draw(event) {
    const { tool } = this.store.now;
    const spot = this.view.toImage(event.clientX, event.clientY);
    const erase = tool === 'eraser' || (event.buttons & EraserEnd) !== 0;
    this.#last = { x: event.clientX, y: event.clientY };
    if (tool === 'polygon') return this.polygon.add(spot, event.altKey);
    if (tool === 'fill') return this.fill(spot, event.altKey);
    this.#capture(event.pointerId);
    this.#drawing = event.pointerId;
    this.#byFinger = event.pointerType === 'touch';
    this.#since = event.timeStamp;
    this.#from = this.#last;
    this.pen.begin(spot, erase, event.timeStamp);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const client = { x: event.clientX, y: event.clientY };
    this.moved(client);
    if (this.#panning.has(event.pointerId)) return this.#pan(event.pointerId, client);
    if (this.store.now.tool === 'polygon') this.polygon.move(this.view.toImage(client.x, client.y));
    if (this.#drawing !== event.pointerId) return;
    this.#last = client;
    const pieces = event.getCoalescedEvents?.() ?? [];
    for (const piece of pieces.length > 0 ? pieces : [event])
      this.pen.move(this.view.toImage(piece.clientX, piece.clientY), event.shiftKey, piece.timeStamp);
  }

  /** @param {number} pointer @param {Spot} client */
  #pan(pointer, client) {
    const before = /** @type {Spot} */ (this.#panning.get(pointer));
    const others = [...this.#panning].filter(([id]) => id !== pointer).map(([, spot]) => spot);
    this.#panning.set(pointer, client);
    const share = 1 / this.#panning.size;
    this.view.pan((client.x - before.x) * share, (client.y - before.y) * share);
    if (others.length === 0) return;
    const other = others[0], middle = { x: (client.x + other.x) / 2, y: (client.y + other.y) / 2 };
    const apart = Math.hypot(before.x - other.x, before.y - other.y);
    if (apart > 0) this.view.zoom(Math.hypot(client.x - other.x, client.y - other.y) / apart, middle, true);
  }

  /** @param {PointerEvent} event @param {boolean} [lost] */
  #up(event, lost = false) {
    this.#panning.delete(event.pointerId);
    if (this.#drawing !== event.pointerId) return;
    this.#drawing = null;
    // What a cancelled pointer drew is kept: the system took the pointer away, the person did not take the stroke back.
    if (!lost) this.pen.move(this.view.toImage(event.clientX, event.clientY), event.shiftKey);
    this.pen.end();
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const delta = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 30 : event.deltaY;
    if (event.altKey) {
      this.store.set({ radius: nextRadius(this.store.now.radius, delta < 0 ? 1 : -1) });
      return;
    }
    const factor = Math.exp(-Math.min(Math.max(delta, -300), 300) * (event.ctrlKey ? 0.01 : 0.0022));
    this.view.zoom(factor, { x: event.clientX, y: event.clientY });
  }
}
