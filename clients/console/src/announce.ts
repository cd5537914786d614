import { signal } from '@preact/signals';

/** What the polite live region says. */
export const announcement = signal('');

const QUIET_MS = 8_000;
let last = 0;
let waiting: (() => string) | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** At once. */
export function announce(text: string): void {
  // The same words again are only read if the region changed.
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
  last = Date.now();
}

/** Not more often than every few seconds; `text` is asked for when it is said, so it can add up what happened meanwhile. */
export function announceSometime(text: () => string): void {
  waiting = text;
  timer ??= setTimeout(
    () => {
      timer = undefined;
      const said = waiting?.();
      waiting = undefined;
      if (said) {
        announce(said);
      }
    },
    Math.max(500, QUIET_MS - (Date.now() - last)),
  );
}
