// A WebSocket whose other end is the test.

export class Socket {
  static made = [];
  readyState = 0;
  sent = [];
  closedWith = null;

  constructor(url, protocols) {
    this.url = url;
    this.protocols = protocols;
    Socket.made.push(this);
    Socket.wake?.();
  }

  /** The next connection that the client makes. */
  static async next() {
    while (Socket.made.length === 0) await new Promise((resolve) => { Socket.wake = resolve; });
    return Socket.made.shift();
  }

  open() {
    this.readyState = 1;
    this.onopen({});
    return this;
  }

  send(text) {
    const message = JSON.parse(text);
    this.sent.push(message);
    this.wake?.();
  }

  close(code) {
    this.readyState = 3;
    this.closedWith = code;
  }

  /** The last request of a method, once it has been sent. */
  async asked(method) {
    for (;;) {
      const index = this.sent.findIndex((message) => message.method === method);
      if (index >= 0) return this.sent.splice(index, 1)[0];
      await new Promise((resolve) => { this.wake = resolve; });
    }
  }

  say(message) {
    this.onmessage({ data: typeof message === 'string' ? message : JSON.stringify(message) });
  }

  push(method, params) {
    this.say({ jsonrpc: '2.0', method, params });
  }

  answer(request, result) {
    this.say({ jsonrpc: '2.0', id: request.id, result });
  }

  refuse(request, error) {
    this.say({ jsonrpc: '2.0', id: request.id, error });
  }

  end(code, reason = '') {
    this.readyState = 3;
    this.onclose({ code, reason });
  }

  /** Plays the server as far as a complete list; hands back what was asked. */
  async load(jobs, { mode = 'snapshot', epoch = 'e1', seq = 10, subscription = 1, del } = {}) {
    if (this.readyState === 0) this.open();
    const request = await this.asked('jobs.subscribe');
    this.answer(request, { subscription, epoch, seq, mode, count: jobs.length });
    this.push('jobs.sync', { subscription, seq, sync: true, put: jobs });
    this.push('jobs.sync', { subscription, seq, sync: false, ...(del && { del }) });
    return request.params;
  }
}
