/** @import {Studio} from './studio.mjs' */
/** @import {Job} from './types.mjs' */
import { ask } from './api.mjs';
import { byId, make } from './dom.mjs';
import { notify } from './notices.mjs';

/** What runs in the background: how far, how long still, and a button that stops it. @param {Studio} studio */
export function jobsPanel(studio) {
  const place = byId('jobs'), list = make('div');
  place.append(make('h2', { id: 'jobs-title' }, 'In the background'), list);
  studio.store.on(['jobs'], ({ jobs }) => {
    place.hidden = jobs.length === 0;
    list.replaceChildren(...jobs.map((job) => entry(studio, job)));
  });
}

/** @param {Job} job */
function runs(job) {
  return job.state === 'running' || job.state === 'waiting';
}

/** @param {Studio} studio @param {Job} job */
function entry(studio, job) {
  const name = job.kind.replaceAll('-', ' '), left = job.secondsLeft;
  const time = left == null ? '' : left < 90 ? `, ${Math.ceil(left)} s left` : `, ${Math.ceil(left / 60)} min left`;
  const now = job.text ? `, ${job.text}` : '';
  const words = runs(job) ? `${name}: ${job.done} of ${job.total}${now}${time}` : `${name}: ${job.text || job.state}`;
  const line = make('div', { class: 'job' }, make('div', { class: 'hint' }, words));
  if (runs(job)) line.append(make('progress', { max: Math.max(job.total, 1), value: job.done, 'aria-label': name }));
  const act = runs(job)
    ? () => void ask('DELETE', `/api/jobs/${job.id}`).catch((error) => notify(error.message, 'error'))
    : () => studio.store.set({ jobs: studio.store.now.jobs.filter((other) => other.id !== job.id) });
  line.append(make('button', { type: 'button', class: 'button', onclick: act }, runs(job) ? 'Cancel' : 'Close'));
  return line;
}
