// A gateway that isn't one: serves the built page and answers as docs/api.md says, from memory. For working on the page without
// a JVM.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Alert, AlertFilter, PostCounters, Severity } from '@tidegate/client';
import type { Stage } from './stage.ts';

const MINUTE = 60_000;
const PAGE = process.env['TIDEGATE_PAGE'] ?? 'target/page';
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** That of ConsoleModule. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

interface Rule {
  ruleId: string;
  version: number;
  enabled: boolean;
  severity: Severity;
  window: string;
  windowMs: number;
  thresholds: Record<string, number>;
  [more: string]: unknown;
}

type Threshold = [name: string, value: number, unit: string, minimum: number, maximum: number, description: string];

function rule(
  ruleId: string,
  title: string,
  kind: string,
  severity: Severity,
  [window, windowMs]: [string, number],
  description: string,
  ...thresholds: Threshold[]
): Rule {
  const values = {
    enabled: true,
    severity,
    window,
    windowMs,
    thresholds: Object.fromEntries(thresholds.map(([name, value]) => [name, value])),
  };
  return {
    ruleId,
    version: 1,
    ...values,
    default: true,
    updatedBy: null,
    updatedAt: null,
    kind,
    title,
    description,
    subject: 'user',
    defaults: values,
    limits: {
      window: { minimum: '1s', minimumMs: 1_000, maximum: '1h', maximumMs: 3_600_000 },
      thresholds: thresholds.map(([name, , unit, minimum, maximum, text]) => ({
        name,
        description: text,
        unit,
        whole: unit !== 'ratio',
        minimum,
        maximum,
      })),
      severities: ['info', 'warning', 'critical'],
    },
  };
}

const RULES: Rule[] = [
  rule('rapid-bets', 'Rapid bets', 'fraud', 'warning', ['10s', 10_000],
    'The last bets of a user come faster than a person can place them.',
    ['bets', 20, 'bets', 2, 1_000, 'How many bets within the window.']),
  rule('bet-escalation', 'Bet escalation', 'fraud', 'warning', ['10min', 600_000],
    'A user raises each bet over the one before.',
    ['bets', 5, 'bets', 2, 100, 'How many bets in a row.'],
    ['factor', 2, 'ratio', 1, 1_000, 'Each is at least so many times the one before.']),
  rule('probe-then-strike', 'Probe, then strike', 'fraud', 'critical', ['5min', 300_000],
    'A few small bets, then one that is many times as large.',
    ['probes', 3, 'bets', 1, 100, 'How many small bets before the large one.'],
    ['factor', 50, 'ratio', 1, 10_000, 'The large one against their average.']),
  rule('country-hop', 'Country hop', 'fraud', 'critical', ['10min', 600_000],
    'Logins of a user from two countries within a short time.'),
  rule('lockstep-likes', 'Lockstep likes', 'fraud', 'critical', ['1min', 60_000],
    'Many users like the same post from one device or address.',
    ['users', 10, 'users', 2, 1_000, 'How many different users.']),
  rule('post-surge', 'Post surge', 'surge', 'info', ['1min', 60_000],
    'A post gets many times the likes it got before.',
    ['likes', 100, 'likes', 1, 100_000, 'The least likes in a window.'],
    ['factor', 3, 'ratio', 1, 1_000, 'Against the windows before.']),
];

