// Takes the pictures of docs/console.md from a gateway at which something happens. scripts/screenshots runs it:
//
//   node screenshots.mjs URL TOKEN FOLDER      the token has the roles analyst and admin; nothing is changed with it

import { chromium } from 'playwright-core';

const [url, token, folder] = process.argv.slice(2);
const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  // Root has no sandbox of its own.
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});

/** A page that is signed in and live, and shows the view. */
async function open(hash, { viewport = DESKTOP, colorScheme = 'light' } = {}) {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  await page.goto(`${url}/#token=${token}`);
  await page.locator('[data-testid=connection][data-state=on]').waitFor();
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  return page;
}

async function shoot(page, name) {
  // What a view still asks for would be a picture of waiting.
  await page.waitForLoadState('networkidle').catch(() => {});
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${folder}/${name}.png` });
  console.log(`${folder}/${name}.png`);
}

const alerts = (page) => page.getByRole('list', { name: 'Alerts, newest first' }).getByRole('listitem');

async function live(name, look) {
  const page = await open('#/', look);
  await alerts(page).nth(3).waitFor();
  await page.getByRole('img', { name: /^Events a minute/ }).waitFor();
  await shoot(page, name);
  return page;
}

try {
  const page = await live('console-live', {});
  // The newest that has a story of several events.
  const stories = alerts(page).filter({ hasText: /probe-then-strike|rapid-bets|bet-escalation|deposit-cycle/ });
  await stories.first().getByRole('link').click();
  await page.getByRole('list', { name: 'Events in the order of the match' }).getByRole('listitem').nth(1).waitFor();
  await shoot(page, 'console-story');

  await live('console-dark', { colorScheme: 'dark' });
  await live('console-phone', { viewport: PHONE });

  const activity = await open('#/activity');
  await activity.getByRole('img', { name: /^Events per minute/ }).waitFor();
  await activity.getByRole('list', { name: 'Turnover by game' }).getByRole('listitem').first().waitFor();
  await shoot(activity, 'console-activity');

  const rule = await open('#/rules/rapid-bets');
  // Typed, not saved.
  await rule.getByRole('textbox', { name: 'bets', exact: true }).fill('25');
  await rule.getByRole('radio', { name: 'critical' }).check();
  await shoot(rule, 'console-rules');

  const health = await open('#/health');
  await health.getByRole('heading', { name: 'Lag' }).waitFor();
  await health.getByText('Every record is stored once.').or(health.getByText('Missing')).first().waitFor();
  await shoot(health, 'console-health');
} finally {
  await browser.close();
}
