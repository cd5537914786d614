import { useEffect, useState } from 'preact/hooks';
import { hrefOf, route } from '../route.ts';
import { connection, session, signOut } from '../session.ts';
import { helpOpen, VIEWS } from '../shortcuts.ts';
import { theme, toggleTheme } from '../theme.ts';

export function Header() {
  const signedIn = session.value !== undefined;
  const claims = session.value?.claims;
  const view = route.value.view === 'story' ? 'live' : route.value.view === 'rule' ? 'rules' : route.value.view;
  return (
    <header class="bar">
      <a class="brand" href={hrefOf()}>
        <img src="/console/icon.svg" alt="" width="22" height="22" />
        <h1>Tidegate</h1>
      </a>
      {signedIn && (
        <nav aria-label="Views">
          <ul>
            {VIEWS.map((one) => (
              <li key={one.key}>
                <a href={hrefOf(...one.parts)} aria-current={one.view === view ? 'page' : undefined}>
                  {one.name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <div class="bar-end">
        {signedIn && <ConnectionPill />}
        {claims && (
          <span class="who" title={`Roles: ${claims.roles?.join(', ') || 'none'}`}>
            {claims.sub}
          </span>
        )}
        <button type="button" class="icon" onClick={toggleTheme} aria-label="Change between light and dark" title="Light or dark (t)">
          <ThemeIcon />
        </button>
        <button
          type="button"
          class="icon"
          onClick={() => (helpOpen.value = true)}
          aria-label="Keyboard shortcuts and help"
          title="Help (?)"
        >
          ?
        </button>
        {signedIn && (
          <button type="button" class="quiet" onClick={signOut}>
            Sign out
          </button>
        )}
      </div>
    </header>
  );
}

function ThemeIcon() {
  // Read here, so that a change draws it anew.
  void theme.value;
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6" />
      <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
    </svg>
  );
}

function ConnectionPill() {
  const { state, retryAt } = connection.value;
  const [, tick] = useState(0);
  useEffect(() => {
    if (state === 'waiting') {
      const timer = setInterval(() => tick((count) => count + 1), 1_000);
      return () => clearInterval(timer);
    }
    return undefined;
  }, [state]);
  const seconds = retryAt === undefined ? 0 : Math.max(0, Math.ceil((retryAt - Date.now()) / 1_000));
  const text = state === 'live' ? 'live' : state === 'waiting' ? `offline, retry in ${seconds} s` : 'connecting';
  return (
    <span class="pill" data-state={state === 'live' ? 'on' : 'wait'} data-testid="connection">
      <span class="hidden">Live connection: </span>
      {text}
      {state === 'waiting' && (
        <button type="button" class="link" onClick={() => session.value?.feed.reconnect()}>
          now
        </button>
      )}
    </span>
  );
}
