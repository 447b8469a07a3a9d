/** @import {Studio} from '../studio.mjs' */
/** @import {Job} from '../shared/types.mjs' */
import { ask } from '../shared/api.mjs';
import { byId, make } from '../shared/dom.mjs';
import { notify } from '../shared/notices.mjs';

/** What runs in the background: how far, how long still, and a button that stops it. @param {Studio} studio */
export function jobsPanel(studio) {
  const place = byId('jobs'), list = make('div');
  place.append(make('h2', { id: 'jobs-title' }, 'In the background'), list);
  /** @type {Map<string, {line: HTMLElement, show: (job: Job) => void}>} lines stay while a job goes on, so that a click finds its button */
  const lines = new Map();
  studio.store.on(['jobs'], ({ jobs }) => {
    place.hidden = jobs.length === 0;
    for (const [id, { line }] of lines) {
      if (jobs.some((job) => job.id === id)) continue;
      line.remove();
      lines.delete(id);
    }
    for (const job of jobs) {
      const known = lines.get(job.id) ?? entry(studio, job.id);
      if (!lines.has(job.id)) list.append(known.line);
      lines.set(job.id, known);
      known.show(job);
    }
  });
}

/** @param {Job} job */
function runs(job) {
  return job.state === 'running' || job.state === 'waiting';
}

/** @param {Job} job */
function words(job) {
  const name = job.kind.replaceAll('-', ' '), left = job.secondsLeft;
  if (!runs(job)) return `${name}: ${job.text || job.state}`;
  const time = left == null ? '' : left < 90 ? `, ${Math.ceil(left)} s left` : `, ${Math.ceil(left / 60)} min left`;
  return `${name}: ${job.done} of ${job.total}${job.text ? `, ${job.text}` : ''}${time}`;
}

/** @param {Studio} studio @param {string} id */
function entry({ store }, id) {
  const text = make('div', { class: 'hint' }), bar = make('progress', { 'aria-label': 'Progress' });
  let going = true;
  const act = () => {
    if (going) void ask('DELETE', `/api/jobs/${id}`).catch((error) => notify(error.message, 'error'));
    else store.set({ jobs: store.now.jobs.filter((other) => other.id !== id) });
  };
  const button = make('button', { type: 'button', class: 'button', onclick: act });
  return {
    line: make('div', { class: 'job' }, text, bar, button),
    show: (/** @type {Job} */ job) => {
      going = runs(job);
      text.textContent = words(job);
      bar.hidden = !going;
      bar.max = Math.max(job.total, 1);
      bar.value = job.done;
      button.textContent = going ? 'Cancel' : 'Close';
    },
  };
}

/** The jobs with the news of one, in the order in which they began. @param {Job[]} jobs @param {Job} news */
export function withJob(jobs, news) {
  return jobs.some((job) => job.id === news.id) ? jobs.map((job) => job.id === news.id ? news : job) : [...jobs, news];
}
