/** @import {Answer, Change, LiveStatus, Operation, OverlayNews, Project, Size, Window} from './shared/types.mjs' */
import { Refused, ask } from './shared/api.mjs';
import { NoClass, Store, currentImage, drawnClass } from './state.mjs';
import { View } from './show/view.mjs';
import { Layer } from './show/layer.mjs';
import { LabelLayer } from './show/labels.mjs';
import { Outbox, newId } from './draw/outbox.mjs';
import { Pen } from './draw/pen.mjs';
import { Polygon } from './draw/polygon.mjs';
import { byId } from './shared/dom.mjs';
import { classPixels, uncertaintyPixels } from './shared/palette.mjs';
import { notify } from './shared/notices.mjs';
import { visible } from './shared/geometry.mjs';

/** Lines of the hatching over what is not computed: a light one and a dark one, then six pixels of nothing. */
const Hatched = Uint32Array.of(0xb0ffffff, 0xb0000000, 0, 0, 0, 0, 0, 0);

/** How long tiles are painted in a frame while a stroke is drawn, in milliseconds; the rest follows with the next ones. */
const PaintingTime = 5;

/** The parts of the page, and what goes between them and the server. */
export class Studio {
  store = new Store();
  view = new View(byId('picture'), matchMedia('(prefers-reduced-motion: reduce)').matches);
  segmentation = new Layer(canvas('segmentation'), overlay('classes', () => 'live'));
  other = new Layer(canvas('other'), overlay('classes', () => this.store.now.compare ?? 'before'));
  uncertainty = new Layer(canvas('uncertainty'), overlay('uncertainty', () => 'live'));
  labels = new LabelLayer(canvas('labels'), (sheet, { x, y, width, height }, level) =>
    `/api/images/${sheet.image}/${sheet.page}/labels?x=${x}&y=${y}&width=${width}&height=${height}&level=${level}`);
  outbox = new Outbox({
    sent: (operation, answer) => this.#sent(operation, answer),
    refused: (operation, sentence) => this.#refused(operation, sentence),
    waiting: (waiting) => this.store.set({ waiting }),
    trouble: (trouble) => this.#connection(trouble),
  });
  pen = new Pen(this.store, this.view, this.labels, (operation) => this.act(operation));
  polygon = new Polygon(canvas('marks'), this.store, this.view, (operation) => this.act(operation));
  #drawing = 0;
  #looks = '';
  #modelled = false;
  /** The view that was drawn last. */
  #drawn = '';
  /** @type {Set<number>} versions whose change is shown already */
  #seen = new Set();