export async function standIn(): Promise<Stage> {
  const alerts: Alert[] = [];
  const rules = new Map(RULES.map((one) => [one.ruleId, one]));
  const changes: Record<string, unknown>[] = [];
  const sockets = new Set<{ socket: WebSocket; channels: Map<string, AlertFilter> }>();
  let posts: PostCounters[] = [];
  let place = 0;

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  const webSockets = new WebSocketServer({ server, path: '/ws' });
  webSockets.on('connection', (socket) => {
    const one = { socket, channels: new Map<string, AlertFilter>() };
    let roles: string[] = [];
    const send = (frame: object) => socket.send(JSON.stringify(frame));
    sockets.add(one);
    socket.on('close', () => sockets.delete(one));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as {
        op: string;
        token: string;
        channel: string;
        cursor?: string;
        filter?: AlertFilter;
      };
      if (message.op === 'auth') {
        if (message.token.endsWith('.forged')) {
          send({ op: 'error', code: 'invalid_token', message: 'No.' });
          socket.close(4401);
          return;
        }
        roles = claims(message.token).roles;
        send({ op: 'ready' });
      } else if (message.op === 'subscribe') {
        if (message.channel === 'alerts' && !mayAnalyse(roles)) {
          send({ op: 'error', code: 'forbidden', message: 'No.', channel: 'alerts' });
          return;
        }
        one.channels.set(message.channel, message.filter ?? {});
        send({
          op: 'subscribed',
          channel: message.channel,
          ...(message.channel === 'alerts' && message.cursor === undefined && { cursor: String(alerts.length) }),
        });
        if (message.channel === 'alerts' && message.cursor !== undefined) {
          alerts
            .map((alert, index) => ({ alert, at: index + 1 }))
            .filter(({ alert, at }) => at > Number(message.cursor) && passes(alert, message.filter ?? {}))
            .forEach(({ alert, at }) => send({ op: 'event', channel: 'alerts', cursor: String(at), data: alert }));
        } else if (message.channel === 'leaderboard:posts') {
          send({ op: 'event', channel: message.channel, cursor: String(++place), data: posts });
        }
      } else if (message.op === 'ping') {
        send({ op: 'pong' });
      }
    });
  });

  function tell(channel: string, cursor: string, data: unknown): void {
    for (const { socket, channels } of sockets) {
      const filter = channels.get(channel);
      if (filter && (channel !== 'alerts' || passes(data as Alert, filter))) {
        socket.send(JSON.stringify({ op: 'event', channel, cursor, data }));
      }
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://x');
    const path = decodeURIComponent(url.pathname);
    if (!path.startsWith('/api/')) {
      serve(path, response);
      return;
    }
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const token = request.headers.authorization!.slice(7);
    if (token.endsWith('.forged')) {
      answer(401, { code: 'invalid_token', detail: 'No.' });
      return;
    }
    const { sub, roles } = claims(token);
    if (!mayAnalyse(roles) || (request.method !== 'GET' && !roles.includes('admin'))) {
      answer(403, { code: 'missing_role', detail: 'This needs the role analyst or admin.' });
      return;
    }
    const [, , , what, id, part] = path.split('/');
    const asked = (name: string) => url.searchParams.get(name);
    if (what === 'alerts' && id) {
      const alert = alerts.find((one) => one.alertId === id);
      answer(alert ? 200 : 404, alert ? story(alert) : { code: 'unknown_alert', detail: 'There is no such alert.' });
    } else if (what === 'alerts') {
      const found = alerts.filter(
        (one) => (asked('rule') ?? one.ruleId) === one.ruleId && (asked('subject') ?? one.subject) === one.subject,
      );
      answer(200, found.reverse().slice(0, Number(asked('limit') ?? 100)));
    } else if (what === 'analytics' && id === 'activity') {
      answer(200, activity(Number(asked('from')), Number(asked('to')), asked('bucket')!));
    } else if (what === 'analytics' && id === 'bets') {
      answer(200, bets(asked('groupBy')!));
    } else if (what === 'analytics' && id === 'top-posts') {
      answer(200, posts);
    } else if (what === 'completeness') {
      answer(200, [{ minute: '2026-11-15T12:00:00Z', topic: 'events', partition: 2, difference: 3 }]);
    } else if (what === 'status') {
      answer(200, status(sockets.size));
    } else if (what === 'rules' && !id) {
      answer(200, [...rules.values()]);
    } else if (what === 'rules' && part === 'history') {
      answer(200, changes.filter((change) => change['ruleId'] === id).reverse());
    } else if (what === 'rules') {
      const before = rules.get(id!)!;
      let text = '';
      for await (const chunk of request) {
        text += String(chunk);
      }
      if (request.headers['if-match'] !== `"${before.version}"`) {
        answer(412, { code: 'version_conflict', detail: `The rule has version ${before.version} by now.` });
        return;
      }
      const reset = request.method === 'DELETE';
      const wanted = (reset ? before['defaults'] : JSON.parse(text)) as Rule;
      const after: Rule = {
        ...before,
        enabled: wanted.enabled,
        severity: wanted.severity,
        window: wanted.window,
        windowMs: wanted.window === before.window ? before.windowMs : 20_000,
        thresholds: Object.fromEntries(Object.entries(wanted.thresholds).map(([name, value]) => [name, Number(value)])),
        version: before.version + 1,
        default: reset,
        updatedBy: sub,
        updatedAt: new Date().toISOString(),
      };
      rules.set(id!, after);
      changes.push({
        changeId: `${id}-${after.version}`,
        ruleId: id,
        action: reset ? 'reset' : 'update',
        changedBy: sub,
        changedAt: after['updatedAt'],
        before,
        after,
      });
      answer(200, after);
    } else {
      answer(404, { code: 'not_found', detail: 'Nothing here.' });
    }
  }

  await new Promise<void>((resolve) => server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: async (subject, roles, goodForSeconds = 3_600) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const exp = Math.floor(Date.now() / 1_000) + goodForSeconds;
      return `${part({ alg: 'none' })}.${part({ sub: subject, roles, exp })}.x`;
    },
    raise: async (alert) => {
      alerts.push(alert);
      tell('alerts', String(alerts.length), alert);
    },
    rank: async (ranked) => {
      posts = ranked;
      tell('leaderboard:posts', String(++place), posts);
    },
    stop: async () => {
      webSockets.clients.forEach((client) => client.terminate());
      webSockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(path: string, response: ServerResponse): void {
  const name = path === '/' ? 'index.html' : path.replace(/^\/console\//, '');
  if (readFileSync(join(PAGE, 'files.txt'), 'utf8').split('\n').includes(name)) {
    response
      .writeHead(200, { 'content-type': TYPES[extname(name)]!, 'content-security-policy': POLICY })
      .end(readFileSync(join(PAGE, name)));
  } else {
    response.writeHead(404).end();
  }
}

const passes = (alert: Alert, { severity, rule, subject }: AlertFilter) =>
  (severity ?? [alert.severity]).includes(alert.severity) &&
  (rule ?? [alert.ruleId]).includes(alert.ruleId) &&
  (subject ?? [alert.subject]).includes(alert.subject);

const mayAnalyse = (roles: string[]) => roles.includes('analyst') || roles.includes('admin');

const claims = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string; roles: string[] };

function story(alert: Alert): object {
  const last = Date.parse(alert.detectedAt);
  const before = [47_250, 25_950, 7_450, 0];
  return {
    ...alert,
    startedAt: new Date(last - before[0]!).toISOString(),
    raisedAt: new Date(last + 38).toISOString(),
    missingEvents: 0,
    events: alert.eventIds.map((eventId, index) => {
      const at = new Date(last - before[index]!).toISOString();
      return {
        eventId,
        type: 'bet',
        userId: alert.subject,
        occurredAt: at,
        ingestedAt: at,
        appendedAt: at,
        betId: `b-${8_110 + index}`,
        gameId: 'roulette-7',
        city: 'Valletta',
        deviceType: 'mobile',
        currency: 'EUR',
        odds: 1.9,
        amount: index === 3 ? 5_000 : 2,
      };
    }),
  };
}

/** The same number whenever it is asked for. */
function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43_758.5453;
  return x - Math.floor(x);
}

function activity(from: number, to: number, bucket: string): object[] {
  const step = bucket === 'minute' ? MINUTE : bucket === 'hour' ? 60 * MINUTE : 1_440 * MINUTE;
  const busiest = { like: 2_600, bet: 900, comment: 420, share: 260, bet_outcome: 700, login: 300, deposit: 60 };
  const rows: object[] = [];
  for (let at = from; at < Math.min(to, Date.now()); at += step) {
    for (const [type, most] of Object.entries(busiest)) {
      const wave = 0.7 + 0.25 * Math.sin(at / step / 6) + 0.12 * noise(at / step + most);
      const count = Math.round((most * wave * step) / MINUTE);
      rows.push({ bucket: new Date(at).toISOString(), type, count, users: Math.round(count / 3) });
    }
  }
  return rows;
}

function bets(groupBy: string): object[] {
  const names: Record<string, string[]> = {
    game: ['roulette-7', 'crash-1', 'blackjack-2', 'slots-19', 'baccarat-4', 'dice-3'],
    city: ['Valletta', 'London', 'Vienna', 'Madrid', ''],
    deviceType: ['mobile', 'desktop', 'tablet'],
    betType: ['single', 'accumulator', 'system'],
  };
  return names[groupBy]!.map((name, index) => ({
    [groupBy]: name,
    count: Math.round(9_400 / (index + 1)),
    turnover: 184_320.55 / (index + 1),
    payout: (184_320.55 / (index + 1)) * (0.86 + 0.2 * noise(index)),
    averageBet: 19.61,
    averageOdds: index === 4 ? null : 1.94,
  }));
}

function status(listeners: number): object {
  return {
    at: new Date().toISOString(),
    gateway: {
      ready: true,
      uptimeSeconds: 7_512,
      windowSeconds: 60,
      components: ['kafka', 'counters', 'rules', 'clickhouse'].map((name) => ({
        name,
        status: 'up',
        gatesReadiness: name !== 'clickhouse',
      })),
    },
    ingest: {
      accepted: 1_250_332,
      rejected: 14,
      acceptedPerSecond: 84.2,
      rejectedPerSecond: 0,
      acknowledgement: { p50: 6.2, p95: 11.8, p99: 24 },
    },
    push: { sockets: listeners, subscriptions: listeners * 2, delivered: 8_211, deliveredPerSecond: 3.4 },
    consumers: ['archive', 'aggregation', 'fraud', 'surge', 'engagement'].map((job, index) => ({
      group: `tidegate-${job}`,
      topic: 'events',
      lag: 410 + index * 37,
    })),
    store: { eventsLastMinute: 5_060, alertsLastHour: 42, newestEventAt: new Date(Date.now() - 1_400).toISOString() },
    latency: { alerts: 42, eventToAlert: { p50: 41, p95: 88, p99: 163 } },
  };
}
