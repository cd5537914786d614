import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'tidegate.theme';

export const theme = signal<Theme>(stored());

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function applyTheme(): void {
  if (theme.value === 'system') {
    delete document.documentElement.dataset['theme'];
    localStorage.removeItem(KEY);
  } else {
    document.documentElement.dataset['theme'] = theme.value;
    localStorage.setItem(KEY, theme.value);
  }
}

/** To the other one than is seen now; back to the system's choice where that is the same. */
export function toggleTheme(): void {
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const isDark = theme.value === 'system' ? systemIsDark : theme.value === 'dark';
  const wanted = isDark ? 'light' : 'dark';
  theme.value = (wanted === 'dark') === systemIsDark ? 'system' : wanted;
  applyTheme();
}
