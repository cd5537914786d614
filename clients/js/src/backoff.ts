export interface BackoffOptions {
  /** Before the second try. Default 500 ms. */
  firstMs?: number;
  /** Never longer than this. Default 15 s. */
  longestMs?: number;
  /** 0 inclusive to 1 exclusive; for tests. */
  random?: () => number;
}

/** Waits that double, each between half and the whole of it: many clients that lost the same gateway don't return at once. */
export class Backoff {
  readonly #first: number;
  readonly #longest: number;
  readonly #random: () => number;
  #failures = 0;

  constructor(options: BackoffOptions = {}) {
    this.#first = options.firstMs ?? 500;
    this.#longest = options.longestMs ?? 15_000;
    this.#random = options.random ?? Math.random;
  }

  /**
   * @param atLeastMs what the other side asked for, if it did
   * @returns milliseconds to wait after one more failure
   */
  next(atLeastMs = 0): number {
    const whole = Math.min(this.#longest, this.#first * 2 ** this.#failures);
    this.#failures++;
    // What the gateway asked for is the least; the spread comes on top of it.
    return Math.round(Math.max(atLeastMs, 0) + (atLeastMs > 0 ? this.#first : whole) * (0.5 + this.#random() / 2));
  }

  reset(): void {
    this.#failures = 0;
  }
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }, ms);
    const aborted = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    signal?.addEventListener('abort', aborted, { once: true });
  });
}

/** @returns milliseconds, of seconds or an HTTP date; undefined for anything else */
export function retryAfterMs(header: string | null, nowMs = Date.now()): number | undefined {
  if (!header) {
    return undefined;
  }
  if (/^\s*\d+\s*$/.test(header)) {
    return Number(header) * 1000;
  }
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
