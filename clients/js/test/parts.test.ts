import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Backoff, claimsOf, eventId, Tidegate } from '../src/index.ts';
import { retryAfterMs } from '../src/backoff.ts';
import { tokenExpiringIn } from './fake-gateway.ts';

describe('event ids', () => {
  it('are UUIDs of version 7, in the order of time', () => {
    const ids = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000].map((at) => eventId(at));

    assert.deepEqual(ids, [...ids].sort());
    ids.forEach((id) => assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/));
    assert.equal(new Set(Array.from({ length: 1_000 }, () => eventId())).size, 1_000);
  });
});

describe('waiting', () => {
  it('doubles up to a limit, spread over half of it', () => {
    const shortest = new Backoff({ firstMs: 100, longestMs: 350, random: () => 0 });
    const longest = new Backoff({ firstMs: 100, longestMs: 350, random: () => 0.9999 });

    assert.deepEqual([1, 2, 3].map(() => shortest.next()), [50, 100, 175]);
    assert.deepEqual([1, 2, 3].map(() => longest.next()), [100, 200, 350]);
    longest.reset();
    assert.equal(longest.next(), 100);
  });

  it('is never shorter than what was asked for', () => {
    assert.ok(new Backoff({ random: () => 0 }).next(2_000) > 2_000);
  });

  it('understands both forms of Retry-After, and survives others', () => {
    assert.equal(retryAfterMs('7'), 7_000);
    assert.equal(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', Date.parse('2026-01-01T00:00:00Z')), 30_000);
    assert.equal(retryAfterMs('soon'), undefined);
    assert.equal(retryAfterMs(null), undefined);
  });
});

describe('a token', () => {
  it('says who it is, in any script', () => {
    assert.equal(claimsOf(tokenExpiringIn(1_000, 'Ólafur'))?.sub, 'Ólafur');
    assert.deepEqual(claimsOf(tokenExpiringIn(1_000))?.roles, ['analyst']);
  });

  it('that is none is none', () => {
    for (const text of ['', 'a', 'a.b.c', 'a.bnVsbA.c']) {
      assert.equal(claimsOf(text), undefined, text);
    }
  });
});

describe('an address', () => {
  it('must be one that requests can go to', () => {
    assert.throws(() => new Tidegate({ url: 'ftp://x', token: 't' }), /neither http nor https/);
    assert.throws(() => new Tidegate({ url: 'nowhere', token: 't' }));
  });
});