  constructor() {
    for (const layer of this.layers) layer.changed = () => this.draw();
    this.segmentation.keep = this.uncertainty.keep = this.other.keep = true;
    this.uncertainty.paint = { pixels: uncertaintyPixels(), hatched: null };
    this.segmentation.merged = (answer) => this.#hatch(Number(answer.headers.get('X-Model') ?? 0) > 0);
    this.view.onFrame(() => this.#drawNow());
    this.store.on(['project', 'hidden'], () => this.#recolour());
    this.store.on(['shown', 'opacity', 'compare', 'curtain'], () => this.#arrange());
  }

  /** @returns {Layer[]} */
  get layers() {
    return [this.segmentation, this.other, this.uncertainty, this.labels];
  }

  /** Draws what is due with the next frame. */
  draw() {
    if (this.#drawing === 0) this.#drawing = requestAnimationFrame(() => this.#drawNow());
  }

  #drawNow() {
    if (this.#drawing !== 0) cancelAnimationFrame(this.#drawing);
    this.#drawing = 0;
    if (!this.view.image) return;
    const view = this.view.transform(), now = JSON.stringify([view, window.devicePixelRatio]), moved = now !== this.#drawn;
    this.#drawn = now;
    const deadline = this.pen.drawing ? performance.now() + PaintingTime : Infinity;
    for (const layer of this.layers) {
      layer.deadline = deadline;
      layer.draw(view, moved);
    }
    this.polygon.draw();
    this.store.set({ fresh: !this.segmentation.busy });
  }

  #recolour() {
    const { project, hidden } = this.store.now, classes = project?.classes ?? [];
    const looks = JSON.stringify([classes, [...hidden]]);
    if (looks === this.#looks) return;
    this.#looks = looks;
    const pixels = classPixels(classes, hidden);
    for (const layer of [this.segmentation, this.other, this.labels]) layer.paint = { pixels, hatched: null };
    if (this.#modelled) this.segmentation.paint = { pixels, hatched: Hatched };
    const colours = new Map(classes.map((item) => [item.value, item.colour]));
    this.labels.colourOf = (value) => colours.get(value) ?? '#ffffff';
    for (const layer of this.layers) layer.spoil();
  }

  /** Where there is a model, what it has not labelled yet is hatched; without one nothing is. @param {boolean} modelled */
  #hatch(modelled) {
    if (modelled === this.#modelled) return;
    this.#modelled = modelled;
    this.segmentation.paint = { pixels: this.segmentation.paint.pixels, hatched: modelled ? Hatched : null };
    this.segmentation.spoil();
  }

  #arrange() {
    const { shown, opacity, compare, curtain } = this.store.now;
    this.segmentation.shown = shown.segmentation;
    this.other.shown = shown.segmentation && compare !== null;
    this.uncertainty.shown = shown.uncertainty;
    this.labels.shown = shown.labels;
    // A canvas costs the browser time with every frame, even where it is empty.
    for (const layer of this.layers) layer.canvas.hidden = !layer.shown;
    this.segmentation.to = compare === null ? 1 : curtain;
    this.other.from = curtain;
    this.segmentation.canvas.style.opacity = this.other.canvas.style.opacity = String(opacity.segmentation);
    this.uncertainty.canvas.style.opacity = String(opacity.uncertainty);
    this.labels.canvas.style.opacity = String(opacity.labels);
    for (const layer of this.layers) layer.spoil();
  }

  /** Shows a page of an image, once its size is known. @param {string} id @param {number} [page] */
  async open(id, page = 1) {
    const image = this.store.now.project?.images.find((item) => item.id === id), key = `${id}/${page}`;
    if (!image || image.failure) return;
    this.#opening = key;
    const size = page === 1 ? image : this.#sizes.get(key) ?? await this.#measure(key);
    // Another page may have been asked for meanwhile.
    if (!size || this.#opening !== key || this.#shows(id, page)) return;
    this.pen.drawing && this.pen.end();
    this.polygon.cancel();
    this.store.set({ image: id, page });
    const { width, height } = size;
    this.view.open({ ...image, width, height }, page, this.window());
    for (const layer of this.layers) layer.open({ key, image: id, page, width, height });
  }

  /** The page that is to be shown. */
  #opening = '';
  /** Sizes of pages after the first ones, which the project's description does not have. @type {Map<string, Size>} */
  #sizes = new Map();

  /** Asks for a page's size; null, and a sentence, where there is none. @param {string} key @returns {Promise<Size|null>} */
  async #measure(key) {
    try {
      const size = await ask('GET', `/api/images/${key}`);
      this.#sizes.set(key, size);
      return size;
    } catch (error) {
      notify(error instanceof Error ? error.message : String(error), 'error');
      return null;
    }
  }

  /** @param {string} id @param {number} page */
  #shows(id, page) {
    return this.store.now.image === id && this.store.now.page === page;
  }

  /** The window that a person set for the image that is shown. @returns {Window|null} */
  window() {
    const { windows, image } = this.store.now;
    return windows[image ?? ''] ?? null;
  }

  /** Does what a person did: it is shown, kept and sent. @param {Operation} operation */
  act(operation) {
    if ('image' in operation && !this.store.now.shown.labels)
      this.store.set({ shown: { ...this.store.now.shown, labels: true } });
    this.labels.add(operation);
    this.outbox.add(operation);
    this.labels.spoil();
  }

  /** Fills around a place. @param {{x: number, y: number}} spot in pixels of the image @param {boolean} [erase] */
  fill(spot, erase = false) {
    const { image, page } = this.store.now, known = this.view.image, x = Math.floor(spot.x), y = Math.floor(spot.y);
    if (!known || x < 0 || y < 0 || x >= known.width || y >= known.height) return;
    const value = drawnClass(this.store.now, erase);
    if (value === null) notify(NoClass, 'error');
    else this.act({ id: newId(), kind: 'fill', image, page, class: value, x, y });
  }

  undo() {
    this.outbox.add({ id: newId(), kind: 'undo' });
  }

  redo() {
    this.outbox.add({ id: newId(), kind: 'redo' });
  }

  /** @param {Operation} operation @param {Answer} answer */
  #sent(operation, answer) {
    const back = operation.kind === 'undo' || operation.kind === 'redo';
    for (const change of answer.changes) {
      if (change.nothing) {
        notify(operation.kind === 'undo' ? 'There is nothing to undo.' : 'There is nothing to redo.');
        continue;
      }
      if (back) void this.#show(change);
      this.changed(change);
      this.labels.acknowledge(operation.id, change);
    }
    const project = this.store.now.project;
    if (project)
      this.store.set({
        project: { ...project, version: Math.max(project.version, answer.version), canUndo: answer.canUndo, canRedo: answer.canRedo },
      });
  }

  /** Shows the image that an undo concerns. @param {Change} change */
  async #show(change) {
    if (!change.image) return;
    await this.open(change.image, change.page);
    if (change.region && this.#shows(change.image, change.page)) this.view.reveal(rect(change.region));
  }

  /** @param {Operation} operation @param {string} sentence */
  #refused(operation, sentence) {
    this.labels.remove(operation.id);
    notify(sentence, 'error');
    // It was made with an old idea of the project, such as of its classes.
    this.reload(0);
  }

  /** Labels or classes changed, here or in another page. @param {Change} change */
  changed(change) {
    const project = this.store.now.project;
    if (change.duplicate) {
      // It was done before, and says neither where nor as which version: nothing may ever be segmented for the one that it names.
      this.labels.refresh(null, null);
      return this.reload(0);
    }
    if (this.#seen.has(change.version) || !project) return;
    this.#seen.add(change.version);
    if (this.#seen.size > 500) this.#seen.delete(/** @type {number} */ (this.#seen.values().next().value));
    if (change.version > project.version) this.store.set({ project: { ...project, version: change.version } });
    // A stroke over labels of its own class changes nothing, and nothing is segmented again.
    if (change.region || !change.image) this.store.set({ needed: Math.max(this.store.now.needed, change.version) });
    if (change.image) change.region && this.labels.refresh(`${change.image}/${change.page}`, rect(change.region));
    else this.labels.refresh(null, null);
    this.reload(change.classesChanged ? 0 : 600);
  }

  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #reloading;

  /** Fetches the project's description again, at most once in a while. @param {number} wait in milliseconds */
  reload(wait) {
    clearTimeout(this.#reloading);
    this.#reloading = setTimeout(() => void this.fetchProject().catch(() => {}), wait);
  }

  /**
   * Fetches the project for the first time and opens the image that was looked at last.
   * @param {(project: string) => {image: string|null, page: number}} recall
   */
  async begin(recall) {
    /** @type {Project} */
    const project = await ask('GET', '/api/project');
    const { image, page } = recall(project.id);
    this.store.set({ project, image: null });
    if (image) await this.open(image, page);
    return this.fetchProject();
  }

  async fetchProject() {
    /** @type {Project} */
    const project = await ask('GET', '/api/project');
    const before = this.store.now.project;
    if (before && before.instance !== project.instance) this.#restarted();
    // An answer that was overtaken: the change that overtook it has the project fetched again.
    else if (before && before.version > project.version) return before;
    this.store.set({ project });
    // A class that was just added waits to be sent, and is chosen already.
    if (this.outbox.waiting === 0 && !project.classes.some((item) => item.value === this.store.now.classValue))
      this.store.set({ classValue: project.classes[0]?.value ?? 0 });
    const image = currentImage(this.store.now);
    if (!image || image.failure) {
      const first = project.images.find((item) => !item.failure);
      if (first) void this.open(first.id);
    }
    return project;
  }

  #restarted() {
    this.#seen.clear();
    this.#sizes.clear();
    this.store.set({ needed: 0 });
    for (const layer of this.layers) layer.refresh(null, null);
    notify('The studio was started again. This page has caught up with it.');
  }

  /** @param {LiveStatus} live */
  live(live) {
    this.store.set({ live });
    if (live.state === 'failed') notify(live.text, 'error');
    if (live.state !== 'needs') return;
    for (const layer of [this.segmentation, this.uncertainty]) layer.clear();
    this.#hatch(false);
  }

  /** @param {OverlayNews} news */
  overlay(news) {
    const key = `${news.image}/${news.page}`, region = rect(news.region);
    if (news.which && news.which !== 'live') return this.other.refresh(key, region);
    this.segmentation.refresh(key, region);
    this.uncertainty.refresh(key, region);
    this.store.set({ fresh: !this.segmentation.busy });
    clearTimeout(this.#counting);
    this.#counting = setTimeout(() => this.reload(0), 1500);
  }

  /** When what is segmented now is to be counted for the list of images. @type {ReturnType<typeof setTimeout>|undefined} */
  #counting;

  /** The server tells its news from now on; what it told before, to nobody, is fetched. */
  connected() {
    for (const layer of this.layers) layer.refresh(null, null);
  }

  /** News were missed, since this page was too slow to hear them. The project is fetched with the next event. */
  missed() {
    for (const layer of this.layers) layer.refresh(null, null);
    this.view.replace(this.window());
  }

  /** Everything may have changed while we were not connected. */
  async reconnected() {
    try {
      await this.fetchProject();
    } catch (error) {
      return this.lost(error);
    }
    this.store.set({ connection: 'ok', trouble: '' });
    for (const layer of this.layers) layer.refresh(null, null);
    this.view.repair(this.window());
    this.outbox.hurry();
  }

  /** The server did not answer, or answers no more. @param {unknown} error */
  lost(error) {
    const stale = error instanceof Refused && error.stale;
    this.store.set({ connection: stale ? 'stale' : 'lost', trouble: error instanceof Error ? error.message : '' });
  }

  /** @param {Refused|null} trouble */
  #connection(trouble) {
    if (!trouble) this.store.set({ connection: 'ok', trouble: '' });
    else if (trouble.status >= 500) this.store.set({ connection: 'refused', trouble: trouble.message });
    else this.lost(trouble);
  }

  /** What of the page is seen, for the server. */
  seen() {
    const { image, page } = this.store.now, known = this.view.image;
    if (!image || !known) return null;
    const view = this.view.transform();
    const { shown, compare } = this.store.now, scale = view.scale * (window.devicePixelRatio || 1);
    return {
      image, page, ...visible(view, known.width, known.height), scale, uncertainty: shown.uncertainty, compare: compare !== null,
    };
  }
}

/** @param {[number, number, number, number]} region */
function rect([x, y, width, height]) {
  return { x, y, width, height };
}

/** @param {string} id */
function canvas(id) {
  return /** @type {HTMLCanvasElement} */ (byId(id));
}

/** @param {string} kind @param {() => string} which @returns {import('./show/layer.mjs').Address} */
function overlay(kind, which) {
  return (sheet, { x, y, width, height }, level) =>
    `/api/images/${sheet.image}/${sheet.page}/overlay?x=${x}&y=${y}&width=${width}&height=${height}&level=${level}`
    + `&kind=${kind}&which=${encodeURIComponent(which())}`;
}
