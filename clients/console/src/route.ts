import { computed, signal } from '@preact/signals';

export type Route =
  | { view: 'live' | 'activity' | 'posts' | 'rules' | 'health' }
  | { view: 'story'; alertId: string }
  | { view: 'rule'; ruleId: string }
  | { view: 'unknown' };

const hash = signal(location.hash);
addEventListener('hashchange', readAddress);

/** After a change that the browser tells nobody about. */
export function readAddress(): void {
  hash.value = location.hash;
}

export const route = computed<Route>(() => parse(hash.value));

function parse(text: string): Route {
  const [view = '', id] = text.replace(/^#\/?/, '').split('/').map(decoded);
  if (view === '') {
    return { view: 'live' };
  }
  if (view === 'alerts' && id) {
    return { view: 'story', alertId: id };
  }
  if (view === 'rules' && id) {
    return { view: 'rule', ruleId: id };
  }
  return view === 'activity' || view === 'posts' || view === 'rules' || view === 'health' ? { view } : { view: 'unknown' };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A broken escape is nobody's id.
    return part;
  }
}

export const hrefOf = (...parts: string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;

export function go(...parts: string[]): void {
  location.hash = hrefOf(...parts);
}
