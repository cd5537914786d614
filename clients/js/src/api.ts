import { retryAfterMs } from './backoff.ts';
import { ProblemError, UnreachableError } from './errors.ts';
import type { Tokens } from './token.ts';

export interface ApiOptions {
  fetch?: typeof fetch;
  /** For one request. Default 30 s. */
  timeoutMs?: number;
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string>;
  body?: BodyInit;
  signal?: AbortSignal;
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  /** The JSON document; undefined if there was none. */
  body: T;
}

interface Problem {
  code?: string;
  title?: string;
  detail?: string;
  message?: string;
  field?: string;
}

/** Requests with the token, answers as JSON, refusals as {@link ProblemError}. Renews the token once when it isn't accepted. */
export class Api {
  readonly #base: string;
  readonly #tokens: Tokens;
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;

  constructor(base: string, tokens: Tokens, options: ApiOptions = {}) {
    this.#base = base;
    this.#tokens = tokens;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#timeoutMs = options.timeoutMs ?? 30_000;
  }

  /** @param path below the gateway's address, for example `/api/v1/alerts` */
  async get<T>(path: string, query?: RequestOptions['query'], signal?: AbortSignal): Promise<T> {
    return (await this.request<T>(path, { ...(query && { query }), ...(signal && { signal }) })).body;
  }

  /**
   * @throws ProblemError the gateway said no
   * @throws UnreachableError it said nothing
   */
  async request<T>(path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const answer = await this.exchange<T>(path, options);
    if (answer.status >= 200 && answer.status < 300) {
      return answer;
    }
    const problem = answer.body as Problem | undefined;
    throw new ProblemError(
      answer.status,
      problem?.code ?? `http_${answer.status}`,
      problem?.detail ?? problem?.message ?? problem?.title ?? `The gateway answered with status ${answer.status}.`,
      problem?.field,
      retryAfterMs(answer.headers.get('retry-after')),
    );
  }

  /** Like {@link request}, but any status is an answer. */
  async exchange<T>(path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const token = await this.#tokens.current();
    const first = await this.#once<T>(path, options, token);
    if (first.status !== 401) {
      return first;
    }
    const another = await this.#tokens.renewed(token);
    return another === undefined ? first : this.#once<T>(path, options, another);
  }

  async #once<T>(path: string, options: RequestOptions, token: string): Promise<Answer<T>> {
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) {
        url.searchParams.set(name, String(value));
      }
    }
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const signal = options.signal ? anyOf(options.signal, timeout) : timeout;
    try {
      const response = await this.#fetch(url, {
        method: options.method ?? 'GET',
        headers: { accept: 'application/json', ...options.headers, authorization: `Bearer ${token}` },
        ...(options.body !== undefined && { body: options.body }),
        signal,
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: parsed<T>(text, response) };
    } catch (cause) {
      options.signal?.throwIfAborted();
      const why = timeout.aborted ? `no answer within ${this.#timeoutMs / 1000} s` : 'no connection';
      throw new UnreachableError(`The gateway can't be reached: ${why}.`, { cause });
    }
  }
}

function parsed<T>(text: string, response: Response): T {
  if (text === '' || !/json/.test(response.headers.get('content-type') ?? '')) {
    return undefined as T;
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    // A proxy that cut the answer off; the status still says something.
    if (response.ok) {
      throw cause;
    }
    return undefined as T;
  }
}

function anyOf(...signals: AbortSignal[]): AbortSignal {
  if (typeof AbortSignal.any === 'function') {
    return AbortSignal.any(signals);
  }
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) {
      controller.abort(signal.reason);
    }
    signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  }
  return controller.signal;
}
