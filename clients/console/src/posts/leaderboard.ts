import { signal } from '@preact/signals';
import type { Feed, PostCounters } from '@tidegate/client';

/** Best first; undefined until the first one came. */
export const leaderboard = signal<readonly PostCounters[] | undefined>(undefined);
export const leaderboardAt = signal<number | undefined>(undefined);

export function startLeaderboard(feed: Feed): () => void {
  feed.subscribe('leaderboard:posts', {
    onEvent: (posts) => {
      leaderboard.value = posts;
      leaderboardAt.value = Date.now();
    },
  });
  return () => {
    leaderboard.value = undefined;
    leaderboardAt.value = undefined;
  };
}
