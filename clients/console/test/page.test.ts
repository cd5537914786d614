// Clicks through the page in Chromium.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { PostCounters } from '@tidegate/client';
import { anAlert, openStage, type Stage } from './stage.ts';

const PATIENCE = 60_000;
const SCREENSHOTS = process.env['TIDEGATE_SCREENSHOTS'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

let stage: Stage;
let browser: Browser;
let analyst: string;
let admin: string;
/** By look: pages of one context share the browser's cache, so that only the first of each look loads everything. */
const contexts = new Map<string, BrowserContext>();
/** Of the test that runs. */
const opened: { close(): Promise<void> }[] = [];
/** Signed in from the beginning with a token of a few seconds: one of the last tests looks at it, so that nobody waits for its end. */
let expiring: Page;
/** What must not happen, whatever is tested. */
const wrongs: string[] = [];

const posts = (most: number): PostCounters[] =>
  [...'abcdefghijkl'].map((name, index) => ({
    postId: `post-${name}`,
    likes: most - index * 173,
    comments: 220 - index * 12,
    shares: 61 - index * 3,
  }));

before(async () => {
  stage = await openStage();
  analyst = await stage.token('ana', ['analyst']);
  admin = await stage.token('root', ['admin']);
  await stage.rank(posts(2_300));
  const past = [
    anAlert({
      severity: 'info',
      kind: 'surge',
      ruleId: 'post-surge',
      subject: 'post:post-c',
      message: '412 likes of post-c within a minute, 3.9 times as many as before',
      eventIds: [],
    }),
    anAlert({ severity: 'warning', ruleId: 'rapid-bets', message: '20 bets within 10 s' }),
    anAlert({ severity: 'critical', ruleId: 'country-hop', message: 'Login from MT 4 min after one from BR' }),
  ];
  for (const [index, alert] of past.entries()) {
    await stage.raise({ ...alert, detectedAt: new Date(Date.now() - (40 - index * 17) * 60_000).toISOString() });
  }
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    // Root has no sandbox of its own.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  expiring = await blank({ own: true });
  await expiring.goto(stage.url);
  await tokenField(expiring).waitFor();
  // By now everything is loaded, so that the token's time is enough on any machine.
  await expiring.goto(`${stage.url}/#token=${await stage.token('short', ['analyst'], 30)}`);
  await isLive(expiring);
  opened.splice(0);
});

after(async () => {
  await browser?.close();
  await stage?.stop();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  assert.deepEqual(wrongs.splice(0), []);
});

interface Look {
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  /** Errors of the browser's console that the test brings about itself. */
  expected?: RegExp;
  /** Whether the test makes the browser remember something beyond the tab. */
  own?: boolean;
}

async function contextFor({ viewport = DESKTOP, colorScheme = 'light', own }: Look): Promise<BrowserContext> {
  const key = `${viewport.width} ${colorScheme}`;
  const known = own ? undefined : contexts.get(key);
  if (known) {
    return known;
  }
  const context = await browser.newContext({
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(PATIENCE);
  if (own) {
    opened.push(context);
  } else {
    contexts.set(key, context);
  }
  return context;
}

async function blank(look: Look = {}): Promise<Page> {
  const page = await (await contextFor(look)).newPage();
  opened.push(page);
  page.on('request', (request) => {
    if (!request.url().startsWith(`${stage.url}/`)) {
      wrongs.push(`a request to ${request.url()}`);
    }
  });
  page.on('pageerror', (error) => wrongs.push(`an error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !look.expected?.test(message.text())) {
      wrongs.push(`on the console: ${message.text()}`);
    }
  });
  return page;
}

async function signedIn(token: string, hash = '', look: Look = {}): Promise<Page> {
  const page = await blank(look);
  await page.goto(`${stage.url}/#token=${token}`);
  await isLive(page);
  if (hash) {
    await goTo(page, hash);
  }
  return page;
}

const isLive = (page: Page) => page.locator('[data-testid=connection][data-state=on]').waitFor();

const goTo = (page: Page, hash: string) =>
  page.evaluate((to) => {
    location.hash = to;
  }, hash);

const view = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
const alerts = (page: Page) => page.getByRole('list', { name: 'Alerts, newest first' }).getByRole('listitem');
const saying = (page: Page, text: string) => alerts(page).filter({ hasText: text });
const tokenField = (page: Page) => page.getByRole('textbox', { name: 'Token' });
const valueField = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });

async function shot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS) {
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
  }
}

interface Axe {
  run(options: object): Promise<{
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  }>;
}

/** No serious or critical violation of WCAG 2.2 A and AA, or of good practice, that axe finds. */
async function accessible(page: Page, where: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    await page.evaluate(AXE);
  }
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run({ runOnly: tags, resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((one) => `${one.html.slice(0, 160)} ${one.failureSummary}`).join('; ')}`);
  });
  assert.deepEqual(found, [], where);
}

async function eventually<T>(get: () => Promise<T>, good: (value: T) => boolean, what: string): Promise<void> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const value = await get();
    if (good(value)) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(`${what}: it is ${JSON.stringify(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    return element?.getAttribute('aria-label') || element?.innerText || element?.id || element?.tagName || '';
  });

describe('signing in', () => {
  it('says what is wrong with a token that is none, and with one that has expired', async () => {
    const page = await blank();
    await page.goto(stage.url);
    await tokenField(page).waitFor();
    await accessible(page, 'sign-in');

    await tokenField(page).fill('what is this');
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('alert').getByText('That is no token').waitFor();

    await tokenField(page).fill(await stage.token('late', ['analyst'], -3_600));
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The token expired').waitFor();
  });

  it('says so when the gateway does not accept the token', async () => {
    const page = await blank({ expected: /401|WebSocket is closed before/ });
    await page.goto(stage.url);

    await tokenField(page).fill(`${analyst.split('.').slice(0, 2).join('.')}.forged`);
    await page.getByRole('button', { name: 'Connect' }).click();

    await page.getByRole('alert').getByText('does not accept the token').waitFor();
  });

  it('takes the token out of a link, keeps it for the tab, forgets it on the way out', async () => {
    const page = await signedIn(analyst);
    assert.equal(page.url(), `${stage.url}/`);
    await page.getByRole('heading', { name: 'Alerts' }).waitFor();

    await page.reload();
    await isLive(page);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await tokenField(page).waitFor();
    await page.reload();
    await tokenField(page).waitFor();
  });

  it('tells who may not read alerts what is missing, and shows the rest', async () => {
    const page = await signedIn(await stage.token('u1', []), '', { expected: /403/ });

    await page.getByRole('alert').filter({ hasText: 'it needs the role analyst or admin' }).first().waitFor();
    await page.getByRole('list', { name: 'Posts with the most likes' }).getByText('post-a').waitFor();
    await view(page, 'Rules');
    await page.getByText('may not read rules').waitFor();
  });
});

describe('live alerts', () => {
  it('come as they happen, and are announced', async () => {
    const page = await signedIn(analyst);
    await saying(page, 'Login from MT').waitFor();
    const alert = anAlert({ message: 'A bet out of all proportion' });

    await stage.raise(alert);

    await alerts(page).first().getByText(alert.message).waitFor();
    await page.getByTestId('announcements').getByText(alert.message).waitFor({ state: 'attached' });
    assert.equal(await page.getByTestId('arrived').innerText(), '1');
    await accessible(page, 'live');
  });

  it('are filtered by severity, rule and subject', async () => {
    const page = await signedIn(analyst);
    const text = '30 likes within 4 s';
    await stage.raise(anAlert({ severity: 'warning', ruleId: 'like-burst', subject: 'somebody-else', message: text }));
    await saying(page, text).waitFor();

    await page.getByRole('checkbox', { name: 'info' }).check();
    await saying(page, text).waitFor({ state: 'detached' });
    await page.getByRole('checkbox', { name: 'warning' }).check();
    await saying(page, text).waitFor();

    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('combobox', { name: 'Rule' }).selectOption('like-burst');
    await eventually(() => alerts(page).count(), (count) => count === 1, 'alerts of that rule');

    const subject = page.getByRole('searchbox', { name: 'Subject contains' });
    await subject.fill('nobody at all');
    await page.getByText('No alert here matches.').waitFor();
    await subject.fill('BODY-else');
    await saying(page, text).waitFor();
  });

  it('that are filtered out do not come over the network, and come when the filter is taken away', async () => {
    const page = await blank();
    const asked: object[] = [];
    const came: string[] = [];
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => {
        const { op, channel, filter } = JSON.parse(String(payload)) as { op: string; channel: string; filter?: object };
        if (op === 'subscribe' && channel === 'alerts') {
          asked.push(filter ?? {});
        }
      });
      socket.on('framereceived', ({ payload }) => came.push(String(payload)));
    });
    const hasCome = (alert: { alertId: string }) => came.some((frame) => frame.includes(`"${alert.alertId}"`));
    await page.goto(`${stage.url}/#token=${analyst}`);
    await isLive(page);
    await saying(page, 'Login from MT').waitFor();
    const wanted = { severity: 'info', ruleId: 'deposit-cycle', subject: 'narrow-1' } as const;
    const before = anAlert({ ...wanted, message: 'In and out again' });
    await stage.raise(before);
    await saying(page, before.message).waitFor();

    await page.getByRole('checkbox', { name: 'info' }).check();
    await page.getByRole('combobox', { name: 'Rule' }).selectOption('deposit-cycle');
    await page.getByRole('searchbox', { name: 'Subject contains' }).fill('narrow-1');
    await page.keyboard.press('Enter');
    const narrowest = { severity: ['info'], rule: ['deposit-cycle'], subject: ['narrow-1'] };
    await eventually(async () => asked.at(-1), (filter) => isDeepStrictEqual(filter, narrowest), 'the filter that was sent');
    const others = [
      anAlert({ ...wanted, severity: 'critical', message: 'Not as severe' }),
      anAlert({ ...wanted, ruleId: 'like-burst', message: 'Not by this rule' }),
      anAlert({ ...wanted, subject: 'narrow-12', message: 'Not of this subject' }),
    ];
    for (const other of others) {
      await stage.raise(other);
    }
    const such = anAlert({ ...wanted, message: 'Once more of the same' });
    await stage.raise(such);
    await saying(page, such.message).waitFor();
    assert.deepEqual(others.map(hasCome), [false, false, false]);
    assert.equal(await alerts(page).count(), 2);
    await accessible(page, 'filtered');

    await page.getByRole('button', { name: 'Clear' }).click();
    for (const other of others) {
      await saying(page, other.message).waitFor();
    }
    assert.deepEqual(asked.at(-1), {});
    assert.equal(await saying(page, such.message).count(), 1);
  });

  it('wait while they are held, with their number', async () => {
    const page = await signedIn(analyst);
    await saying(page, 'Login from MT').waitFor();
    await page.getByRole('button', { name: 'Hold' }).click();
    const [first, second] = [anAlert(), anAlert()];

    await stage.raise(first);
    await stage.raise(second);

    const show = page.getByRole('button', { name: 'Show 2 new alerts' });
    await show.waitFor();
    assert.equal(await saying(page, first.message).count(), 0);
    await show.click();
    await saying(page, second.message).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
  });

  it('are all there after the connection was away', async () => {
    const page = await blank();
    let away = false;
    let cut = async () => {};
    await page.routeWebSocket(/\/ws$/, async (socket) => {
      if (away) {
        await socket.close({ code: 1013 });
        return;
      }
      const server = socket.connectToServer();
      cut = async () => {
        away = true;
        await socket.close({ code: 1012 });
        await server.close();
      };
    });
    await page.goto(`${stage.url}/#token=${analyst}`);
    await isLive(page);
    const first = anAlert();
    await stage.raise(first);
    await saying(page, first.message).waitFor();

    await cut();
    await page.getByTestId('connection').getByText('offline').waitFor();
    const missed = anAlert({ message: 'Raised while nobody listened' });
    await stage.raise(missed);
    away = false;

    await isLive(page);
    await saying(page, missed.message).waitFor();
    assert.equal(await saying(page, missed.message).count(), 1);
  });

  it('that were made to be markup are only text', async () => {
    const page = await signedIn(analyst);
    const alert = anAlert({ subject: '<img src=x onerror=alert(1)>', message: '<script>alert(1)</script><b>bold</b>' });

    await stage.raise(alert);

    await saying(page, alert.message).waitFor();
    assert.equal(await page.locator('main img, main script, main b').count(), 0);
  });
});

