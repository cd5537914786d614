import { Backoff, type BackoffOptions } from './backoff.ts';
import { FeedError } from './errors.ts';
import { OPEN, platformWebSocket, type WebSocketFactory, type WebSocketLike } from './socket.ts';
import type { Tokens } from './token.ts';
import type { AlertFilter, Channel, Gap, Payload } from './types.ts';

/** `waiting`: between two tries. `refused`: the token isn't accepted and there is no other. `closed`: by `close()`. */
export type FeedState = 'idle' | 'connecting' | 'live' | 'waiting' | 'refused' | 'closed';

export interface FeedOptions {
  /** Default: the platform's. */
  webSocket?: WebSocketFactory;
  backoff?: BackoffOptions;
  /** Silence after which the connection is tested with a ping. Default 25 s. */
  pingAfterMs?: number;
  /** For the answer to a ping, and for a connection to become ready. Default 10 s. */
  answerWithinMs?: number;
  /** Ids that are remembered per subscription, so that nothing comes twice. Default 10,000. */
  remember?: number;
  /** On every change; `retryInMs` with `waiting`. */
  onState?: (state: FeedState, detail: { retryInMs?: number; error?: FeedError }) => void;
  /** An error that belongs to no subscription, or that a callback threw. Default: the console. */
  onError?: (error: unknown) => void;
}

export interface Delivery {
  channel: string;
  /** The place right after this message. */
  cursor: string;
}

export interface SubscribeOptions<T> {
  /** Where to go on; absent: from now. */
  cursor?: string;
  filter?: AlertFilter;
  onEvent: (data: T, delivery: Delivery) => void;
  /** Some of it is gone, or was skipped: see `GET /api/v1/alerts?from=&to=`. */
  onGap?: (gap: Gap) => void;
  /** The subscription is over: not allowed, no such channel, or not with this filter. */
  onError?: (error: FeedError) => void;
  /** After every (re)connect, once the gateway has taken the subscription. */
  onSubscribed?: () => void;
}

export interface Subscription {
  readonly channel: string;
  /** The place after the last message that was delivered: give it to a later `subscribe` to go on there. */
  readonly cursor: string | undefined;
  close(): void;
}

interface Frame {
  op: string;
  channel?: string;
  cursor?: string;
  data?: unknown;
  from?: string;
  to?: string;
  code?: string;
  message?: string;
}

const UNAUTHENTICATED = 4401;
const EARLY_MS = 30_000;
/** A connection that lasted this long was a good one. */
const STEADY_MS = 10_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One WebSocket for any number of channels. Comes back by itself after a break and goes on where each subscription was, so that
 * every message comes once, or a gap is told.
 */
