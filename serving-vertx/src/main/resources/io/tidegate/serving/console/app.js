// The page: a token in, live data out.

import { Api } from './api.js';
import { Live } from './live.js';
import { alertItem, chart, healthItems, number, postItems } from './views.js';

const TOKEN_KEY = 'tidegate.token';
const THEME_KEY = 'tidegate.theme';
const MOST_ALERTS = 200;
const MINUTES = 20;
const ACTIVITY_EVERY_MS = 10_000;
const TOP_POSTS = 10;

const byId = (id) => document.getElementById(id);
const health = new Map();
let session = null;

function showHealth(name, state, text) {
  health.set(name, { state, text });
  byId('health').replaceChildren(...healthItems(health));
}

class Session {
  constructor(token) {
    this.api = new Api(token);
    this.alerts = new Map();
    this.live = new Live(
      token,
      { 'alerts': (alert) => this.addAlert(alert), 'leaderboard:posts': (posts) => this.showPosts(posts) },
      {
        state: (state, text) => {
          byId('connection').dataset.state = state;
          byId('connection').textContent = text;
          showHealth('Live feed', state, text);
        },
        gap: (channel, from) => {
          byId('alerts-note').textContent = 'The connection was interrupted; what was missed has been fetched.';
          this.fetchAlerts(from);
        },
        error: (code, channel) => {
          if (code === 'forbidden' && channel === 'alerts') {
            byId('alerts-note').textContent = 'This token may not read alerts: it needs the role analyst or admin.';
          }
        },
        unauthorized: () => signOut('The token is not accepted, or has expired.'),
      },
    );
    this.fetchAlerts();
    this.fetchActivity();
    this.timer = setInterval(() => this.fetchActivity(), ACTIVITY_EVERY_MS);
  }

  close() {
    clearInterval(this.timer);
    this.live.close();
  }

  async fetchAlerts(from) {
    try {
      const alerts = await this.api.get('alerts', { limit: 50, ...(from && { from }) });
      for (const alert of alerts.reverse()) {
        this.alerts.set(alert.alertId, alert);
      }
      this.drawAlerts();
    } catch (error) {
      showHealth('Past alerts', 'off', error.message);
    }
  }

  addAlert(alert) {
    this.alerts.set(alert.alertId, alert);
    this.drawAlerts(alert.alertId);
  }

  drawAlerts(freshId) {
    const newestFirst = [...this.alerts.values()].sort((a, b) => (a.detectedAt < b.detectedAt ? 1 : -1));
    for (const tooOld of newestFirst.splice(MOST_ALERTS)) {
      this.alerts.delete(tooOld.alertId);
    }
    const kind = document.querySelector('input[name=kind]:checked').value;
    const shown = newestFirst.filter((alert) => !kind || alert.kind === kind);
    byId('alerts').replaceChildren(...shown.map((alert) => alertItem(alert, alert.alertId === freshId)));
    byId('alert-count').textContent = number(shown.length);
  }

  showPosts(posts) {
    byId('posts').replaceChildren(...postItems(posts.slice(0, TOP_POSTS)));
    byId('posts-note').textContent = posts.length === 0 ? 'No post has been liked yet.' : '';
    showHealth('Counters', 'on', 'live');
  }

  async fetchActivity() {
    const end = Math.floor(Date.now() / 60_000) * 60_000 + 60_000;
    const from = end - MINUTES * 60_000;
    const asked = performance.now();
    try {
      const rows = await this.api.get('analytics/activity', { bucket: 'minute', from, to: end });
      showHealth('Query API', 'on', `${Math.round(performance.now() - asked)} ms`);
      byId('activity-note').textContent = rows.length === 0 ? 'No events in the last 20 minutes.' : '';
      const drawn = chart(rows, from, MINUTES, Math.max(280, byId('chart').clientWidth));
      byId('chart').replaceChildren(drawn.svg);
      byId('legend').replaceChildren(...drawn.legend);
      const lastFull = rows.filter((row) => Date.parse(row.bucket) === end - 120_000);
      byId('rate').textContent = number(Math.round(lastFull.reduce((sum, row) => sum + row.count, 0) / 60));
      byId('users').textContent = number(lastFull.find((row) => row.type === 'like')?.users ?? 0);
    } catch (error) {
      showHealth('Query API', 'off', error.message);
      byId('activity-note').textContent = error.message;
    }
  }
}

function signIn(token) {
  session?.close();
  sessionStorage.setItem(TOKEN_KEY, token);
  byId('sign-in').hidden = true;
  byId('board').hidden = false;
  byId('sign-out').hidden = false;
  byId('alerts-note').textContent = '';
  health.clear();
  session = new Session(token);
}

function signOut(reason = '') {
  session?.close();
  session = null;
  sessionStorage.removeItem(TOKEN_KEY);
  byId('board').hidden = true;
  byId('sign-out').hidden = true;
  byId('sign-in').hidden = false;
  byId('sign-in-error').textContent = reason;
  byId('connection').dataset.state = 'off';
  byId('connection').textContent = 'not connected';
}

byId('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const token = byId('token').value.trim();
  byId('token').value = '';
  byId('sign-in-error').textContent = '';
  if (token) {
    signIn(token);
  }
});
byId('sign-out').addEventListener('click', () => signOut());
document.querySelectorAll('input[name=kind]').forEach((choice) =>
  choice.addEventListener('change', () => session?.drawAlerts()));

const storedTheme = localStorage.getItem(THEME_KEY);
if (storedTheme) {
  document.documentElement.dataset.theme = storedTheme;
}
byId('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem(THEME_KEY, root.dataset.theme);
});

// A link may bring the token in its fragment, which no server sees; it is taken out of the address at once.
function tokenFromAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get('token');
  if (token) {
    history.replaceState(null, '', location.pathname);
  }
  return token;
}

const token = tokenFromAddress() ?? sessionStorage.getItem(TOKEN_KEY);
if (token) {
  signIn(token);
}
