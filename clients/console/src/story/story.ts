import type { Alert } from '@tidegate/client';

export interface StoredEvent {
  eventId: string;
  type: string;
  userId: string;
  occurredAt: string;
  ingestedAt: string;
  appendedAt: string;
  amount?: number;
  currency?: string;
  odds?: number;
  payout?: number;
  [field: string]: unknown;
}

export interface Story extends Alert {
  startedAt: string;
  raisedAt: string;
  events: StoredEvent[];
  /** How many of `eventIds` aren't stored yet, or any more. */
  missingEvents: number;
}

/** An event with its place in the story. */
export interface Step {
  event: StoredEvent;
  /** Milliseconds after the first one, on the clock by which it was detected. */
  after: number;
  /** Since the step before. */
  since: number;
  /** 0 to 1 of the whole. */
  place: number;
  /** 0 to 1 of the largest amount; undefined without an amount. */
  weight: number | undefined;
}

/** Detection goes by the log's time; in a replay of history, by the time at which it happened. */
export function timeOf(story: Story): 'appendedAt' | 'occurredAt' {
  const last = story.events.at(-1);
  const off = (at: string) => Math.abs(Date.parse(at) - Date.parse(story.detectedAt));
  return last && off(last.occurredAt) < off(last.appendedAt) ? 'occurredAt' : 'appendedAt';
}

export function steps(story: Story): Step[] {
  const by = timeOf(story);
  const times = story.events.map((event) => Date.parse(event[by]));
  const first = Math.min(...times);
  const whole = Math.max(1, Math.max(...times) - first);
  const largest = Math.max(0, ...story.events.map((event) => event.amount ?? 0));
  return story.events.map((event, index) => ({
    event,
    after: times[index]! - first,
    since: index === 0 ? 0 : times[index]! - times[index - 1]!,
    place: (times[index]! - first) / whole,
    weight: event.amount === undefined || largest === 0 ? undefined : event.amount / largest,
  }));
}

const TOLD = new Set(['eventId', 'type', 'userId', 'occurredAt', 'ingestedAt', 'appendedAt', 'amount', 'currency', 'attributes']);

/** What else is known about an event, as pairs; only what differs from event to event is news, but all of it may matter. */
export function details(event: StoredEvent): [string, string][] {
  return Object.entries(event)
    .filter(([name]) => !TOLD.has(name))
    .map(([name, value]) => [name, String(value)]);
}
