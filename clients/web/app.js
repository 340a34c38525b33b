// @ts-check
import { Jobsync } from './client/jobsync.js';
import { Catalogue } from './model/catalogue.js';
import { alonePath, EVERYTHING, readQuery, writeQuery } from './model/filter.js';
import { count, number, title } from './model/format.js';
import { Orders } from './model/orders.js';
import { Selection } from './model/selection.js';
import { logOut, readSession } from './model/session.js';
import { readSort, writeSort } from './model/sorting.js';
import { isCancellable, TITLES } from './model/states.js';
import { Store } from './model/store.js';
import { Acting } from './view/acting.js';
import { setBusy } from './view/busy.js';
import { Cards } from './view/cards.js';
import { ConnectionView } from './view/connection.js';
import { copy } from './view/copy.js';
import { dataDialog } from './view/data.js';
import { DetailPanel } from './view/detail.js';
import { toast, toastProblem } from './view/dialogs.js';
import { $, say } from './view/dom.js';
import { EmptyView } from './view/empty.js';
import { FilterBar } from './view/filters.js';
import { Gate } from './view/gate.js';
import { helpDialog, listenToKeys } from './view/keys.js';
import { Location } from './view/location.js';
import { login } from './view/login.js';
import { PanelEdge } from './view/panel.js';
import { QueueHead } from './view/queue.js';
import { showTroubles } from './view/troubles.js';
import { printReports } from './view/report.js';
import { SelectionBar } from './view/selection.js';
import { startDialog } from './view/start.js';
import { JobTable } from './view/table.js';
import { tasksDialog } from './view/tasks.js';
import { Theme } from './view/theme.js';

const COUNTERS = 200; // milliseconds: figures that change faster than this can't be read
const VISIBLE = 50; // milliseconds between frames of changes while somebody looks
const HIDDEN = 1000; // and while nobody does
const LOOK = 500; // milliseconds between two looks at whether the server still says something

// A link that logs nobody in is answered with the page, at its own address.
const isRefusedLink = location.pathname === '/login';
if (isRefusedLink) history.replaceState(null, '', '/');
const { filter, sort, job, isAlone } = readQuery(new URLSearchParams(location.search));
const client = new Jobsync(location.origin, { interval: VISIBLE, ...(isAlone && { filter: { _id: job } }) });
const store = new Store();
const selection = new Selection();
const orders = new Orders();
const catalogue = new Catalogue(client);
const theme = new Theme();
const gate = new Gate();
const cards = new Cards();
const connection = new ConnectionView(client);
const address = new Location();
new PanelEdge();

let skew = 0; // the server's clock minus ours, milliseconds
let isLoaded = false;
/** @type {any} */ let resources = null;
const now = () => Date.now() + skew;

const acting = new Acting({
  client, orders, selection, get: (id) => store.get(id), allows: (permission) => gate.allows(permission),
  gone: (ids) => ids.includes(detail.id) && openJob(''),
});
const table = new JobTable({
  store, selection, orders, selectAll, now, openJob, stages: (task) => catalogue.stages(task), openId: () => detail.id, sortBy: changeSort,
});
const detail = new DetailPanel({
  client, now, acting, orders, isAlone, start, copy, closeJob: () => openJob(''), stages: (task) => catalogue.stages(task),
});
const filters = new FilterBar(store, changeFilter, () => table.focus());
const empty = new EmptyView({ clear: () => {
  changeFilter(EVERYTHING);
  table.focus(); // the button is gone
}, start: () => start(null) });
const bar = new SelectionBar(selection, { store, orders, acting, copy, selectAll, focusTable: () => table.focus() });
printReports(store, { isOpen: () => detail.id !== '', words: () => filters.words });
const queueHead = new QueueHead(client, store);

// What is shown

let frame = 0;
let countedAt = 0;
let counting = 0;

function schedule() {
  frame ||= requestAnimationFrame(draw);
}

/** One flush per animation frame, however many messages came. */
function draw() {
  frame = 0;
  if (store.flush()) table.follow();
  table.render();
  detail.update(store.get(detail.id));
  const wait = countedAt + COUNTERS - performance.now();
  if (wait <= 0) drawCounters();
  else counting ||= window.setTimeout(drawCounters, wait);
}