describe("an alert's story", () => {
  it('shows its events on a time line, and leads on', async () => {
    const page = await signedIn(analyst);
    const alert = anAlert({ subject: 'ann', message: 'Bet of 5,000.00 after 3 bets of 2.00 on average' });
    await stage.raise(alert);

    await saying(page, 'ann').first().getByRole('link').click();

    await page.getByRole('heading', { name: alert.message }).waitFor();
    const steps = page.getByRole('list', { name: 'Events in the order of the match' }).getByRole('listitem');
    await eventually(() => steps.count(), (count) => count === 4, 'its events');
    await steps.last().getByText('5,000.00').waitFor();
    await steps.last().getByText('completed it').waitFor();
    await page.getByRole('img', { name: '4 events over' }).waitFor();
    await accessible(page, 'story');
    await shot(page, 'console-story');

    await page.getByRole('link', { name: 'probe-then-strike' }).click();
    await valueField(page, 'probes').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: /Alerts$/ }).click();
    await alerts(page).first().waitFor();
  });

  it('of an alert that there is not says so', async () => {
    const page = await signedIn(analyst, '#/alerts/none-of-that-name', { expected: /404/ });

    await page.getByText('There is no such alert.').waitFor();
  });
});

describe('activity and posts', () => {
  it('shows events and turnover, as chart or table, over several ranges', async () => {
    const page = await signedIn(analyst);
    await view(page, 'Activity');

    await page.getByRole('img', { name: /^Events per minute: .*like/ }).waitFor();
    await page.getByRole('list', { name: 'Turnover by game' }).getByRole('listitem').first().waitFor();
    await accessible(page, 'activity, charts');
    await shot(page, 'console-activity');

    await page.getByRole('radio', { name: 'Table' }).check();
    const table = (name: string) => page.getByRole('table', { name });
    await table('Events per minute by type').getByRole('columnheader', { name: 'like' }).waitFor();
    await page.getByRole('radio', { name: 'City' }).check();
    await table('Turnover by city').getByRole('row').nth(1).waitFor();
    await accessible(page, 'activity, tables');

    await page.getByRole('radio', { name: '24 h' }).check();
    await table('Events per hour by type').waitFor();
  });

  it('keeps the leaderboard up to date', async () => {
    const page = await signedIn(analyst);
    await view(page, 'Posts');
    const table = page.getByRole('table', { name: 'Posts, most likes first' });
    await table.getByRole('rowheader', { name: 'post-a' }).waitFor();

    await stage.rank([{ postId: 'overtaker', likes: 9_999, comments: 1, shares: 1 }, ...posts(2_300)]);

    await table.getByRole('row', { name: /^1 overtaker 9,999/ }).waitFor();
    await accessible(page, 'posts');
    await page.getByRole('radio', { name: '24 h' }).check();
    await page.getByRole('heading', { name: 'Most likes in this time' }).waitFor();
    await stage.rank(posts(2_300));
  });
});

