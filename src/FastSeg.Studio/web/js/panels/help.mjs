import { make } from '../shared/dom.mjs';

/** @type {[string, string][]} */
const Keys = [
  ['1 … 9', 'choose a class'], ['b', 'brush'], ['e', 'eraser'], ['p', 'polygon: click corners, the first or last again closes'],
  ['f', 'fill'], ['h', 'move the image'], [', .', 'smaller or larger brush'], ['Alt + wheel', 'size of the brush'],
  ['Shift', 'straight line'], ['Alt + click', 'fill or polygon that erases'], ['Ctrl + Z', 'undo'], ['Ctrl + Shift + Z', 'redo'],
  ['Space + drag', 'move the image'], ['wheel, + −', 'zoom'], ['0', 'fit the image'], ['z', 'one image pixel a screen pixel'],
  ['s', 'segmentation on or off'], ['l', 'labels on or off'], ['u', 'uncertainty on or off'],
  ['c', 'curtain: compare with the kept result'], ['k', 'keep this result to compare with'],
  ['Page Up, Page Down', 'image before or after'], ['n', 'next most uncertain image'], ['arrows', 'move the cursor (Shift: far)'],
  ['Enter', 'begin and end a line at the cursor'], ['Esc', 'drop the stroke or polygon'], ['F2', 'rename the class in focus'],
  ['?', 'these keys'],
];

/** Shows the keys. */
export function help() {
  if (document.querySelector('dialog[open]')) return;
  const dialog = make('dialog', { 'aria-labelledby': 'keys-title' },
    make('h2', { id: 'keys-title' }, 'Keys'),
    make('div', { class: 'keys' }, ...Keys.map(([key, what]) => make('div', {}, make('span', {}, what), make('kbd', {}, key)))));
  dialog.append(make('div', { class: 'buttons' },
    make('button', { type: 'button', class: 'button first', onclick: () => dialog.close() }, 'Close')));
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}
