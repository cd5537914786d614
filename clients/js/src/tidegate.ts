import { Api, type ApiOptions } from './api.ts';
import { Feed, type FeedOptions } from './feed.ts';
import { Publisher, type PublisherOptions } from './publisher.ts';
import { Tokens, type TokenSource } from './token.ts';
import type { BatchResult, TidegateEvent } from './types.ts';

export interface TidegateOptions extends ApiOptions {
  /** Of the gateway, for example `https://tidegate.example`; in a page of the gateway itself `location.origin`. */
  url: string;
  token: TokenSource;
}

/**
 * A gateway, as one person or program sees it.
 *
 * ```js
 * const tidegate = new Tidegate({ url: 'http://127.0.0.1:8080', token });
 * await tidegate.publish([{ type: 'like', userId: 'ann', postId: 'p1' }]);
 * tidegate.feed().subscribe('alerts', { onEvent: (alert) => console.log(alert.message) });
 * ```
 */
export class Tidegate {
  /** Requests of your own, with the token. */
  readonly api: Api;
  readonly #url: string;
  readonly #tokens: Tokens;
  readonly #closing: (() => void | Promise<void>)[] = [];
  #direct: Publisher | undefined;

  constructor(options: TidegateOptions) {
    const url = new URL(options.url);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new TypeError(`url: ${options.url} is neither http nor https`);
    }
    this.#url = url.origin + url.pathname.replace(/\/$/, '');
    this.#tokens = new Tokens(options.token);
    this.api = new Api(this.#url, this.#tokens, options);
  }

  /** Sends these events in one request, repeated while the gateway is away or busy. */
  publish(events: TidegateEvent | readonly TidegateEvent[]): Promise<BatchResult> {
    this.#direct ??= this.publisher();
    return this.#direct.publish(Array.isArray(events) ? (events as readonly TidegateEvent[]) : [events as TidegateEvent]);
  }

  /** For a stream of events: collects them into batches. */
  publisher(options?: PublisherOptions): Publisher {
    const publisher = new Publisher(this.api, options);
    this.#closing.push(() => publisher.close());
    return publisher;
  }

  /** A connection for live data; one is enough for all channels. */
  feed(options?: FeedOptions): Feed {
    const feed = new Feed(this.#url, this.#tokens, options);
    this.#closing.push(() => feed.close());
    return feed;
  }

  /** Closes every feed, and waits for what the publishers have. */
  async close(): Promise<void> {
    await Promise.all(this.#closing.splice(0).map((close) => close()));
  }
}