function drawCounters() {
  clearTimeout(counting);
  counting = 0;
  countedAt = performance.now();
  filters.count(isLoaded);
  cards.queue(store.counts.waiting, isLoaded);
  if (isLoaded) selection.retain((id) => store.isShown(id));
  if (selection.size) bar.show();
  table.countSelected();
  empty.show({ isLoaded, length: store.length, size: store.size, connection: client.state });
  say($('found'), store.length === store.size ? count(store.size, 'job') : `${number(store.length)} of ${count(store.size, 'job')}`);
  $('found').hidden = !isLoaded;
  $('moves').hidden = !(store.isFrozen && store.pendingMoves);
  say($('moves'), `${count(Math.min(store.pendingMoves, 999), 'change')} · sort again`);
  const open = isAlone && store.get(detail.id);
  document.title = open ? `${title(open.task)} ${open._id}: ${TITLES[open.state] ?? open.state} · Jobsync` : store.counts.running && isLoaded ? `${number(store.counts.running)} running · Jobsync` : 'Jobsync';
}

/** @param {import('./model/filter.js').Filter} filter */
function changeFilter(filter) {
  store.setFilter(filter);
  store.flush();
  const left = selection.retain((id) => store.isShown(id));
  if (left) toast(`${count(left, 'selected job is', 'selected jobs are')} not shown any more and not selected either.`);
  if (filter === EVERYTHING) $('search').value = '';
  filters.show();
  table.rewind();
  table.render(true);
  drawCounters();
  address.replace(store, detail.id);
  say($('announcement'), `${count(store.length, 'job')} shown`);
}

/** @param {import('./model/sorting.js').Sort} sort */
function changeSort(sort) {
  store.setSort(sort);
  store.flush();
  table.follow();
  table.showSort(sort);
  table.render(true);
  address.replace(store, detail.id);
  const name = document.querySelector('[aria-sort] button')?.textContent;
  if (name) say($('announcement'), `Sorted by ${name}${sort.descending ? ', descending' : ''}`);
}

/** @param {string} id nothing closes the panel */
function openJob(id) {
  if (id === detail.id) return;
  if (isAlone) return location.assign(id ? alonePath(id) : location.pathname);
  if (id && !detail.id) address.push(store, id);
  else address.replace(store, id);
  showJob(id);
}

/** A job that was started just now: its panel has the focus, so that a reader is where the job is. @param {string} id */
function openNew(id) {
  openJob(id);
  detail.focus();
}

/** @param {string} id */
function showJob(id) {
  detail.show(id, store.get(id));
  gate.apply();
  table.render(true);
  if (!id) table.focus();
}

function selectAll() {
  selection.add(Array.from({ length: store.length }, (_, index) => store.at(index)?._id ?? ''));
}

// What is done

let isOpening = false; // a second click, before the dialog is there, must not bring a second one

/** @param {any} draft an earlier job, or null */
async function start(draft) {
  if (isOpening || !gate.allows('create_job')) return;
  isOpening = true;
  setBusy($('start'), true);
  try {
    await catalogue.refresh(); // a tool may have been installed, a task file added
    const { answer } = await startDialog({ client, catalogue }, draft);
    answer.then((job) => job && openNew(job._id));
  } catch (error) {
    toastProblem(error);
  } finally {
    setBusy($('start'), false);
    isOpening = false; // not only when it is closed: whoever starts the next job at once must get a dialog
  }
}

// What comes from the server

