import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Tidegate, type Feed, type FeedOptions, type Gap, type TokenSource } from '../src/index.ts';
import { FakeGateway, tokenExpiringIn } from './fake-gateway.ts';

describe('listening', () => {
  let gateway: FakeGateway;
  let feeds: Feed[];
  let states: string[];

  beforeEach(async () => {
    gateway = await FakeGateway.start();
    feeds = [];
    states = [];
  });

  afterEach(async () => {
    feeds.forEach((feed) => feed.close());
    await gateway.stop();
  });

  function feed(options: FeedOptions = {}, token: TokenSource = 'good'): Feed {
    const made = new Tidegate({ url: gateway.url, token }).feed({
      backoff: { firstMs: 5, longestMs: 20 },
      onState: (state) => {
        states.push(state);
        gateway.changed();
      },
      ...options,
    });
    feeds.push(made);
    return made;
  }

  function listen(on: Feed, cursor?: string) {
    const heard: string[] = [];
    const gaps: Gap[] = [];
    const subscription = on.subscribe('alerts', {
      ...(cursor && { cursor }),
      onEvent: (alert) => {
        heard.push(alert.alertId);
        gateway.changed();
      },
      onGap: (gap) => {
        gaps.push(gap);
        gateway.changed();
      },
    });
    return { heard, gaps, subscription };
  }

  it('signs in with the first message, never in the address', async () => {
    listen(feed());

    const socket = await gateway.socket(0);

    assert.deepEqual(await socket.sent('auth'), { op: 'auth', token: 'good' });
    assert.deepEqual(await socket.sent('subscribe'), { op: 'subscribe', channel: 'alerts' });
    await gateway.until(() => states.includes('live'));
    assert.deepEqual(states, ['connecting', 'live']);
  });

  it('sends filter and cursor as they were given', async () => {
    feed().subscribe('alerts', { cursor: 'c7', filter: { severity: ['critical'] }, onEvent: () => {} });

    assert.deepEqual(await (await gateway.socket(0)).sent('subscribe'), {
      op: 'subscribe',
      channel: 'alerts',
      cursor: 'c7',
      filter: { severity: ['critical'] },
    });
  });

  it('goes on after a break where it was, and tells nothing twice', async () => {
    const { heard, subscription } = listen(feed());
    const first = await gateway.socket(0);
    await first.sent('subscribe');
    first.alert('a1', 'c1');
    first.alert('a2', 'c2');
    await gateway.until(() => heard.length === 2);

    first.cut();

    const second = await gateway.socket(1);
    assert.equal((await second.sent('subscribe'))['cursor'], 'c2');
    second.alert('a2', 'c2');
    second.alert('a3', 'c3');
    await gateway.until(() => heard.includes('a3'));
    assert.deepEqual(heard, ['a1', 'a2', 'a3']);
    assert.equal(subscription.cursor, 'c3');
    assert.deepEqual(states, ['connecting', 'live', 'waiting', 'connecting', 'live']);
  });

  it('goes on where the subscription began when it is cut before the first message', async () => {
    const { subscription } = listen(feed());
    const first = await gateway.socket(0);
    await first.sent('subscribe');
    first.send({ op: 'subscribed', channel: 'alerts', cursor: 'c0' });
    await gateway.until(() => subscription.cursor === 'c0');

    first.cut();

    assert.equal((await (await gateway.socket(1)).sent('subscribe'))['cursor'], 'c0');
  });

  it('comes back after a restart of the gateway, and after it was too slow', async () => {
    listen(feed());
    for (const [index, code] of [1012, 1001, 1013].entries()) {
      const socket = await gateway.socket(index);
      await socket.sent('subscribe');
      socket.close(code);
    }

    await (await gateway.socket(3)).sent('subscribe');
  });

  it('spreads its tries', async () => {
    await gateway.stop();
    const waits: number[] = [];
    const alone = feed({
      backoff: { firstMs: 8, longestMs: 20, random: () => 0.999 },
      onState: (state, { retryInMs }) => {
        if (state === 'waiting') {
          waits.push(retryInMs!);
        }
      },
    });
    alone.subscribe('alerts', { onEvent: () => {} });

    await gateway.until(() => waits.length >= 4);

    assert.deepEqual(waits.slice(0, 4), [8, 16, 20, 20]);
    gateway = await FakeGateway.start();
  });

  it('tells a gap, with its times', async () => {
    const { gaps } = listen(feed());
    const socket = await gateway.socket(0);
    await socket.sent('subscribe');

    socket.send({ op: 'gap', channel: 'alerts', from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:01:00Z' });

    await gateway.until(() => gaps.length === 1);
    assert.deepEqual(gaps, [{ from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:01:00Z' }]);
  });

  it('begins anew with a gap when its place is not known any more', async () => {
    const { gaps } = listen(feed(), 'of-another-world');
    const socket = await gateway.socket(0);
    await socket.sent('subscribe');

    socket.send({ op: 'error', code: 'bad_cursor', message: 'No.', channel: 'alerts' });

    assert.deepEqual(await socket.sent('subscribe', 2), { op: 'subscribe', channel: 'alerts' });
    assert.deepEqual(gaps, [{}]);
  });

  it('ends a subscription that is not allowed, and only that', async () => {
    const errors: string[] = [];
    const on = feed();
    on.subscribe('user:somebody', { onEvent: () => {}, onError: (error) => errors.push(error.code) });
    const { heard } = listen(on);
    const socket = await gateway.socket(0);
    await socket.sent('subscribe', 2);

    socket.send({ op: 'error', code: 'forbidden', message: 'No.', channel: 'user:somebody' });
    socket.alert('a1', 'c1');

    await gateway.until(() => heard.length === 1);
    assert.deepEqual(errors, ['forbidden']);
  });

  it('stops and says so when its token is refused and there is no other', async () => {
    gateway.badTokens.add('good');
    let code: string | undefined;
    listen(
      feed({
        onState: (state, { error }) => {
          states.push(state);
          code = error?.code;
        },
      }),
    );

    await gateway.until(() => states.at(-1) === 'refused');

    assert.equal(code, 'invalid_token');
    assert.equal(gateway.sockets.length, 1);
  });

  it('takes another token when one is refused', async () => {
    gateway.badTokens.add('old');
    listen(feed({}, ({ refused }) => (refused ? 'new' : 'old')));

    assert.equal((await (await gateway.socket(1)).sent('auth'))['token'], 'new');
    await gateway.until(() => states.at(-1) === 'live');
  });

  it('renews its token on the open socket when the gateway asks', async () => {
    let number = 0;
    listen(feed({}, () => `token-${++number}`));
    const socket = await gateway.socket(0);
    await socket.sent('subscribe');

    socket.send({ op: 'error', code: 'token_expired', message: 'Soon.' });

    assert.equal((await socket.sent('auth', 2))['token'], 'token-2');
    assert.equal(gateway.sockets.length, 1);
    assert.equal(socket.messages.filter((message) => message.op === 'subscribe').length, 1);
  });

  it('renews its token before it expires', async () => {
    let asked = 0;
    listen(feed({}, () => tokenExpiringIn(asked++ === 0 ? 15_500 : 3_600_000)));
    const socket = await gateway.socket(0);

    await socket.sent('auth', 2);
    assert.equal(asked, 2);
  });

  it('notices a connection that is dead though nobody closed it', async () => {
    listen(feed({ pingAfterMs: 20, answerWithinMs: 40 }));
    const first = await gateway.socket(0);
    first.answersPings = false;

    await first.sent('ping');

    await (await gateway.socket(1)).sent('subscribe');
  });

  it('keeps a quiet connection', async () => {
    listen(feed({ pingAfterMs: 10, answerWithinMs: 2_000 }));
    const socket = await gateway.socket(0);

    await socket.sent('ping', 5);

    assert.equal(gateway.sockets.length, 1);
  });

  it('a callback that throws is reported and takes nothing else along', async () => {
    const reported: unknown[] = [];
    const heard: string[] = [];
    const on = feed({ onError: (error) => reported.push(error) });
    on.subscribe('alerts', {
      onEvent: (alert) => {
        heard.push(alert.alertId);
        gateway.changed();
        throw new Error('of the listener');
      },
    });
    const socket = await gateway.socket(0);
    await socket.sent('subscribe');

    socket.alert('a1', 'c1');
    socket.alert('a2', 'c2');

    await gateway.until(() => heard.length === 2);
    assert.equal(reported.length, 2);
    assert.equal(on.state, 'live');
  });

  it('lives through what it does not understand', async () => {
    const { heard } = listen(feed());
    const socket = await gateway.socket(0);
    await socket.sent('subscribe');

    socket.send({ op: 'news-from-the-future', channel: 'alerts' });
    socket.send([1, 2]);
    socket.alert('a1', 'c1');

    await gateway.until(() => heard.length === 1);
  });

  it('leaves a channel, and comes back to it', async () => {
    const on = feed();
    const { subscription } = listen(on);
    const socket = await gateway.socket(0);
    await socket.sent('subscribe');

    subscription.close();
    assert.deepEqual(await socket.sent('unsubscribe'), { op: 'unsubscribe', channel: 'alerts' });

    listen(on, 'c9');
    assert.equal((await socket.sent('subscribe', 2))['cursor'], 'c9');
  });

  it('is quiet after it was closed', async () => {
    const on = feed();
    listen(on);
    await (await gateway.socket(0)).sent('subscribe');

    on.close();

    assert.equal(on.state, 'closed');
    assert.throws(() => on.subscribe('alerts', { onEvent: () => {} }), /closed/);
  });
});
