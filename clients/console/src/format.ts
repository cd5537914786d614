const LOCALE = undefined;
const WHOLE = new Intl.NumberFormat(LOCALE);
const SHORT = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const MONEY = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const PRECISE = new Intl.DateTimeFormat(LOCALE, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});
const MINUTE = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const DAY = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });
const FULL = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'long' });

export const whole = (value: number): string => WHOLE.format(value);
export const short = (value: number): string => SHORT.format(value);
export const money = (value: number): string => MONEY.format(value);
export const clock = (at: string | number): string => CLOCK.format(new Date(at));
export const precise = (at: string | number): string => PRECISE.format(new Date(at));
export const minute = (at: string | number): string => MINUTE.format(new Date(at));
export const day = (at: string | number): string => DAY.format(new Date(at));
export const full = (at: string | number): string => FULL.format(new Date(at));

/** A time of today by its clock, others with their day. */
export function when(at: string | number): string {
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString() ? clock(at) : `${day(at)}, ${minute(at)}`;
}

/** 850 ms, 4.2 s, 3 min 20 s, 2 h 5 min, 3 d 4 h */
export function span(ms: number): string {
  if (ms < 1_000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 60_000) {
    return `${Number((ms / 1_000).toFixed(1))} s`;
  }
  const seconds = Math.round(ms / 1_000);
  const parts: [number, string][] =
    seconds < 3_600
      ? [[Math.floor(seconds / 60), 'min'], [seconds % 60, 's']]
      : seconds < 86_400
        ? [[Math.floor(seconds / 3_600), 'h'], [Math.floor((seconds % 3_600) / 60), 'min']]
        : [[Math.floor(seconds / 86_400), 'd'], [Math.floor((seconds % 86_400) / 3_600), 'h']];
  return parts
    .filter(([value], index) => index === 0 || value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

/** bet_outcome → bet outcome, withdrawnShare → withdrawn share */
export const words = (name: string): string =>
  name.replace(/_/g, ' ').replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);

export const plural = (count: number, one: string, many = `${one}s`): string => `${whole(count)} ${count === 1 ? one : many}`;
