import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  ClosedError,
  ProblemError,
  QueueFullError,
  RejectedEventError,
  Tidegate,
  UnreachableError,
  type TidegateEvent,
} from '../src/index.ts';
import { FakeGateway } from './fake-gateway.ts';

const like = (postId: string): TidegateEvent => ({ type: 'like', userId: 'u1', postId });
const quick = { backoff: { firstMs: 2, longestMs: 5 } };

describe('publishing', () => {
  let gateway: FakeGateway;
  let tidegate: Tidegate;

  beforeEach(async () => {
    gateway = await FakeGateway.start();
    tidegate = new Tidegate({ url: gateway.url, token: 'good' });
  });

  afterEach(async () => {
    await gateway.stop();
  });

  it('sends what comes together in one request, in order', async () => {
    const publisher = tidegate.publisher({ lingerMs: 5 });

    const ids = await Promise.all(['p1', 'p2', 'p3'].map((post) => publisher.send(like(post))));

    assert.equal(gateway.requests.length, 1);
    assert.equal(gateway.requests[0]!.headers.authorization, 'Bearer good');
    assert.deepEqual(gateway.requests[0]!.events.map((event) => event.postId), ['p1', 'p2', 'p3']);
    assert.deepEqual(gateway.requests[0]!.events.map((event) => event.eventId), ids);
    assert.equal(publisher.pending, 0);
  });

  it('sends a full batch without waiting for company', async () => {
    const publisher = tidegate.publisher({ maxBatch: 2, lingerMs: 60_000 });

    await Promise.all([publisher.send(like('p1')), publisher.send(like('p2'))]);

    assert.equal(gateway.requests.length, 1);
  });

  it('keeps the id over a repeat, so that an answer that was lost counts nothing twice', async () => {
    gateway.replies.push({ status: 202, hangUp: true });
    const publisher = tidegate.publisher(quick);

    const id = await publisher.send(like('p1'));

    assert.equal(gateway.requests.length, 2);
    assert.deepEqual(gateway.requests.map((request) => request.events[0]!.eventId), [id, id]);
  });

  it('waits as long as the gateway asks', async () => {
    gateway.replies.push({ status: 503, body: { code: 'log_unavailable' }, headers: { 'retry-after': '1' } });
    const started = Date.now();

    await tidegate.publisher(quick).send(like('p1'));

    assert.ok(Date.now() - started >= 1_000, 'came back too early');
    assert.equal(gateway.requests.length, 2);
  });

  it('gives up after the time for repeats, with what the gateway said last', async () => {
    for (let i = 0; i < 10_000; i++) {
      gateway.replies.push({ status: 503, body: { code: 'overloaded', detail: 'Too much.' } });
    }
    const publisher = tidegate.publisher({ ...quick, retryForMs: 1_000 });

    await assert.rejects(publisher.send(like('p1')), (error) => {
      assert.ok(error instanceof ProblemError);
      assert.equal(error.code, 'overloaded');
      return true;
    });
    assert.ok(gateway.requests.length > 2);
  });

  it('tells a gateway that is away', async () => {
    const away = new Tidegate({ url: 'http://127.0.0.1:1', token: 'good' });

    await assert.rejects(away.publisher({ ...quick, retryForMs: 10 }).send(like('p1')), UnreachableError);
  });

  it('does not repeat what can only fail again', async () => {
    gateway.replies.push({ status: 403, body: { code: 'missing_role', detail: 'Not a producer.' } });

    await assert.rejects(tidegate.publisher(quick).send(like('p1')), { status: 403, code: 'missing_role' });
    assert.equal(gateway.requests.length, 1);
  });

  it('tells a bad event from its good neighbours', async () => {
    const rejection = { index: 1, code: 'missing_field', field: 'postId', message: "'postId' is required." };
    gateway.replies.push({ status: 202, body: { accepted: 1, rejected: [rejection], eventIds: ['e1', null] } });
    const publisher = tidegate.publisher(quick);

    const [good, bad] = await Promise.allSettled([publisher.send(like('p1')), publisher.send(like(''))]);

    assert.deepEqual(good, { status: 'fulfilled', value: 'e1' });
    assert.ok(bad.status === 'rejected' && bad.reason instanceof RejectedEventError);
    assert.deepEqual(bad.reason.rejection, rejection);
  });

  it('gives the answer to a batch that was all bad', async () => {
    const rejected = [{ index: 0, code: 'unknown_type', field: 'type', message: 'No.' }];
    gateway.replies.push({ status: 400, body: { accepted: 0, rejected, eventIds: [null] } });

    assert.deepEqual(await tidegate.publish(like('p1')), { accepted: 0, rejected, eventIds: [null] });
  });

  it('halves a batch that is too large, and puts the answers together', async () => {
    const rejected = [{ index: 0, code: 'invalid_field', message: 'No.' }];
    gateway.replies.push(
      { status: 413, body: { code: 'body_too_large' } },
      { status: 202, body: { accepted: 2, rejected: [], eventIds: ['a', 'b'] } },
      { status: 202, body: { accepted: 0, rejected, eventIds: [null] } },
    );

    const result = await tidegate.publish([like('p1'), like('p2'), like('p3')]);

    assert.deepEqual(result.eventIds, ['a', 'b', null]);
    assert.equal(result.rejected[0]!.index, 2);
  });

  it('compresses what is large', async () => {
    await tidegate.publish(Array.from({ length: 100 }, (_, i) => like(`p${i}`)));

    assert.equal(gateway.requests[0]!.headers['content-encoding'], 'gzip');
    assert.equal(gateway.requests[0]!.events.length, 100);
  });

  it('asks for another token when one is refused, once', async () => {
    gateway.badTokens.add('old');
    const reasons: boolean[] = [];
    const renewing = new Tidegate({
      url: gateway.url,
      token: ({ refused }) => {
        reasons.push(refused);
        return refused ? 'new' : 'old';
      },
    });

    await renewing.publish(like('p1'));

    assert.deepEqual(reasons, [false, true]);
    assert.deepEqual(gateway.requests.map((request) => request.headers.authorization), ['Bearer old', 'Bearer new']);
  });

  it('refuses more than it may hold', async () => {
    const publisher = tidegate.publisher({ maxQueue: 1 });
    const first = publisher.send(like('p1'));

    await assert.rejects(publisher.send(like('p2')), QueueFullError);
    await first;
  });

  it('finishes what it has when it is closed, and takes no more', async () => {
    const publisher = tidegate.publisher({ lingerMs: 60_000 });
    const sent = publisher.send(like('p1'));

    await publisher.close();

    assert.match(await sent, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    await assert.rejects(publisher.send(like('p2')), ClosedError);
  });

  it('can be made to give up', async () => {
    gateway.replies.push({ status: 503, headers: { 'retry-after': '60' } });
    const publisher = tidegate.publisher({ retryForMs: 300_000 });
    const sent = publisher.send(like('p1'));
    const refused = assert.rejects(sent, ClosedError);
    await gateway.until(() => gateway.requests.length === 1);

    publisher.abort();

    await refused;
  });
});
