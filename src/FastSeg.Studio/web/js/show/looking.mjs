/** @import {Studio} from '../studio.mjs' */
import { ask } from '../shared/api.mjs';

/**
 * Tells the server what is looked at: about 20 times a second while it changes, and always the last. The server segments one view, so that
 * of a page in another tab may have taken the place of ours: it is told again when this page comes to the front.
 * @param {Studio} studio
 */
export function looking(studio) {
  let told = '', due = false, asking = false;
  const tell = async () => {
    due = false;
    const seen = studio.seen(), now = JSON.stringify(seen);
    if (!seen || now === told || document.hidden) return;
    if (asking) return plan();
    asking = true;
    told = now;
    await ask('PUT', '/api/view', seen).catch(() => { told = ''; });
    asking = false;
  };
  const plan = () => {
    if (due) return;
    due = true;
    setTimeout(() => void tell(), 50);
  };
  const again = () => {
    told = '';
    plan();
  };
  // A studio that was started again knows no view, also where it was gone too shortly for the connection to be missed.
  let instance = '';
  studio.store.on(['project'], ({ project }) => {
    if (!project || project.instance === instance) return;
    instance = project.instance;
    again();
  });
  studio.view.onFrame(plan);
  document.addEventListener('visibilitychange', again);
  window.addEventListener('focus', again);
  studio.store.on(['image', 'page', 'connection', 'shown', 'compare'], ({ connection }) => {
    if (connection !== 'ok') told = '';
    plan();
  });
}