export class Feed {
  readonly #url: string;
  readonly #tokens: Tokens;
  readonly #options: FeedOptions;
  readonly #backoff: Backoff;
  readonly #subscriptions = new Map<string, ChannelSubscription>();
  #state: FeedState = 'idle';
  #socket: WebSocketLike | undefined;
  #token = '';
  /** Set when the gateway refused the token that was tried last. */
  #refusedToken: string | undefined;
  #ready = false;
  #readySince = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #watchTimer: ReturnType<typeof setTimeout> | undefined;
  #renewTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param url of the gateway, http or https */
  constructor(url: string, tokens: Tokens, options: FeedOptions = {}) {
    this.#url = `${url.replace(/^http/, 'ws')}/ws`;
    this.#tokens = tokens;
    this.#options = options;
    this.#backoff = new Backoff(options.backoff);
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Connects with the first subscription. A channel can be subscribed once; a second call replaces the first. */
  subscribe<C extends Channel>(channel: C, options: SubscribeOptions<Payload<C>>): Subscription {
    if (this.#state === 'closed') {
      throw new FeedError('closed', 'The feed is closed.', channel);
    }
    this.#subscriptions.get(channel)?.close();
    const subscription = new ChannelSubscription(
      channel,
      options as SubscribeOptions<unknown>,
      this.#options.remember ?? 10_000,
      () => this.#leave(subscription),
    );
    this.#subscriptions.set(channel, subscription);
    if (this.#ready) {
      this.#send(subscription.request());
    } else if (this.#state === 'idle') {
      void this.#connect();
    }
    return subscription;
  }

  /** Tries at once instead of after the wait; also after `refused`, with whatever token there is now. */
  reconnect(): void {
    if (this.#state === 'waiting' || this.#state === 'refused') {
      clearTimeout(this.#retryTimer);
      void this.#connect();
    }
  }

  /** Ends the connection and every subscription, for good. */
  close(): void {
    this.#drop(1000);
    clearTimeout(this.#retryTimer);
    this.#subscriptions.clear();
    this.#become('closed');
  }

  #leave(subscription: ChannelSubscription): void {
    if (this.#subscriptions.get(subscription.channel) === subscription) {
      this.#subscriptions.delete(subscription.channel);
      if (this.#ready) {
        this.#send({ op: 'unsubscribe', channel: subscription.channel });
      }
    }
  }

  async #connect(): Promise<void> {
    this.#become('connecting');
    let socket: WebSocketLike;
    try {
      const refused = this.#refusedToken;
      const token = refused === undefined ? await this.#tokens.current() : await this.#tokens.renewed(refused);
      if (this.#isClosed()) {
        return;
      }
      if (token === undefined) {
        this.#become('refused', { error: new FeedError('invalid_token', 'The token is not accepted any more.') });
        return;
      }
      this.#token = token;
      const WebSocketClass = this.#options.webSocket ?? (await platformWebSocket());
      if (this.#isClosed()) {
        return;
      }
      socket = new WebSocketClass(this.#url);
    } catch (error) {
      // No token or no WebSocket: neither is a reason to stop trying, a token service may be away as well.
      this.#report(error);
      this.#retry();
      return;
    }
    this.#socket = socket;
    this.#watch(this.#options.answerWithinMs ?? 10_000, () => this.#lost());
    let lastError: FeedError | undefined;
    socket.onopen = () => {
      if (socket === this.#socket) {
        this.#send({ op: 'auth', token: this.#token });
      }
    };
    socket.onmessage = (message: { data: unknown }) => {
      if (socket === this.#socket) {
        const frame = parsed(message.data);
        if (frame?.op === 'error') {
          lastError = new FeedError(frame.code ?? 'unknown', frame.message ?? 'The gateway refused.', frame.channel);
        }
        if (frame) {
          this.#take(frame);
        }
      }
    };
    socket.onerror = () => {
      // A close always follows, and says all there is.
    };
    socket.onclose = (event: { code: number }) => {
      if (socket !== this.#socket) {
        return;
      }
      if (event.code === UNAUTHENTICATED) {
        const error = lastError ?? new FeedError('invalid_token', 'The token is not accepted.');
        this.#drop();
        if (!this.#tokens.renewable || this.#refusedToken !== undefined) {
          this.#refusedToken ??= this.#token;
          this.#become('refused', { error });
          return;
        }
        this.#refusedToken = this.#token;
        void this.#connect();
        return;
      }
      this.#lost();
    };
  }

  #take(frame: Frame): void {
    this.#quietAgain();
    const subscription = frame.channel === undefined ? undefined : this.#subscriptions.get(frame.channel);
    switch (frame.op) {
      case 'ready':
        this.#refusedToken = undefined;
        this.#renewInTime();
        if (!this.#ready) {
          this.#ready = true;
          this.#readySince = Date.now();
          for (const one of this.#subscriptions.values()) {
            this.#send(one.request());
          }
          this.#become('live');
        }
        break;
      case 'subscribed':
        if (subscription) {
          // Whoever is cut off before the first message goes on from here.
          subscription.cursor ??= frame.cursor;
        }
        this.#call(() => subscription?.options.onSubscribed?.());
        break;
      case 'event':
        if (subscription && frame.cursor !== undefined) {
          this.#call(() => subscription.deliver(frame.data, frame.cursor!));
        }
        break;
      case 'gap':
        if (subscription) {
          if (frame.cursor !== undefined) {
            subscription.cursor = frame.cursor;
          }
          this.#call(() =>
            subscription.options.onGap?.({
              ...(frame.from !== undefined && { from: frame.from }),
              ...(frame.to !== undefined && { to: frame.to }),
            }),
          );
        }
        break;
      case 'error':
        this.#refused(frame, subscription);
        break;
      default:
        // pong, and what a newer gateway may say.
        break;
    }
  }