describe('rules', () => {
  it('can be read by an analyst, and not changed', async () => {
    const page = await signedIn(analyst);
    await view(page, 'Rules');
    await page.getByRole('link', { name: /rapid-bets/ }).waitFor();
    await accessible(page, 'rules');
    await page.getByRole('link', { name: /rapid-bets/ }).click();

    await page.getByText('needs a token with the role admin').waitFor();
    assert.ok(await valueField(page, 'bets').isDisabled());
    assert.equal(await page.getByRole('button', { name: 'Save' }).count(), 0);
  });

  it('are changed by an admin, with who did it and what it was before', async () => {
    const page = await signedIn(admin, '#/rules/rapid-bets');
    await valueField(page, 'bets').fill('1000000');
    await page.getByText(/^From \d+ to \d+\.$/).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Save' }).isDisabled());

    await valueField(page, 'bets').fill('25');
    await page.getByRole('radio', { name: 'critical' }).check();
    await page.getByText('bets 20 25').waitFor();
    await accessible(page, 'editor');
    await shot(page, 'console-rules');
    await page.getByRole('button', { name: 'Save' }).click();

    await page.getByText(/^Version \d+ of rapid-bets runs\.$/).first().waitFor();
    const history = page.getByRole('region', { name: 'History' });
    await history.getByRole('listitem').first().getByText('root').waitFor();
    await history.getByRole('listitem').first().getByText('severity').waitFor();

    await page.getByRole('button', { name: 'Reset to default' }).click();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await eventually(() => valueField(page, 'bets').inputValue(), (value) => value === '20', 'bets');
    await history.getByText('reset').first().waitFor();
  });

  it('are not overwritten when somebody else was quicker', async () => {
    const page = await signedIn(admin, '#/rules/lockstep-likes', { expected: /412/ });
    const other = await signedIn(admin, '#/rules/lockstep-likes');
    await valueField(page, 'users').fill('11');
    await valueField(other, 'users').fill('14');
    await other.getByRole('button', { name: 'Save' }).click();
    await other.getByText(/^Version \d+ of lockstep-likes runs/).first().waitFor();

    await page.getByRole('button', { name: 'Save' }).click();

    await page.getByText('Somebody else changed this rule').waitFor();
    await page.getByText('while you were editing').waitFor();
    assert.equal(await valueField(page, 'users').inputValue(), '11');
    await page.getByRole('button', { name: 'take theirs' }).click();
    assert.equal(await valueField(page, 'users').inputValue(), '14');
  });
});

