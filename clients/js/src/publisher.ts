import type { Api } from './api.ts';
import { Backoff, retryAfterMs, sleep, type BackoffOptions } from './backoff.ts';
import { ClosedError, ProblemError, QueueFullError, RejectedEventError, UnreachableError } from './errors.ts';
import { eventId } from './event-id.ts';
import type { BatchResult, TidegateEvent } from './types.ts';

export interface PublisherOptions {
  /** Events in one request. Default 500, at most 10,000. */
  maxBatch?: number;
  /** How long an event may wait for company. Default 20 ms. */
  lingerMs?: number;
  /** Events that may wait or be under way; beyond it `send` refuses. Default 10,000. */
  maxQueue?: number;
  /** How long a batch is tried again, from its first failure. Default 60 s. */
  retryForMs?: number;
  /** Smallest body in bytes that is compressed. Default 1024; `Infinity` switches compression off. */
  gzipFrom?: number;
  backoff?: BackoffOptions;
}

interface Waiting {
  event: TidegateEvent & { eventId: string };
  resolve: (eventId: string) => void;
  reject: (error: unknown) => void;
}

const EVENTS = '/api/v1/events';
const NOW_OR_LATER = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Sends events in batches, one request at a time, so that what is sent in order is stored in order.
 *
 * A batch is repeated while the gateway is away or busy. Every event has its id before it is first sent, so a repeat counts
 * once whatever became of the answer.
 */
export class Publisher {
  readonly #api: Api;
  readonly #maxBatch: number;
  readonly #lingerMs: number;
  readonly #maxQueue: number;
  readonly #retryForMs: number;
  readonly #gzipFrom: number;
  readonly #backoff: BackoffOptions;
  readonly #abort = new AbortController();
  readonly #queue: Waiting[] = [];
  #underWay = 0;
  #running: Promise<void> | undefined;
  #hurry: (() => void) | undefined;
  #closed = false;

  constructor(api: Api, options: PublisherOptions = {}) {
    this.#api = api;
    this.#maxBatch = Math.min(Math.max(options.maxBatch ?? 500, 1), 10_000);
    this.#lingerMs = options.lingerMs ?? 20;
    this.#maxQueue = options.maxQueue ?? 10_000;
    this.#retryForMs = options.retryForMs ?? 60_000;
    this.#gzipFrom = options.gzipFrom ?? 1024;
    this.#backoff = options.backoff ?? {};
  }

  /** Events that aren't acknowledged yet. */
  get pending(): number {
    return this.#queue.length + this.#underWay;
  }

