/** A job as lists hold it: the minimal document. Fields that newer servers add are kept. */
export interface Job {
  readonly _id: string;
  readonly _version: number;
  readonly task: string;
  readonly username: string;
  readonly proc: number;
  readonly mem: number;
  readonly archived: boolean;
  /** RFC 3339, UTC. */
  readonly added: string;
  readonly state: JobState;
  /** 0 to 1. */
  readonly progress: number;
  readonly stage: string | null;
  /** RFC 3339, UTC. */
  readonly updated: string;
  /** What went wrong, in one sentence, where something did. */
  readonly error?: string;
  readonly [field: string]: unknown;
}

export type JobState = 'waiting' | 'running' | 'cancelling' | 'complete' | 'error' | 'cancelled';

/** `loading`: connected, the list is still incomplete. `closed`: for good, nothing is tried again. */
export type State = 'connecting' | 'loading' | 'live' | 'reconnecting' | 'closed';

type OneOrMany<T> = T | readonly T[];

export interface Filter {
  task?: OneOrMany<string>;
  state?: OneOrMany<JobState>;
  username?: OneOrMany<string>;
  _id?: OneOrMany<string>;
}

export interface Options {
  /** Which jobs to hold; left out: all that are not archived. */
  filter?: Filter;
  /** At most one change frame in so many milliseconds. */
  interval?: number;
  /** Sent as `session.authenticate`; a page with a session cookie needs none. */
  token?: string;
  /** The WebSocket class, for runtimes that have none. */
  WebSocket?: any;
  /** Milliseconds before the first attempt to come back; doubles up to `maxDelay`. */
  minDelay?: number;
  maxDelay?: number;
  /** Milliseconds of silence after which a sign of life is asked for. */
  heartbeat?: number;
  /** Milliseconds to wait for it. */
  patience?: number;
  /** Milliseconds without an answer to a question, or any other message, after which `silence` is told. */
  notice?: number;
  /** Milliseconds until a call without an answer fails. */
  callTimeout?: number;
  random?: () => number;
}

export interface JobsyncEvents {
  state: CustomEvent<{ state: State; code?: number; reason?: string; attempt?: number; retryIn?: number; mode?: string; count?: number; error?: JobsyncError }>;
  /** The server does not answer, since that moment (milliseconds since 1970), or does again. The connection is still there. */
  silence: CustomEvent<{ isSilent: boolean; since: number }>;
  /** What changed in `jobs`, once per frame. */
  change: CustomEvent<{ put: Job[]; del: string[] }>;
  /** `jobs` is empty now and will be filled anew. */
  reset: CustomEvent<{}>;
  /** The list is complete. */
  loaded: CustomEvent<{ mode: 'delta' | 'diff' | 'snapshot'; count: number }>;
  resources: CustomEvent<Resources>;
  log: CustomEvent<LogPiece>;
  bye: CustomEvent<{ code: number; reason: string; after?: number }>;
  /** The server's digest differs from ours; a resync is under way. */
  disagreed: CustomEvent<{ expected: number; held: number }>;
}

export interface Amount { proc: number; mem: number }

export interface Resources {
  used: Amount;
  available: Amount;
  limit: Amount;
  task_counts: Record<string, number>;
  /** What the server lacks; not there while all is well. */
  troubles?: Trouble[];
}

export interface Trouble {
  kind: 'starting' | 'store' | 'keeping';
  cause: string;
  since: string;
}

export interface LogPiece {
  _id: string;
  /** Where `text` begins, in bytes. */
  offset: number;
  text: string;
  ended: boolean;
  size?: number;
}

export class JobsyncError extends Error {
  constructor(message: string, facts?: { code?: string; number?: number; retry?: boolean; data?: Record<string, any> });
  /** The stable name, such as `bad_arguments`; `disconnected`, `timeout` and `closed` are the client's own. */
  readonly code: string;
  /** The JSON-RPC number; 0 for the client's own. */
  readonly number: number;
  readonly retry: boolean;
  readonly data: Record<string, any>;
}

export class Jobsync extends EventTarget {
  constructor(url?: string | URL, options?: Options);
  readonly state: State;
  readonly session: { username: string; permissions: string[]; [key: string]: any } | null;
  /** The jobs that match the filter, by id; live. */
  readonly jobs: ReadonlyMap<string, Job>;
  /** Resolves when the list is complete for the first time; rejects if the server refuses for good. */
  connect(): Promise<this>;
  close(): void;
  retryNow(): void;
  /** Asks for a sign of life, unless there was one just now. */
  check(): void;
  call(method: string, params?: object): Promise<any>;
  subscribe(options: { filter?: Filter; interval?: number }): void;
  /** Resolves when the job has ended, however it ended. */
  wait(id: string, options?: { signal?: AbortSignal }): Promise<Job>;
  /** The log from `offset` on (negative: from the end), as it grows, across lost connections. */
  tail(id: string, options?: { offset?: number; signal?: AbortSignal }): AsyncGenerator<LogPiece, void, void>;
  addEventListener<K extends keyof JobsyncEvents>(type: K, listener: (event: JobsyncEvents[K]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof JobsyncEvents>(type: K, listener: (event: JobsyncEvents[K]) => void, options?: boolean | EventListenerOptions): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void;
}
