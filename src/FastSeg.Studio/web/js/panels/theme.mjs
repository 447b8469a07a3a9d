import { button } from './toolbar.mjs';

/** Dark and light: what the system prefers, unless a person chose. */
export function theme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const chosen = () => localStorage.getItem('fastseg-theme');
  const apply = () => { document.documentElement.dataset.theme = chosen() ?? (dark.matches ? 'dark' : 'light'); };
  dark.addEventListener('change', apply);
  apply();
  button('theme', 'theme', 'Dark or light', () => {
    localStorage.setItem('fastseg-theme', document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
    apply();
  });
}
