import { TidegateError } from './errors.ts';

/** The part of the WebSocket interface that is used; browsers', Node 22's and `ws` have it. */
export interface WebSocketLike {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketFactory = new (url: string) => WebSocketLike;

export const OPEN = 1;

/** The platform's WebSocket; in Node before 22, which has none, that of package `ws`. */
export async function platformWebSocket(): Promise<WebSocketFactory> {
  if (typeof globalThis.WebSocket === 'function') {
    return globalThis.WebSocket;
  }
  try {
    // A name that bundlers don't see: a page never gets here.
    const name = 'ws';
    const module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as { WebSocket: WebSocketFactory };
    return module.WebSocket;
  } catch (cause) {
    throw new TidegateError(
      'There is no WebSocket here: use Node 22 or newer, install package "ws", or pass the option webSocket.',
      { cause },
    );
  }
}
