import { Refused } from './shared/api.mjs';
import { Studio } from './studio.mjs';
import { Cursor } from './draw/cursor.mjs';
import { Pointers } from './draw/pointer.mjs';
import { byId } from './shared/dom.mjs';
import { button, toolbar } from './panels/toolbar.mjs';
import { classesPanel } from './panels/classes.mjs';
import { help } from './panels/help.mjs';
import { imagesPanel, uncertain } from './panels/images.mjs';
import { jobsPanel, withJob } from './panels/jobs.mjs';
import { keepUnfinished, remember, unfinished } from './memory.mjs';
import { keys } from './panels/keys.mjs';
import { layersPanel } from './panels/layers.mjs';
import { listen } from './events.mjs';
import { looking } from './show/looking.mjs';
import { menus } from './panels/menus.mjs';
import { modelPanel } from './panels/model.mjs';
import { notify } from './shared/notices.mjs';
import { readout } from './panels/readout.mjs';
import { sides } from './panels/sides.mjs';
import { status } from './panels/status.mjs';
import { theme } from './panels/theme.mjs';
import { tour } from './panels/tour.mjs';
import { windowPanel } from './panels/windowing.mjs';

const studio = new Studio();
const { store, view, pen, polygon } = studio;

theme();
toolbar(studio);
sides();
classesPanel(studio);
layersPanel(studio);
imagesPanel(studio);
windowPanel(studio);
modelPanel(studio);
jobsPanel(studio);
menus(studio);
keepUnfinished(studio);
status(studio);
const pointers = new Pointers(byId('surface'), { store, view, pen, polygon, fill: (spot, erase) => studio.fill(spot, erase) });
const cursor = new Cursor(studio, pointers);
readout(studio, cursor);
keys(studio, cursor, pointers, { help, uncertain: () => void uncertain(studio) });
looking(studio);
button('help', 'help', 'Keys (?)', help);

/** Fetches the project, tries again while the server is not there, and takes up what waited from before. */
async function start() {
  for (;;) {
    try {
      const project = await studio.begin((id) => remember(studio, id));
      byId('project-name').textContent = project.name;
      document.title = `${project.name} · FastSeg Studio`;
      for (const operation of await studio.outbox.open(project.id)) studio.labels.add(operation);
      const left = unfinished(project.id);
      if (left) studio.act(left);
      store.set({ waiting: studio.outbox.waiting });
      tour(project.firstRun);
      if (project.mended) notify(project.mended);
      break;
    } catch (error) {
      studio.lost(error);
      if (!(error instanceof Refused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  }
  listen({
    change: (change) => studio.changed(change),
    status: (live) => studio.live(live),
    overlay: (news) => studio.overlay(news),
    job: (job) => store.set({ jobs: withJob(store.now.jobs, job) }),
    picture: ({ image, page, failure }) => {
      if (failure) notify(failure, 'error');
      if (image === store.now.image && page === store.now.page) view.replace(studio.window());
    },
    project: () => studio.reload(0),
    resync: () => studio.missed(),
    opened: () => void (opened ? studio.reconnected() : studio.connected(), opened = true),
    lost: () => void studio.fetchProject().catch((error) => studio.lost(error)),
  });
  await view.opened;
}

let opened = false;

/** For tests: when the first image is open, and where its pixels lie on the screen. */
Object.assign(window, {
  studio: {
    ready: start(),
    imageToScreen: (/** @type {number} */ x, /** @type {number} */ y) => view.toClient(x, y),
    screenToImage: (/** @type {number} */ x, /** @type {number} */ y) => view.toImage(x, y),
    inkLatencies: () => [...pen.latencies],
  },
});
