// @ts-check

const PAUSE = 2; // seconds between two questions

/** Asks the server why the job that has waited longest has not begun. */
export class QueueHead {
  #client;
  #store;
  #ticks = 0;
  #isAsking = false;

  /** @param {import('../client/jobsync.d.ts').Jobsync} client @param {import('../model/store.js').Store} store */
  constructor(client, store) {
    this.#client = client;
    this.#store = store;
  }

  /** Once a second. @param {(job: import('../client/jobsync.d.ts').Job, reason: string) => void} tell */
  async tick(tell) {
    this.#ticks += 1;
    if (this.#isAsking || this.#ticks % PAUSE !== 1 || this.#client.state !== 'live' || this.#store.counts.waiting === 0) return;
    const oldest = this.#oldest();
    if (!oldest) return;
    this.#isAsking = true;
    try {
      const { queue } = await this.#client.call('jobs.detail', { _id: oldest._id });
      if (queue) tell(oldest, queue.detail);
    } catch {
      // It has gone, or the connection has; the next tick asks again.
    }
    this.#isAsking = false;
  }

  #oldest() {
    /** @type {import('../client/jobsync.d.ts').Job | null} */ let oldest = null;
    for (const job of this.#store.jobs) {
      if (job?.state === 'waiting' && (!oldest || job.added < oldest.added)) oldest = job;
    }
    return oldest;
  }
}
