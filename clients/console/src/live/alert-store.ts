import { computed, signal } from '@preact/signals';
import { ProblemError, type Alert, type Api, type Feed, type Severity } from '@tidegate/client';
import { announce, announceSometime } from '../announce.ts';
import { plural } from '../format.ts';
import { tokenRefused } from '../session.ts';

const MOST_KEPT = 1_000;
const PAGE = 100;
const FRESH_MS = 1_600;

export interface Filter {
  severities: ReadonlySet<Severity>;
  rule: string;
  subject: string;
}

export const NO_FILTER: Filter = { severities: new Set(), rule: '', subject: '' };

/** By id, as they came. */
const known = signal<ReadonlyMap<string, Alert>>(new Map());
/** What came while the list was held. */
export const held = signal<readonly Alert[]>([]);
export const paused = signal(false);
export const filter = signal<Filter>(NO_FILTER);
/** Ids that came a moment ago, for their highlight. */
export const fresh = signal<ReadonlySet<string>>(new Set());
export const past = signal<{ state: 'loading' | 'ready' | 'error'; message?: string; more: boolean }>({
  state: 'loading',
  more: false,
});
/** Why there are no live alerts, if that is so. */
export const refusal = signal<string | undefined>(undefined);
/** A stretch that had to be fetched, or can't be had. */
export const gapNote = signal<string | undefined>(undefined);
/** Since this page was opened. */
export const arrived = signal(0);

/** Newest first. */
export const alerts = computed(() =>
  [...known.value.values()].sort((a, b) => (a.detectedAt === b.detectedAt ? 0 : a.detectedAt < b.detectedAt ? 1 : -1)),
);
export const shown = computed(() => alerts.value.filter((alert) => matches(alert, filter.value)));
export const rulesSeen = computed(() => [...new Set(alerts.value.map((alert) => alert.ruleId))].sort());
export const isFiltered = computed(
  () => filter.value.severities.size > 0 || filter.value.rule !== '' || filter.value.subject !== '',
);

let api: Api | undefined;
let cursor: string | undefined;
let abort = new AbortController();
let arriving: Alert[] = [];
let unannounced: Alert[] = [];
let frame: ReturnType<typeof setTimeout> | undefined;

export function matches(alert: Alert, by: Filter): boolean {
  return (
    (by.severities.size === 0 || by.severities.has(alert.severity)) &&
    (by.rule === '' || alert.ruleId === by.rule) &&
    (by.subject === '' || alert.subject.toLowerCase().includes(by.subject.toLowerCase()))
  );
}

export function startAlerts(ofSession: Api, feed: Feed): void {
  stopAlerts();
  api = ofSession;
  abort = new AbortController();
  feed.subscribe('alerts', {
    onEvent: take,
    onGap: (gap) => void fillGap(gap.from),
    onError: (error) => {
      refusal.value =
        error.code === 'forbidden' ? 'This token may not read alerts: it needs the role analyst or admin.' : error.message;
    },
  });
  void fetchPast();
}

export function stopAlerts(): void {
  abort.abort();
  clearTimeout(frame);
  frame = undefined;
  arriving = [];
  unannounced = [];
  known.value = new Map();
  held.value = [];
  fresh.value = new Set();
  paused.value = false;
  refusal.value = undefined;
  gapNote.value = undefined;
  arrived.value = 0;
  filter.value = NO_FILTER;
  past.value = { state: 'loading', more: false };
}

export function togglePause(): void {
  if (paused.value) {
    paused.value = false;
    release();
    announce('Alerts come in again.');
  } else {
    paused.value = true;
    announce('Alerts are held.');
  }
}

/** Shows what was held, and goes on holding or not as before. */
export function release(): void {
  const waiting = held.value;
  held.value = [];
  add(waiting, true);
}

export function setFilter(change: Partial<Filter>): void {
  filter.value = { ...filter.value, ...change };
  // Older ones are asked for by rule and subject, so the place in the old answer means nothing now.
  if (change.rule !== undefined || change.subject !== undefined) {
    cursor = undefined;
    past.value = { state: 'ready', more: true };
  }
}

/** A page of alerts older than those that are shown. */
export async function fetchPast(): Promise<void> {
  const { rule, subject } = filter.value;
  past.value = { state: 'loading', more: past.value.more };
  try {
    const answer = await api!.request<Alert[]>('/api/v1/alerts', {
      query: {
        limit: PAGE,
        rule: rule || undefined,
        subject: subject || undefined,
        cursor,
      },
      signal: abort.signal,
    });
    cursor = answer.headers.get('x-next-cursor') ?? undefined;
    add(answer.body, false);
    past.value = { state: 'ready', more: cursor !== undefined };
  } catch (error) {
    failed(error);
  }
}

async function fillGap(from: string | undefined): Promise<void> {
  gapNote.value = 'The connection was interrupted. What was missed is being fetched.';
  try {
    const missed = await api!.get<Alert[]>('/api/v1/alerts', { limit: 1_000, from }, abort.signal);
    add(missed, false);
    gapNote.value = 'The connection was interrupted; what was missed has been fetched.';
  } catch (error) {
    if (!abort.signal.aborted) {
      gapNote.value = `Alerts may be missing here: the connection was interrupted, and ${(error as Error).message}`;
    }
  }
}

function failed(error: unknown): void {
  if (abort.signal.aborted) {
    return;
  }
  if (error instanceof ProblemError && error.status === 401) {
    tokenRefused();
    return;
  }
  if (error instanceof ProblemError && error.status === 403) {
    refusal.value = 'This token may not read alerts: it needs the role analyst or admin.';
  }
  past.value = { state: 'error', message: (error as Error).message, more: past.value.more };
}

/** Many may come at once; the page is drawn a few times a second at most. */
function take(alert: Alert): void {
  arriving.push(alert);
  frame ??= setTimeout(() => {
    frame = undefined;
    const batch = arriving;
    arriving = [];
    arrived.value += batch.length;
    if (paused.value) {
      held.value = [...held.value, ...batch].slice(-MOST_KEPT);
    } else {
      add(batch, true);
    }
    unannounced.push(...batch.filter((one) => matches(one, filter.value)));
    if (unannounced.length > 0) {
      announceSometime(summary);
    }
  }, 100);
}

function summary(): string {
  const those = unannounced;
  unannounced = [];
  const newest = those.at(-1);
  return newest && !paused.value
    ? `${plural(those.length, 'new alert')}. ${newest.severity}, ${newest.ruleId}, ${newest.subject}: ${newest.message}`
    : '';
}

function add(batch: readonly Alert[], live: boolean): void {
  if (batch.length === 0) {
    return;
  }
  const all = new Map(known.value);
  for (const alert of batch) {
    all.set(alert.alertId, alert);
  }
  if (live && all.size > MOST_KEPT) {
    const oldest = [...all.values()].sort((a, b) => (a.detectedAt < b.detectedAt ? -1 : 1));
    oldest.slice(0, all.size - MOST_KEPT).forEach((alert) => all.delete(alert.alertId));
  }
  known.value = all;
  if (live) {
    const ids = batch.map((alert) => alert.alertId);
    fresh.value = new Set([...fresh.value, ...ids]);
    setTimeout(() => {
      const rest = new Set(fresh.value);
      ids.forEach((id) => rest.delete(id));
      fresh.value = rest;
    }, FRESH_MS);
  }
}
