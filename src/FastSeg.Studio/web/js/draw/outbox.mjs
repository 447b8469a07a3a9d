/** @import {Answer, Operation} from '../shared/types.mjs' */
import { Refused, ask } from '../shared/api.mjs';

/** @typedef {{time: number, operation: Operation}} Entry */

/**
 * What a person did and the server has not acknowledged, in order. It goes into the browser's database while it is sent, so that it
 * outlives a lost connection and a reload; the server takes each id once.
 */
export class Outbox {
  /** @type {Entry[]} */
  #entries = [];
  /** @type {IDBDatabase|null} */
  #database = null;
  #project = '';
  /** Whether it is known what waited from before: that goes first. */
  #opened = false;
  #running = false;
  #last = 0;
  #wait = 250;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** @type {Promise<void>} */
  #stored = Promise.resolve();

  /**
   * @param {{
   *   sent: (operation: Operation, answer: Answer) => void,
   *   refused: (operation: Operation, sentence: string) => void,
   *   waiting: (count: number) => void,
   *   trouble: (trouble: Refused|null) => void,
   * }} heard
   */
  constructor(heard) {
    this.heard = heard;
  }

  get waiting() {
    return this.#entries.length;
  }

  /** Opens the database and gives what waited there. @param {string} project @returns {Promise<Operation[]>} */
  async open(project) {
    this.#project = project;
    this.#database = await database();
    const kept = this.#database ? await everything(this.#database, project) : [];
    // The clock may have been set back, and what was drawn since comes behind what waited all the same.
    for (const { time } of kept) this.#last = Math.max(this.#last, time);
    for (const entry of this.#entries) this.#keep(Object.assign(entry, { time: ++this.#last }));
    this.#entries = [...kept, ...this.#entries];
    this.#opened = true;
    this.#run();
    return kept.map((entry) => entry.operation);
  }

  /** @param {Operation} operation */
  add(operation) {
    this.#last = Math.max(this.#last + 1, Date.now());
    const entry = { time: this.#last, operation };
    if (this.#opened) this.#keep(entry);
    this.#entries.push(entry);
    this.heard.waiting(this.waiting);
    this.#run();
  }

  /** @param {Entry} entry */
  #keep({ time, operation }) {
    const kept = { project: this.#project, time, id: operation.id, operation };
    this.#stored = this.#stored.then(() => this.#write((store) => store.put(kept)));
  }

  /** Tries at once, where it waits for the next try. */
  hurry() {
    clearTimeout(this.#timer);
    this.#wait = 250;
    this.#run();
  }

  #run() {
    if (this.#running || !this.#opened) return;
    this.#running = true;
    void this.#send().finally(() => { this.#running = false; });
  }

  async #send() {
    clearTimeout(this.#timer);
    while (this.#entries.length > 0) {
      const entry = this.#entries[0];
      try {
        const answer = await send(entry.operation);
        this.#drop(entry);
        this.#wait = 250;
        this.heard.sent(entry.operation, answer);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.passing || error.stale) {
          this.heard.trouble(error);
          if (!error.stale) this.#timer = setTimeout(() => this.#run(), this.#wait);
          this.#wait = Math.min(this.#wait * 2, 5000);
          return;
        }
        this.#drop(entry);
        this.heard.refused(entry.operation, error.message);
      }
      this.heard.waiting(this.waiting);
      this.heard.trouble(null);
    }
  }

  /** @param {Entry} entry */
  #drop({ time, operation }) {
    this.#entries.shift();
    this.#stored = this.#stored.then(() => this.#write((store) => store.delete([this.#project, time, operation.id])));
  }

  /** @param {(store: IDBObjectStore) => IDBRequest} act @returns {Promise<void>} */
  #write(act) {
    const base = this.#database;
    if (!base) return Promise.resolve();
    return new Promise((resolve) => {
      const change = base.transaction('operations', 'readwrite');
      act(change.objectStore('operations'));
      // Without room in the browser's database a stroke is still sent.
      change.oncomplete = change.onerror = change.onabort = () => resolve();
    });
  }
}

/** @param {Operation} operation @returns {Promise<Answer>} */
function send(operation) {
  if (operation.kind === 'undo' || operation.kind === 'redo') return ask('POST', `/api/${operation.kind}`, { id: operation.id });
  return ask('POST', '/api/operations', operation);
}

/** @returns {Promise<IDBDatabase|null>} null where the browser keeps nothing, as in some private windows */
function database() {
  return new Promise((resolve) => {
    if (!('indexedDB' in globalThis)) return resolve(null);
    const opening = indexedDB.open('fastseg-studio', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('operations', { keyPath: ['project', 'time', 'id'] });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => resolve(null);
  });
}

/** @param {IDBDatabase} base @param {string} project @returns {Promise<Entry[]>} */
function everything(base, project) {
  return new Promise((resolve) => {
    const range = IDBKeyRange.bound([project, 0], [project, Infinity, '']);
    const reading = base.transaction('operations').objectStore('operations').getAll(range);
    reading.onsuccess = () => resolve(reading.result.map(({ time, operation }) => ({ time, operation, stored: Promise.resolve() })));
    reading.onerror = () => resolve([]);
  });
}

/** A random id for an operation. `randomUUID` is missing where the page was not loaded from this machine. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
