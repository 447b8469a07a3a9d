/** What the server said no to, or that it did not answer. */
export class Refused extends Error {
  /** @param {number} status  of HTTP; 0 where the server cannot be reached @param {string} sentence */
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }

  /** Whether the server was not reached, or has trouble that may pass, so that asking again makes sense. */
  get passing() {
    return this.status === 0 || this.status >= 500 || this.status === 408 || this.status === 429;
  }

  /** Whether this page belongs to a studio that is gone: its cookie is not known. */
  get stale() {
    return this.status === 401 || this.status === 403;
  }
}

/**
 * Asks the server, and gives what it answered. Throws `Refused` with the server's sentence.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]  sent as JSON, a Blob as it is
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
  /** @type {Response} */
  let answer;
  const raw = body instanceof Blob;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined || raw ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : raw ? body : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, 'The studio does not answer.');
  }
  const text = await answer.text();
  /** @type {any} */
  let value = null;
  try {
    value = text === '' ? null : JSON.parse(text);
  } catch {
    if (answer.ok) throw new Refused(answer.status, `The studio's answer to ${path} is no JSON.`);
  }
  if (!answer.ok) throw new Refused(answer.status, value?.error ?? `The studio answered ${answer.status} to ${path}.`);
  return value;
}