describe('health', () => {
  it('says in one line how it is, and then everything', async () => {
    const page = await signedIn(analyst);
    await view(page, 'Health');

    await page.getByText('Everything is up.').waitFor();
    await page.getByRole('heading', { name: 'Lag' }).waitFor();
    await page.getByText('clickhouse', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Completeness' }).waitFor();
    await accessible(page, 'health');
    await shot(page, 'console-health');
  });
});

describe('by keyboard alone', () => {
  it('everything can be reached, in an order that makes sense', async () => {
    const page = await signedIn(analyst);
    const alert = anAlert({ message: 'Found by keyboard' });
    await stage.raise(alert);
    await saying(page, alert.message).waitFor();

    const order: string[] = [];
    for (let i = 0; i < 16; i++) {
      await page.keyboard.press('Tab');
      order.push(await focused(page));
    }
    assert.deepEqual(order.slice(0, 8), [
      'Skip to the content',
      'Tidegate',
      'Live',
      'Activity',
      'Posts',
      'Rules',
      'Health',
      'Change between light and dark',
    ]);
    assert.ok(order.includes('Hold'), order.join());

    await page.locator('main').focus();
    await page.keyboard.press('j');
    assert.equal(await focused(page), alert.message);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: alert.message }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
    await page.keyboard.press('4');
    await page.getByRole('heading', { name: 'Detection rules' }).waitFor();
    await page.keyboard.press('1');
    await alerts(page).first().waitFor();
    await page.keyboard.press('/');
    const focus = () => page.evaluate(() => document.activeElement?.id);
    await eventually(focus, (id) => id === 'filter-subject', 'the focus');
    await page.keyboard.type('p1?');
    assert.equal(await page.getByRole('searchbox').inputValue(), 'p1?');
  });

  it('help opens and closes, and single keys can be switched off', async () => {
    const page = await signedIn(analyst, '', { own: true });

    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard' });
    await help.waitFor();
    await accessible(page, 'help');
    await help.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    await page.keyboard.press('4');
    assert.equal(await page.getByRole('heading', { name: 'Detection rules' }).count(), 0);
  });
});

