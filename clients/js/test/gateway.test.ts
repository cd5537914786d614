// The same as against the fake, as far as it can be brought about, against a real gateway with a real broker.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Tidegate } from '../src/index.ts';

const control = process.env['TIDEGATE_STAGE'];

async function tell(path: string, values: Record<string, string>): Promise<string> {
  const response = await fetch(control + path, { method: 'POST', body: new URLSearchParams(values).toString() });
  assert.ok(response.ok, path);
  return response.text();
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (!condition()) {
    assert.ok(Date.now() < end, `${what} didn't come about`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let number = 0;
async function raise(): Promise<string> {
  const alertId = `client-${process.pid}-${++number}`;
  await tell('/alert', {
    alertId,
    kind: 'fraud',
    ruleId: 'rapid-bets',
    ruleVersion: '1',
    subject: 'u1',
    severity: 'warning',
    message: '20 bets within 10 s',
    eventIds: '',
    detectedAt: new Date().toISOString(),
  });
  return alertId;
}

describe('a real gateway', { skip: control === undefined && 'none was started' }, () => {
  const open: Tidegate[] = [];
  after(() => Promise.all(open.map((one) => one.close())));

  async function client(subject: string, roles: string): Promise<Tidegate> {
    const made = new Tidegate({
      url: await tell('/url', {}),
      token: () => tell('/token', { subject, roles, goodForSeconds: '3600' }),
    });
    open.push(made);
    return made;
  }

  it('takes events, compressed and not, and tells the bad ones', async () => {
    const tidegate = await client('sender', 'producer');
    const publisher = tidegate.publisher();

    const ids = await Promise.all(
      Array.from({ length: 300 }, (_, i) => publisher.send({ type: 'like', userId: `u${i}`, postId: 'p1' })),
    );
    const mixed = await tidegate.publish([
      { type: 'bet', userId: 'u1', gameId: 'g1', amount: '12.50', currency: 'EUR' },
      { type: 'like', userId: 'u1', postId: '' },
    ]);

    assert.equal(new Set(ids).size, 300);
    assert.equal(mixed.accepted, 1);
    assert.deepEqual(mixed.rejected.map(({ index, field }) => ({ index, field })), [{ index: 1, field: 'postId' }]);
  });

  it('refuses who may not', async () => {
    const tidegate = await client('reader', 'analyst');

    await assert.rejects(tidegate.publish({ type: 'like', userId: 'u1', postId: 'p1' }), { status: 403 });
  });

  it('pushes alerts, in order, and goes on at a cursor', async () => {
    const tidegate = await client('ana', 'analyst');
    const heard: string[] = [];
    let ready = false;
    const feed = tidegate.feed();
    const subscription = feed.subscribe('alerts', {
      onEvent: (alert) => heard.push(alert.alertId),
      onSubscribed: () => (ready = true),
    });
    await until(() => ready, 'the subscription');

    const first = [await raise(), await raise(), await raise()];
    await until(() => heard.length === 3, 'three alerts');
    const { cursor } = subscription;
    feed.close();
    const missed = [await raise(), await raise()];

    const later: string[] = [];
    let gap = false;
    tidegate.feed().subscribe('alerts', {
      ...(cursor !== undefined && { cursor }),
      onEvent: (alert) => later.push(alert.alertId),
      onGap: () => (gap = true),
    });
    await until(() => later.length >= 2 || gap, 'what was missed');
    const live = await raise();
    await until(() => later.includes(live), 'an alert after what was missed');

    assert.equal(gap, false, 'nothing of it is gone');
    assert.deepEqual(heard, first);
    assert.deepEqual(later, [...missed, live]);
  });

  it('says who may not listen', async () => {
    const tidegate = await client('u1', '');
    let code = '';
    tidegate.feed().subscribe('alerts', { onEvent: () => {}, onError: (error) => (code = error.code) });

    await until(() => code !== '', 'the refusal');

    assert.equal(code, 'forbidden');
  });
});
