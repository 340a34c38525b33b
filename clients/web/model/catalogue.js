// @ts-check

/**
 * @typedef {import('./arguments.js').Argument} Argument
 * @typedef {object} Task
 * @property {string} name
 * @property {string} description
 * @property {string[]} stages
 * @property {number} proc
 * @property {number} mem
 * @property {number | null} limit
 * @property {number} running
 * @property {number} waiting
 * @property {boolean} available
 * @property {string} [reason] why it is not available
 * @property {Argument[]} args
 * @property {string} source
 */

/** The tasks that the server knows. */
export class Catalogue extends EventTarget {
  /** @type {Task[]} */ tasks = [];
  /** @type {{file: string, line?: number, message: string}[]} */ problems = [];
  #client;

  /** @param {import('../client/jobsync.d.ts').Jobsync} client */
  constructor(client) {
    super();
    this.#client = client;
  }

  /** @param {string} name @returns {Task | undefined} */
  get(name) {
    return this.tasks.find((task) => task.name === name);
  }

  /** @param {string} name how many stages it has; 0 for a task that is gone */
  stages(name) {
    return this.get(name)?.stages.length ?? 0;
  }

  /** Asks again. */
  async refresh() {
    this.#take(await this.#client.call('tasks.list'));
  }

  /** Makes the server read its task files again. */
  async reload() {
    this.#take(await this.#client.call('tasks.reload'));
  }

  /** @param {string} task @param {number | null} limit */
  async limit(task, limit) {
    await this.#client.call('tasks.limit', { task, limit });
    await this.refresh();
  }

  /** @param {{tasks: Task[], problems?: any[]}} answer */
  #take({ tasks, problems = [] }) {
    this.tasks = [...tasks].sort((a, b) => a.name.localeCompare(b.name));
    this.problems = problems;
    this.dispatchEvent(new Event('change'));
  }
}
