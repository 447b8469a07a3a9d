/** @import {Change, Job, LiveStatus, OverlayNews} from './shared/types.mjs' */

/**
 * What the server tells on its own. The browser connects again by itself after a lost connection, not after a refusal: then we try.
 * @param {{
 *   change: (change: Change) => void,
 *   status: (status: LiveStatus) => void,
 *   overlay: (news: OverlayNews) => void,
 *   job: (job: Job) => void,
 *   picture: (news: {image: string, page: number, failure?: string|null}) => void,
 *   project: () => void,
 *   resync: () => void,
 *   opened: () => void,
 *   lost: () => void,
 * }} heard
 */
export function listen(heard) {
  const source = new EventSource('/api/events');
  const tell = (/** @type {string} */ name, /** @type {(value: any) => void} */ act) =>
    source.addEventListener(name, (event) => act(JSON.parse(event.data || 'null')));
  tell('change', heard.change);
  tell('status', heard.status);
  tell('overlay', heard.overlay);
  tell('job', heard.job);
  tell('picture', heard.picture);
  tell('project', heard.project);
  tell('resync', heard.resync);
  source.onopen = () => heard.opened();
  source.onerror = () => {
    heard.lost();
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen(heard), 2000);
  };
}
