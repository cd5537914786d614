import type { Alert, PostCounters } from '@tidegate/client';

/** What the page is tested in front of: a gateway with something going on. */
export interface Stage {
  url: string;
  token(subject: string, roles: string[], goodForSeconds?: number): Promise<string>;
  /** Raises it: on the live channel at once, in the store with its events. */
  raise(alert: Alert): Promise<void>;
  /** The leaderboard as of now. */
  rank(posts: PostCounters[]): Promise<void>;
  stop(): Promise<void>;
}

/** A real gateway, started by the Java test, which does as it is told over HTTP; else the stand-in. */
export async function openStage(): Promise<Stage> {
  const control = process.env['TIDEGATE_STAGE'];
  if (control === undefined) {
    return (await import('./stand-in.ts')).standIn();
  }
  async function tell(path: string, values: Record<string, string | number>): Promise<string> {
    const response = await fetch(control + path, {
      method: 'POST',
      body: new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)])).toString(),
    });
    if (!response.ok) {
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    }
    return response.text();
  }
  return {
    url: await tell('/url', {}),
    token: (subject, roles, goodForSeconds = 3_600) => tell('/token', { subject, roles: roles.join(), goodForSeconds }),
    raise: async ({ eventIds, ...alert }) => void (await tell('/alert', { ...alert, eventIds: eventIds.join() })),
    rank: async (posts) =>
      void (await tell('/leaderboard', {
        posts: posts.map((post) => [post.postId, post.likes, post.comments, post.shares].join(':')).join(),
      })),
    stop: async () => {},
  };
}

let number = 0;

/** An alert as the jobs raise them, of now. */
export function anAlert(change: Partial<Alert> = {}): Alert {
  number++;
  const alertId = change.alertId ?? `${process.pid}-alert-${number}`;
  return {
    alertId,
    kind: 'fraud',
    ruleId: 'probe-then-strike',
    ruleVersion: 1,
    subject: `user-${number}`,
    severity: 'critical',
    message: `Bet of 5,000.00 after 3 bets of 2.00 on average (${number})`,
    eventIds: [1, 2, 3, 4].map((event) => `${alertId}-event-${event}`),
    detectedAt: new Date().toISOString(),
    ...change,
  };
}