  /**
   * @returns its id, once the event is on every in-sync replica of the log
   * @throws RejectedEventError the event is bad; sending it again won't help
   * @throws QueueFullError too many wait: wait for some of them
   * @throws ProblemError, UnreachableError it couldn't be sent within the time for repeats; it may have been stored
   */
  send(event: TidegateEvent): Promise<string> {
    if (this.#closed) {
      return Promise.reject(new ClosedError('The publisher is closed.'));
    }
    if (this.pending >= this.#maxQueue) {
      return Promise.reject(new QueueFullError(`${this.#maxQueue} events wait for the gateway already.`));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ event: withId(event), resolve, reject });
      if (this.#queue.length >= this.#maxBatch) {
        this.#hurry?.();
      }
      this.#running ??= this.#run();
    });
  }

  /**
   * One request with exactly these events, repeated like any other batch. Waits for nothing and isn't in order with `send`.
   *
   * @returns the gateway's answer, also if it refused every event
   */
  async publish(events: readonly TidegateEvent[]): Promise<BatchResult> {
    if (events.length === 0) {
      return { accepted: 0, rejected: [], eventIds: [] };
    }
    return this.#deliver(events.map(withId));
  }

  /** Resolves when nothing waits any more, whatever became of it. */
  async flush(): Promise<void> {
    while (this.#running) {
      this.#hurry?.();
      await this.#running;
    }
  }

  /** Takes no more events, and waits for those it has. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
  }

  /** Gives up on everything that isn't acknowledged. */
  abort(): void {
    this.#closed = true;
    this.#abort.abort(new ClosedError('The publisher was closed.'));
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      if (this.#queue.length < this.#maxBatch && !this.#closed && !this.#abort.signal.aborted) {
        await this.#linger();
      }
      const batch = this.#queue.splice(0, this.#maxBatch);
      this.#underWay = batch.length;
      try {
        const result = await this.#deliver(batch.map((waiting) => waiting.event));
        const rejected = new Map(result.rejected.map((rejection) => [rejection.index, rejection]));
        batch.forEach((waiting, index) => {
          const rejection = rejected.get(index);
          if (rejection) {
            waiting.reject(new RejectedEventError(rejection));
          } else {
            waiting.resolve(result.eventIds[index] ?? waiting.event.eventId);
          }
        });
      } catch (error) {
        batch.forEach((waiting) => waiting.reject(error));
      } finally {
        this.#underWay = 0;
      }
    }
    this.#running = undefined;
  }

  #linger(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#hurry = undefined;
        resolve();
      };
      const timer = setTimeout(done, this.#lingerMs);
      this.#hurry = done;
    });
  }

  async #deliver(events: (TidegateEvent & { eventId: string })[]): Promise<BatchResult> {
    const { body, headers } = await this.#encoded(JSON.stringify(events));
    const backoff = new Backoff(this.#backoff);
    let giveUpAt: number | undefined;
    for (;;) {
      let failure: ProblemError | UnreachableError;
      try {
        const answer = await this.#api.exchange<Partial<BatchResult> & { code?: string; detail?: string }>(EVENTS, {
          method: 'POST',
          headers,
          body,
          signal: this.#abort.signal,
        });
        const { status, body: said } = answer;
        // 400 with the members of a result: every event was bad.
        if (status === 202 || (status === 400 && said?.rejected && said.eventIds)) {
          return { accepted: said.accepted ?? 0, rejected: said.rejected ?? [], eventIds: said.eventIds ?? [] };
        }
        if (status === 413 && events.length > 1) {
          return await this.#inHalves(events);
        }
        failure = new ProblemError(
          status,
          said?.code ?? `http_${status}`,
          said?.detail ?? `The gateway answered with status ${status}.`,
          undefined,
          retryAfterMs(answer.headers.get('retry-after')),
        );
        if (!NOW_OR_LATER.has(status)) {
          throw failure;
        }
      } catch (error) {
        if (!(error instanceof UnreachableError)) {
          throw error;
        }
        failure = error;
      }
      const wait = backoff.next(failure instanceof ProblemError ? failure.retryAfterMs : 0);
      giveUpAt ??= Date.now() + this.#retryForMs;
      if (Date.now() + wait > giveUpAt) {
        throw failure;
      }
      await sleep(wait, this.#abort.signal);
    }
  }

  async #inHalves(events: (TidegateEvent & { eventId: string })[]): Promise<BatchResult> {
    const middle = Math.ceil(events.length / 2);
    const first = await this.#deliver(events.slice(0, middle));
    const second = await this.#deliver(events.slice(middle));
    return {
      accepted: first.accepted + second.accepted,
      rejected: [...first.rejected, ...second.rejected.map((one) => ({ ...one, index: one.index + middle }))],
      eventIds: [...first.eventIds, ...second.eventIds],
    };
  }

  async #encoded(json: string): Promise<{ body: BodyInit; headers: Record<string, string> }> {
    const headers = { 'content-type': 'application/json' };
    if (json.length < this.#gzipFrom || typeof CompressionStream === 'undefined') {
      return { body: json, headers };
    }
    const zipped = new Response(new Blob([json]).stream().pipeThrough(new CompressionStream('gzip')));
    return { body: await zipped.arrayBuffer(), headers: { ...headers, 'content-encoding': 'gzip' } };
  }
}

function withId(event: TidegateEvent): TidegateEvent & { eventId: string } {
  return { ...event, eventId: event.eventId ?? eventId() };
}
