// @ts-check

/** A call that failed: refused by the server, or lost on the way to it. */
export class JobsyncError extends Error {
  /**
   * @param {string} message
   * @param {{code?: string, number?: number, retry?: boolean, data?: Record<string, any>}} [facts]
   */
  constructor(message, { code = 'internal_error', number = 0, retry = false, data = {} } = {}) {
    super(message);
    this.name = 'JobsyncError';
    /** The stable name, such as `bad_arguments`; `disconnected` and `timeout` are the client's own. */
    this.code = code;
    /** The JSON-RPC number, 0 for the client's own. */
    this.number = number;
    /** Whether the same call may succeed later. */
    this.retry = retry;
    /** Everything else the server said, such as `field`, `_id`, `permission`, `after`. */
    this.data = data;
  }

  /** @param {{code: number, message: string, data?: Record<string, any>}} error from a JSON-RPC answer */
  static from(error) {
    const data = error.data ?? {};
    return new JobsyncError(error.message, { code: data.code, number: error.code, retry: data.retry === true, data });
  }

  /** @param {boolean} sent whether the call had left: then nobody knows what became of it */
  static disconnected(sent) {
    const message = sent ? 'The connection was lost; the call may or may not have been carried out.' : 'Not connected.';
    return new JobsyncError(message, { code: 'disconnected', retry: true, data: { sent } });
  }
}
