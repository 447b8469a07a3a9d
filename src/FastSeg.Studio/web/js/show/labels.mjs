/** @import {Change, Operation, Transform} from '../shared/types.mjs' */
import { Ink } from '../draw/ink.mjs';
import { Layer } from './layer.mjs';

/** The labels, and above them the ink that the server has not turned into labels yet. */
export class LabelLayer extends Layer {
  /** @type {Ink[]} */
  #ink = [];
  /** Of the labels that arrived last. */
  #version = -1;
  /** @type {(value: number) => string} */
  colourOf = () => '#ffffff';
  /** Drawn last: the stroke under the pen. @type {(() => void)|null} */
  live = null;

  /** @param {HTMLCanvasElement} canvas @param {import('./layer.mjs').Address} address */
  constructor(canvas, address) {
    super(canvas, address);
    this.merged = (/** @type {Response} */ answer) => {
      this.#version = Number(answer.headers.get('X-Version') ?? Infinity);
      this.#dry();
    };
  }

  /** Shows an operation until the labels that it makes are there. @param {Operation} operation */
  add(operation) {
    if (operation.kind === 'stroke' || operation.kind === 'polygon') this.#ink.push(new Ink(operation));
  }

  /** The server has drawn it: its ink goes when the labels of its region are here. @param {string} id @param {Change} change */
  acknowledge(id, change) {
    const ink = this.#ink.find((item) => item.operation.id === id);
    if (ink) ink.version = change.version;
    this.#dry();
  }

  /** Takes an operation back that the server refused. @param {string} id */
  remove(id) {
    this.#ink = this.#ink.filter((item) => item.operation.id !== id);
    this.spoil();
  }

  /** Lets go of the ink whose labels have arrived, and of that on pages that are not shown: labels are fetched when they are. */
  #dry() {
    if (this.busy) return;
    const key = this.shown ? this.sheet?.key : null;
    this.#ink = this.#ink.filter(({ version, operation }) =>
      version === null || (version > this.#version && `${operation.image}/${operation.page}` === key));
  }

  /** @override @param {Transform} view */
  drawAbove(view) {
    for (const ink of this.#ink)
      if (`${ink.operation.image}/${ink.operation.page}` === this.sheet?.key)
        ink.draw(this.context, view, this.colourOf(ink.operation.class));
    this.live?.();
  }
}
