/** @import {Studio} from '../studio.mjs' */
import { ask } from '../shared/api.mjs';
import { byId, icon, make } from '../shared/dom.mjs';
import { notify } from '../shared/notices.mjs';

/** A setting, what it is called, its values and theirs; the empty value stands for null. @type {[string, string, [string, string][]][]} */
const Choices = [
  ['preset', 'Features', [['paper', 'paper'], ['weka', 'Weka']]],
  ['smooth', 'Smoothing', [['none', 'none'], ['guided', 'guided'], ['safe', 'safe'], ['auto', 'automatic']]],
  ['upsampler', 'Upsampler', [['', "the model's own"], ['nearest', 'nearest'], ['bilinear', 'bilinear'], ['jbu', 'joint bilateral'],
    ['learned', 'learned']]],
];

/** How the model is trained, and the command that trains the same. @param {Studio} studio */
export function modelPanel(studio) {
  const { store } = studio, place = byId('model');
  const fold = make('details', {}, make('summary', { id: 'model-title' }, 'Model'));
  place.append(fold);
  const put = (/** @type {Record<string, unknown>} */ change) =>
    void ask('PUT', '/api/settings', { ...store.now.project?.settings, ...change }).then(() => studio.reload(0), (error) => {
      notify(error.message, 'error');
      studio.reload(0);
    });
  for (const [name, title, values] of Choices) {
    const select = make('select', { id: `setting-${name}`, onchange: () => put({ [name]: select.value || null }) },
      ...values.map(([value, text]) => make('option', { value }, text)));
    const line = make('div', { class: 'pair' }, make('label', { for: `setting-${name}` }, title), select);
    fold.append(line);
    store.on(['project'], ({ project }) => {
      if (!project) return;
      select.value = project.settings[name] ?? values[0][0];
      line.hidden = name === 'upsampler' && !project.settings.deep;
    });
  }
  const deep = make('input', { class: 'field', id: 'setting-deep', placeholder: 'name or folder', spellcheck: 'false' });
  deep.addEventListener('change', () => put({ deep: deep.value.trim() || null }));
  fold.append(make('div', { class: 'pair' }, make('label', { for: 'setting-deep' }, 'Deep features'), deep));
  const seed = make('input', { type: 'number', id: 'setting-seed', min: 0, step: 1, onchange: () => put({ seed: Number(seed.value) }) });
  fold.append(make('div', { class: 'pair' }, make('label', { for: 'setting-seed' }, 'Seed'), seed));
  const command = make('div', { class: 'command', tabindex: '0', role: 'region', 'aria-label': 'Command line that trains the same model' });
  const write = () => navigator.clipboard.writeText(command.textContent ?? '').then(
    () => notify('The command line is in the clipboard.'),
    () => notify('The browser does not let this page write to the clipboard.', 'error'));
  const copy = make('button', { type: 'button', class: 'button', onclick: write }, icon('copy'), 'Copy the command');
  fold.append(command, make('div', { class: 'buttons' }, copy));
  store.on(['project'], ({ project }) => {
    if (!project) return;
    if (document.activeElement !== deep) deep.value = project.settings.deep ?? '';
    if (document.activeElement !== seed) seed.value = String(project.settings.seed ?? 0);
    command.textContent = project.commandLine;
    command.hidden = copy.hidden = !project.commandLine;
  });
}