describe('the page', () => {
  it('is dark as the system says, light by choice, and remembers it', async () => {
    const page = await signedIn(analyst, '', { colorScheme: 'dark', own: true });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await alerts(page).first().waitFor();
    await page.getByRole('img', { name: /^Events a minute/ }).waitFor();
    await accessible(page, 'live, dark');
    await shot(page, 'console-dark');
    for (const name of ['Activity', 'Rules', 'Health']) {
      await view(page, name);
      await page.locator('.panel :is(svg, li, dd)').first().waitFor();
      await accessible(page, `${name}, dark`);
    }

    await page.getByRole('button', { name: 'Change between light and dark' }).click();
    const light = await ground();
    assert.notEqual(light, dark);
    await page.reload();
    await isLive(page);
    assert.equal(await ground(), light);
  });

  it('fits a phone', async () => {
    const page = await signedIn(admin, '', { viewport: PHONE });
    await alerts(page).first().waitFor();
    await shot(page, 'console-phone');
    for (const hash of ['#/', '#/activity', '#/posts', '#/rules', '#/rules/bet-escalation', '#/health']) {
      await goTo(page, hash);
      await page.locator('.panel :is(svg, li, dd, tr, input)').first().waitFor({ state: 'attached' });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= PHONE.width, `${hash} is ${wide} wide`);
      await accessible(page, `${hash}, phone`);
    }
  });

  it('ends with the token, and says so', async () => {
    await expiring.getByText('The token expired').waitFor();
    await tokenField(expiring).waitFor();
  });

  it('looks as the documentation shows it', async () => {
    const page = await signedIn(analyst);
    await alerts(page).nth(3).waitFor();
    await page.getByRole('img', { name: /^Events a minute/ }).waitFor();
    await shot(page, 'console-live');
  });
});
