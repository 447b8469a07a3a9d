/**
 * Makes an element. Names that begin with "on" are listeners; true sets an empty attribute, false, null and undefined set none.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node|string|null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/**
 * The element of the page with that id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element #${id}.`);
  return element;
}

/**
 * An icon of 24 x 24 drawn by paths; it takes the colour of the text around it.
 * @param {string} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  for (const d of Icons[name] ?? []) {
    const path = document.createElementNS(space, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/** @type {Record<string, string[]>} */
const Icons = {
  brush: ['M20 4 10.5 13.5', 'M9 14a3.2 3.2 0 0 0-3.2 3.2c0 1.4-.8 2.3-2.3 2.8 3.8 1 8.2 0 8.2-3.3A2.8 2.8 0 0 0 9 14z'],
  eraser: ['M14.5 4.5 20 10a1.5 1.5 0 0 1 0 2l-7 7H8l-4-4a1.5 1.5 0 0 1 0-2l8.4-8.5a1.5 1.5 0 0 1 2.1 0z',
    'M9 9l6.5 6.5', 'M13 19h7'],
  fill: ['M11 4 4 11a1.5 1.5 0 0 0 0 2l5.5 5.5a1.5 1.5 0 0 0 2 0L18 12z', 'M8 4l3 3',
    'M20 15c1.3 1.8 1.8 2.7 1.8 3.5a1.8 1.8 0 0 1-3.6 0c0-.8.5-1.7 1.8-3.5z'],
  polygon: ['M5 8l8-4 7 6-3 9-10 1z', 'M5 8h.01', 'M13 4h.01', 'M20 10h.01', 'M17 19h.01', 'M7 20h.01'],
  pan: ['M8 12V6.5a1.5 1.5 0 0 1 3 0V11', 'M11 11V4.8a1.5 1.5 0 0 1 3 0V11', 'M14 11V6.5a1.5 1.5 0 0 1 3 0V13',
    'M17 10.5a1.5 1.5 0 0 1 3 0V15c0 4-2.5 6-6 6-3 0-4.6-1.3-6-3.7L5 13.6a1.5 1.5 0 0 1 2.6-1.5L8 13'],
  undo: ['M8 5 4 9l4 4', 'M4 9h10a6 6 0 0 1 0 12h-3'],
  redo: ['M16 5l4 4-4 4', 'M20 9H10a6 6 0 0 0 0 12h3'],
  fit: ['M4 9V4h5', 'M20 9V4h-5', 'M4 15v5h5', 'M20 15v5h-5'],
  eye: ['M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z', 'M12 9.3a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4z'],
  hidden: ['M4 4l16 16', 'M9.5 5.9A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-3 3.8',
    'M6 7.8A16 16 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 3.5-.7'],
  add: ['M12 5v14', 'M5 12h14'],
  remove: ['M5 7h14', 'M10 7V4.5h4V7', 'M7 7l1 13h8l1-13'],
  up: ['M6 15l6-6 6 6'],
  down: ['M6 9l6 6 6-6'],
  theme: ['M12 4a8 8 0 1 0 0 16z', 'M12 4a8 8 0 0 1 0 16'],
  help: ['M9 9.2a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4', 'M12 17.5h.01'],
  images: ['M4 5h16v14H4z', 'M4 16l5-5 4 4 3-3 4 4', 'M15 9h.01'],
  panel: ['M4 5h16v14H4z', 'M15 5v14'],
  close: ['M6 6l12 12', 'M18 6 6 18'],
  next: ['M5 12h13', 'M13 6l6 6-6 6'],
  copy: ['M9 9h11v11H9z', 'M15 9V4H4v11h5'],
  target: ['M12 3v4', 'M12 17v4', 'M3 12h4', 'M17 12h4', 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8z'],
  menu: ['M4 7h16', 'M4 12h16', 'M4 17h16'],
  export: ['M12 4v11', 'M8 11l4 4 4-4', 'M5 20h14'],
};
