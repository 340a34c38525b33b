// Runs the test module that the address names and leaves its results where the driver looks for them.
import { run } from './harness.js';

const file = new URLSearchParams(location.search).get('file');
try {
  await import(`./${file}`);
  window.results = await run();
} catch (error) {
  window.results = [{ name: `loading ${file}`, problem: String(error?.stack ?? error) }];
}
document.body.dataset.done = 'yes';
