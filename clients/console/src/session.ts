import { computed, signal } from '@preact/signals';
import { claimsOf, Tidegate, type Api, type Claims, type Feed, type FeedState } from '@tidegate/client';
import { announce } from './announce.ts';
import { full, span } from './format.ts';
import { startAlerts, stopAlerts } from './live/alert-store.ts';
import { startLeaderboard } from './posts/leaderboard.ts';
import { readAddress } from './route.ts';

const KEY = 'tidegate.token';
const SOON_MS = 5 * 60_000;

export interface Session {
  api: Api;
  feed: Feed;
  claims: Claims;
  close(): void;
}

export interface Connection {
  state: FeedState;
  /** When the next try begins, while waiting. */
  retryAt?: number;
}

export const session = signal<Session | undefined>(undefined);
export const connection = signal<Connection>({ state: 'idle' });
/** Why nobody is signed in, if there is a reason. */
export const signInProblem = signal('');
/** How long the token is good, once that is little. */
export const expiresSoon = signal<string | undefined>(undefined);

const has = (role: string) => session.value?.claims.roles?.includes(role) ?? false;
export const isAdmin = computed(() => has('admin'));
export const mayAnalyse = computed(() => has('analyst') || has('admin'));

/** A link may bring the token in its fragment, which no server sees; it is taken out of the address at once. */
export function begin(): void {
  const token = takenFromAddress() ?? sessionStorage.getItem(KEY);
  if (token) {
    signIn(token);
  }
  // The same tab may be given another link.
  addEventListener('hashchange', () => {
    const another = takenFromAddress();
    if (another) {
      signIn(another);
    }
  });
}

function takenFromAddress(): string | null {
  if (!location.hash.startsWith('#token=')) {
    return null;
  }
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  history.replaceState(null, '', location.pathname);
  readAddress();
  return token;
}

/** Signs in, or says why not. */
export function signIn(text: string): void {
  const token = text.trim().replace(/^Bearer\s+/i, '');
  const claims = claimsOf(token);
  if (!claims) {
    end('That is no token. A token has three parts with dots between them; scripts/token prints one.');
    return;
  }
  const expiresAt = claims.exp === undefined ? Infinity : claims.exp * 1000;
  if (expiresAt <= Date.now()) {
    end(`The token expired ${full(expiresAt)}. Make another one.`);
    return;
  }
  session.value?.close();
  sessionStorage.setItem(KEY, token);
  signInProblem.value = '';
  session.value = opened(token, claims, expiresAt);
}

export function signOut(): void {
  end('');
}

function end(problem: string): void {
  session.value?.close();
  session.value = undefined;
  sessionStorage.removeItem(KEY);
  signInProblem.value = problem;
  connection.value = { state: 'idle' };
}

/** A request was refused for its token: the session is over. */
export function tokenRefused(): void {
  const exp = session.value?.claims.exp;
  end(
    exp !== undefined && exp * 1000 <= Date.now()
      ? `The token expired ${full(exp * 1000)}. Make another one.`
      : 'The gateway does not accept the token (any more). Was it made for this gateway, with its key?',
  );
}

function opened(token: string, claims: Claims, expiresAt: number): Session {
  let broken = false;
  const tidegate = new Tidegate({ url: location.origin, token, timeoutMs: 15_000 });
  const feed = tidegate.feed({
    onState: (state, { retryInMs }) => {
      connection.value = { state, ...(retryInMs !== undefined && { retryAt: Date.now() + retryInMs }) };
      if (state === 'refused') {
        tokenRefused();
      } else if (state === 'waiting') {
        announce('The live connection is interrupted; trying again.');
        broken = true;
      } else if (state === 'live' && broken) {
        announce('The live connection is back.');
        broken = false;
      }
    },
  });
  const watch = setInterval(check, 10_000);
  check();
  function check(): void {
    const left = expiresAt - Date.now();
    expiresSoon.value = left < SOON_MS ? span(Math.max(0, left)) : undefined;
    if (left <= 0) {
      tokenRefused();
    }
  }
  startAlerts(tidegate.api, feed);
  const stopLeaderboard = startLeaderboard(feed);
  return {
    api: tidegate.api,
    feed,
    claims,
    close: () => {
      clearInterval(watch);
      expiresSoon.value = undefined;
      stopAlerts();
      stopLeaderboard();
      feed.close();
    },
  };
}