client.addEventListener('reset', () => {
  store.clear();
  isLoaded = false;
  schedule();
});
client.addEventListener('change', ({ detail: { put, del } }) => {
  for (const job of put) store.put(job);
  for (const id of del) store.remove(id);
  selection.remove(del);
  orders.drop(del);
  orders.see(put);
  if (isLoaded) cards.count(put.length + del.length);
  schedule();
});
client.addEventListener('loaded', () => {
  isLoaded = true;
  orders.clear();
  if (detail.id) detail.refresh();
  schedule();
});
client.addEventListener('resources', (event) => {
  resources = event.detail;
  cards.resources(resources);
  showTroubles(resources);
});
client.addEventListener('state', ({ detail: { state, count: expected, retryIn } }) => {
  gate.connected(state === 'live');
  if (state === 'loading') empty.expect(expected ?? 0);
  if (state === 'live') {
    catalogue.refresh().catch(toastProblem);
    if (!gate.isKnown) identify();
  }
  if (retryIn !== undefined) checkSession();
  schedule();
});
catalogue.addEventListener('change', () => {
  table.render(true);
  detail.refresh();
});

/** A browser doesn't tell why a WebSocket was refused; asking plainly does. */
async function checkSession() {
  if ((await identify()) !== 'unknown' || client.state !== 'reconnecting') return;
  client.close();
  begin();
}

// Every second

setInterval(() => {
  connection.tick();
  cards.tick();
  if (document.hidden) return;
  table.render(true);
  detail.tick();
  queueHead.tick((job, reason) => cards.reason(job, reason, now()));
}, 1000);

setInterval(() => document.hidden || client.check(), LOOK);

document.addEventListener('visibilitychange', () => client.subscribe({ interval: document.hidden ? HIDDEN : VISIBLE }));

// Keys and buttons

const showTasks = () => tasksDialog({ client, catalogue, canModify: gate.allows('modify_options'), resources: () => resources });
const showData = () => dataDialog({ client, openJob });
listenToKeys($('grid'), {
  move: (by) => table.move(by),
  jump: (to) => table.jump(to),
  open: () => openJob(table.current?._id ?? detail.id),
  select: (extend) => {
    if (extend) selection.extend(table.activeIndex, store);
    else if (table.current) selection.toggle(table.current._id);
  },
  selectAll,
  escape: () => {
    if (detail.id) openJob('');
    else selection.clear();
  },
  search: () => $('search').focus(),
  cancel: () => acting.act('cancel', selection.size ? bar.suited('cancel') : [store.get(detail.id) ?? table.current].flatMap((job) => (job && isCancellable(job) ? [job._id] : []))),
  start: () => start(null),
  tasks: showTasks,
  data: showData,
  theme: () => theme.next(),
  toggleState: (state) => filters.toggle(state),
});
$('help').addEventListener('click', helpDialog);
$('tasks').addEventListener('click', showTasks);
$('data').addEventListener('click', showData);
$('start').addEventListener('click', () => start(null));
$('logout').addEventListener('click', async () => {
  client.close();
  await logOut().catch(toastProblem);
  location.reload();
});
$('search').addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
  if (event.key === 'Enter') table.jump('first');
});
addEventListener('popstate', () => {
  const wanted = readQuery(new URLSearchParams(location.search));
  const hasSameList = writeQuery({ ...wanted, job: '' }) === writeQuery({ filter: store.filter, sort: writeSort(store.sort), job: '' });
  showJob(wanted.job);
  if (hasSameList) return;
  $('search').value = wanted.filter.text;
  changeFilter(wanted.filter);
  changeSort(readSort(wanted.sort));
});

// The beginning

/** Finds out who we are, asks for a token if need be, and connects. */
async function begin() {
  let problem = isRefusedLink ? 'This link was used already or is wrong. Paste your token, or start the server again for a new link.' : '';
  for (; (await identify()) === 'unknown'; problem = '') await login(problem);
  // Without an answer the connection is tried all the same: it says what is wrong, and heals when it can.
  client.connect().catch(() => {});
}

/** @returns {Promise<'known' | 'unknown' | 'no answer'>} */
async function identify() {
  const answer = await readSession().catch(() => null);
  if (!answer) return 'no answer';
  if (!answer.session) return 'unknown';
  skew = answer.skew;
  gate.permit(answer.session);
  return 'known';
}

document.body.classList.toggle('alone', isAlone);
$('search').value = filter.text;
store.setFilter(filter);
store.setSort(readSort(sort));
filters.show();
table.showSort(store.sort);
empty.show({ isLoaded: false, length: 0, size: 0, connection: 'connecting' });
if (job) showJob(job);
begin();
