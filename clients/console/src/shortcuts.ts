import { signal } from '@preact/signals';
import { togglePause } from './live/alert-store.ts';
import { go } from './route.ts';
import { session } from './session.ts';
import { toggleTheme } from './theme.ts';

const KEY = 'tidegate.shortcuts';

/** Single keys get in the way of speech input, so they can be switched off. */
export const shortcutsOn = signal(localStorage.getItem(KEY) !== 'off');
export const helpOpen = signal(false);

export function setShortcuts(on: boolean): void {
  shortcutsOn.value = on;
  localStorage.setItem(KEY, on ? 'on' : 'off');
}

export const VIEWS = [
  { key: '1', name: 'Live', parts: [] as string[], view: 'live' },
  { key: '2', name: 'Activity', parts: ['activity'], view: 'activity' },
  { key: '3', name: 'Posts', parts: ['posts'], view: 'posts' },
  { key: '4', name: 'Rules', parts: ['rules'], view: 'rules' },
  { key: '5', name: 'Health', parts: ['health'], view: 'health' },
] as const;

export const SHORTCUTS: { keys: string[]; does: string }[] = [
  { keys: ['1', '…', '5'], does: 'Go to a view' },
  { keys: ['j', 'k'], does: 'Next and previous alert; Enter opens its story' },
  { keys: ['p'], does: 'Hold and release the live alerts' },
  { keys: ['/'], does: 'Filter by subject' },
  { keys: ['t'], does: 'Light or dark' },
  { keys: ['?'], does: 'This help' },
];

export function listenForKeys(): void {
  addEventListener('keydown', (event) => {
    if (!shortcutsOn.value || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target) || helpOpen.value) {
      return;
    }
    const view = VIEWS.find((one) => one.key === event.key);
    if (event.key === '?') {
      helpOpen.value = true;
    } else if (event.key === 't') {
      toggleTheme();
    } else if (!session.value) {
      return;
    } else if (view) {
      go(...view.parts);
    } else if (event.key === 'p') {
      togglePause();
    } else if (event.key === '/') {
      go();
      requestAnimationFrame(() => document.getElementById('filter-subject')?.focus());
    } else if (event.key === 'j' || event.key === 'k') {
      moveInAlerts(event.key === 'j' ? 1 : -1);
    } else {
      return;
    }
    event.preventDefault();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox], [type=radio]), textarea, select');
}

function moveInAlerts(step: number): void {
  const links = [...document.querySelectorAll<HTMLElement>('[data-alert-link]')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
}