  #refused(frame: Frame, subscription: ChannelSubscription | undefined): void {
    const error = new FeedError(frame.code ?? 'unknown', frame.message ?? 'The gateway refused.', frame.channel);
    switch (error.code) {
      case 'token_expired':
        void this.#renew();
        break;
      case 'slow_consumer':
        // The close follows; the place is that of the last message that came.
        break;
      case 'bad_cursor':
        if (subscription) {
          // Not this gateway's place: from now on, and what was in between is unknown.
          subscription.cursor = undefined;
          this.#send(subscription.request());
          this.#call(() => subscription.options.onGap?.({}));
        }
        break;
      case 'bad_channel':
      case 'bad_filter':
      case 'forbidden':
        if (subscription) {
          this.#subscriptions.delete(subscription.channel);
          this.#call(() => (subscription.options.onError ?? this.#options.onError ?? console.error)(error));
        } else {
          this.#report(error);
        }
        break;
      default:
        // Those that end the connection are told by the state that follows.
        if (frame.channel !== undefined) {
          this.#report(error);
        }
        break;
    }
  }

  async #renew(): Promise<void> {
    const socket = this.#socket;
    try {
      const token = await this.#tokens.renewed(this.#token);
      if (token !== undefined && socket !== undefined && socket === this.#socket) {
        this.#token = token;
        this.#send({ op: 'auth', token });
      }
    } catch (error) {
      // The gateway will close, and the next connection asks again.
      this.#report(error);
    }
  }

  #renewInTime(): void {
    clearTimeout(this.#renewTimer);
    const left = this.#tokens.expiresInMs(this.#token);
    if (this.#tokens.renewable && left !== Infinity) {
      const wait = Math.max(1_000, left - EARLY_MS / 2);
      this.#renewTimer = unref(setTimeout(() => void this.#renew(), Math.min(wait, LONGEST_TIMER_MS)));
    }
  }

  /** Something came: the connection lives. */
  #quietAgain(): void {
    this.#watch(this.#options.pingAfterMs ?? 25_000, () => {
      this.#send({ op: 'ping' });
      this.#watch(this.#options.answerWithinMs ?? 10_000, () => this.#lost());
    });
  }

  #watch(ms: number, then: () => void): void {
    clearTimeout(this.#watchTimer);
    this.#watchTimer = setTimeout(then, ms);
  }

  #lost(): void {
    // One that is closed as soon as it is ready, again and again, is no success.
    if (this.#ready && Date.now() - this.#readySince >= STEADY_MS) {
      this.#backoff.reset();
    }
    this.#drop();
    this.#retry();
  }

  #retry(): void {
    if (this.#isClosed()) {
      return;
    }
    const retryInMs = this.#backoff.next();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => void this.#connect(), retryInMs);
    this.#become('waiting', { retryInMs });
  }

  #drop(code?: number): void {
    clearTimeout(this.#watchTimer);
    clearTimeout(this.#renewTimer);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#ready = false;
    socket?.close(code);
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #send(message: object): void {
    if (this.#socket?.readyState === OPEN) {
      this.#socket.send(JSON.stringify(message));
    }
  }

  #become(state: FeedState, detail: { retryInMs?: number; error?: FeedError } = {}): void {
    if (state !== this.#state) {
      this.#state = state;
      this.#call(() => this.#options.onState?.(state, detail));
    }
  }

  /** A callback that throws must not take the connection along. */
  #call(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    (this.#options.onError ?? console.error)(error);
  }
}

class ChannelSubscription implements Subscription {
  readonly channel: string;
  readonly options: SubscribeOptions<unknown>;
  cursor: string | undefined;
  readonly #remember: number;
  readonly #leave: () => void;
  /** In the order of their arrival. */
  readonly #seen = new Set<string>();

  constructor(channel: string, options: SubscribeOptions<unknown>, remember: number, leave: () => void) {
    this.channel = channel;
    this.options = options;
    this.cursor = options.cursor;
    this.#remember = remember;
    this.#leave = leave;
  }

  request(): object {
    const { filter } = this.options;
    return {
      op: 'subscribe',
      channel: this.channel,
      ...(this.cursor !== undefined && { cursor: this.cursor }),
      ...(filter && { filter }),
    };
  }

  deliver(data: unknown, cursor: string): void {
    this.cursor = cursor;
    const id = idOf(data);
    if (id !== undefined) {
      if (this.#seen.has(id)) {
        return;
      }
      this.#seen.add(id);
      if (this.#seen.size > this.#remember) {
        this.#seen.delete(this.#seen.values().next().value!);
      }
    }
    this.options.onEvent(data, { channel: this.channel, cursor });
  }

  close(): void {
    this.#leave();
  }
}

function idOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) {
    return undefined;
  }
  const { alertId, notificationId } = data as { alertId?: unknown; notificationId?: unknown };
  const id = alertId ?? notificationId;
  return typeof id === 'string' ? id : undefined;
}

function parsed(data: unknown): Frame | undefined {
  try {
    const frame: unknown = typeof data === 'string' ? JSON.parse(data) : undefined;
    return typeof frame === 'object' && frame !== null ? (frame as Frame) : undefined;
  } catch {
    return undefined;
  }
}

/** In Node: doesn't keep the process alive. */
function unref<T>(timer: T): T {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
