import type { Severity } from '@tidegate/client';
import { words } from '../format.ts';

export interface RuleValues {
  enabled: boolean;
  severity: Severity;
  window: string;
  windowMs: number;
  thresholds: Record<string, number>;
}

export interface ThresholdLimits {
  name: string;
  description: string;
  unit: string;
  whole: boolean;
  minimum: number;
  maximum: number;
}

export interface Rule extends RuleValues {
  ruleId: string;
  version: number;
  /** Nobody changed it, or it was reset. */
  default: boolean;
  updatedBy: string | null;
  updatedAt: string | null;
  kind: string;
  title: string;
  description: string;
  subject: string;
  defaults: RuleValues;
  limits: {
    window: { minimum: string; minimumMs: number; maximum: string; maximumMs: number };
    thresholds: ThresholdLimits[];
    severities: Severity[];
  };
}

export interface RuleChange {
  changeId: string;
  ruleId: string;
  action: 'update' | 'reset';
  changedBy: string;
  changedAt: string;
  before: RuleValues & { version: number };
  after: RuleValues & { version: number };
}

/** What is in the form: texts, as they are typed. */
export interface Draft {
  enabled: boolean;
  severity: Severity;
  window: string;
  thresholds: Record<string, string>;
}

export interface Difference {
  /** As the gateway names it: `window`, `thresholds.bets`. */
  field: string;
  name: string;
  from: string;
  to: string;
}

export function draftOf(rule: RuleValues): Draft {
  return {
    enabled: rule.enabled,
    severity: rule.severity,
    window: rule.window,
    thresholds: Object.fromEntries(Object.entries(rule.thresholds).map(([name, value]) => [name, String(value)])),
  };
}

const UNITS: Record<string, number> = { ms: 1, s: 1e3, sec: 1e3, m: 6e4, min: 6e4, h: 36e5, d: 864e5 };

/** @returns milliseconds; undefined where it is no whole number with its unit */
export function windowMs(text: string): number | undefined {
  const match = /^(\d{1,12})\s*(ms|s|sec|m|min|h|d)$/.exec(text.trim().toLowerCase());
  return match ? Number(match[1]) * UNITS[match[2]!]! : undefined;
}

export function differences(from: RuleValues, to: Draft): Difference[] {
  const found: Difference[] = [];
  if (from.enabled !== to.enabled) {
    found.push({ field: 'enabled', name: 'rule', from: from.enabled ? 'on' : 'off', to: to.enabled ? 'on' : 'off' });
  }
  if (from.severity !== to.severity) {
    found.push({ field: 'severity', name: 'severity', from: from.severity, to: to.severity });
  }
  if ((windowMs(to.window) ?? -1) !== from.windowMs) {
    found.push({ field: 'window', name: 'window', from: from.window, to: to.window.trim() || '(empty)' });
  }
  for (const [name, value] of Object.entries(to.thresholds)) {
    const before = from.thresholds[name];
    if (value.trim() === '' || Number(value) !== before) {
      const field = `thresholds.${name}`;
      found.push({ field, name: words(name), from: before === undefined ? '–' : String(before), to: value.trim() || '(empty)' });
    }
  }
  return found;
}

/** What is wrong with a draft, by field: the gateway checks the same, this only says it sooner. */
export function problems(draft: Draft, rule: Rule): Map<string, string> {
  const found = new Map<string, string>();
  const { window, thresholds } = rule.limits;
  const ms = windowMs(draft.window);
  if (ms === undefined) {
    found.set('window', 'A whole number with its unit: 500ms, 10s, 5min, 1h.');
  } else if (ms < window.minimumMs || ms > window.maximumMs) {
    found.set('window', `From ${window.minimum} to ${window.maximum}.`);
  }
  for (const limit of thresholds) {
    const text = draft.thresholds[limit.name]?.trim() ?? '';
    const decimals = /\.(\d*)$/.exec(text)?.[1]?.length ?? 0;
    if (!/^\d+(\.\d+)?$/.test(text) || (limit.whole && text.includes('.')) || decimals > 4) {
      found.set(`thresholds.${limit.name}`, limit.whole ? 'A whole number.' : 'A number with at most four decimals.');
    } else if (Number(text) < limit.minimum || Number(text) > limit.maximum) {
      found.set(`thresholds.${limit.name}`, `From ${limit.minimum} to ${limit.maximum}.`);
    }
  }
  return found;
}

/** Thresholds go as texts, so that they arrive as they were typed. */
export const bodyOf = (draft: Draft): string =>
  JSON.stringify({
    enabled: draft.enabled,
    severity: draft.severity,
    window: draft.window.trim(),
    thresholds: Object.fromEntries(Object.entries(draft.thresholds).map(([name, value]) => [name, value.trim()])),
  });
