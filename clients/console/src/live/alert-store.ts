import { computed, signal } from '@preact/signals';
import {
  ProblemError,
  type Alert,
  type AlertFilter,
  type Api,
  type Feed,
  type Severity,
  type Subscription,
} from '@tidegate/client';
import { announce, announceSometime } from '../announce.ts';
import { plural } from '../format.ts';
import { tokenRefused } from '../session.ts';

const MOST_KEPT = 1_000;
const PAGE = 100;
const FRESH_MS = 1_600;

/** What isn't `exact` about the subject only chooses among what is here; everything else is asked of the gateway, live and past. */
export interface Filter {
  severities: ReadonlySet<Severity>;
  rule: string;
  subject: string;
  /** Whether the subject is the whole of it, and not a part. */
  exact: boolean;
}

export const NO_FILTER: Filter = { severities: new Set(), rule: '', subject: '', exact: false };

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
let live: Feed | undefined;
let subscription: Subscription | undefined;
/** What the gateway was asked for last, as text. */
let asked = '';
/** Where the page had every alert, before it asked for some of them only. */
let whole: string | undefined;
let cursor: string | undefined;
let abort = new AbortController();
let arriving: Alert[] = [];
let unannounced: Alert[] = [];
let frame: ReturnType<typeof setTimeout> | undefined;

export function matches(alert: Alert, by: Filter): boolean {
  return (
    (by.severities.size === 0 || by.severities.has(alert.severity)) &&
    (by.rule === '' || alert.ruleId === by.rule) &&
    (by.exact
      ? alert.subject === by.subject
      : by.subject === '' || alert.subject.toLowerCase().includes(by.subject.toLowerCase()))
  );
}

/** What the gateway is asked to leave out, so that it doesn't cross the network. */
function wireFilter({ severities, rule, subject, exact }: Filter): AlertFilter {
  return {
    ...(severities.size > 0 && { severity: [...severities].sort() }),
    ...(rule !== '' && { rule: [rule] }),
    ...(exact && { subject: [subject] }),
  };
}

export function startAlerts(ofSession: Api, feed: Feed): void {
  stopAlerts();
  api = ofSession;
  live = feed;
  abort = new AbortController();
  listen(undefined);
  void fetchPast();
}

/** Subscribes with the filter as it is. What was left out before and isn't any more comes from the place on, as after a break. */
function listen(from: string | undefined): void {
  const wanted = wireFilter(filter.value);
  asked = JSON.stringify(wanted);
  subscription = live!.subscribe('alerts', {
    ...(from !== undefined && { cursor: from }),
    ...(asked !== '{}' && { filter: wanted }),
    onEvent: take,
    onGap: (gap) => void fillGap(gap.from),
    onError: (error) => {
      refusal.value =
        error.code === 'forbidden' ? 'This token may not read alerts: it needs the role analyst or admin.' : error.message;
    },
  });
}

function listenAsFiltered(): void {
  const wanted = JSON.stringify(wireFilter(filter.value));
  if (!live || wanted === asked) {
    return;
  }
  const before = subscription?.cursor;
  whole ??= before;
  listen(whole);
  if (wanted === '{}') {
    whole = undefined;
  }
}

export function stopAlerts(): void {
  abort.abort();
  clearTimeout(frame);
  frame = undefined;
  live = undefined;
  subscription = undefined;
  whole = undefined;
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
  listenAsFiltered();
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
    // With another filter the gateway begins again where the page had all, so that some are here already.
    const here = new Set([...known.value.keys(), ...held.value.map((one) => one.alertId)]);
    const batch = arriving.filter((one) => !here.has(one.alertId));
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
