import { useState } from 'preact/hooks';
import type { PostCounters } from '@tidegate/client';
import { clock, whole } from '../format.ts';
import { Choice, Empty, Failure, Loading, Panel, Stale } from '../ui/parts.tsx';
import { usePolled } from '../ui/polled.ts';
import { mayAnalyse } from '../session.ts';
import { leaderboard, leaderboardAt } from './leaderboard.ts';

type Span = 'live' | 'hour' | 'day' | 'week';

const SPANS: readonly { value: Span; text: string; hours: number }[] = [
  { value: 'live', text: 'All time, live', hours: 0 },
  { value: 'hour', text: '1 h', hours: 1 },
  { value: 'day', text: '24 h', hours: 24 },
  { value: 'week', text: '7 d', hours: 168 },
];

export function PostsView() {
  const [span, setSpan] = useState<Span>('live');
  return (
    <div class="stack">
      <div class="view-head">
        <h2>Posts</h2>
        <Choice label="Span" value={span} options={SPANS} onChange={setSpan} />
      </div>
      {span === 'live' ? <LivePosts /> : <PastPosts hours={SPANS.find((one) => one.value === span)!.hours} />}
    </div>
  );
}

function LivePosts() {
  return (
    <Panel
      title="Most likes of all time"
      note={leaderboardAt.value === undefined ? 'live' : `live, changed ${clock(leaderboardAt.value)}`}
    >
      {leaderboard.value ? <PostTable posts={leaderboard.value} /> : <Loading what="the leaderboard" />}
    </Panel>
  );
}

function PastPosts({ hours }: { hours: number }) {
  const posts = usePolled(
    async (api, signal) => {
      const to = Date.now() + 60_000;
      const from = to - hours * 3_600_000;
      return { hours, rows: await api.get<PostCounters[]>('/api/v1/analytics/top-posts', { from, to, limit: 100 }, signal) };
    },
    [hours],
    15_000,
  );
  const rows = posts.data?.hours === hours ? posts.data.rows : undefined;
  if (!mayAnalyse.value) {
    return <Empty title="This token may not read analytics.">It needs the role analyst or admin.</Empty>;
  }
  return (
    <Panel title="Most likes in this time" note="net of unlikes">
      <Stale error={rows && posts.error} />
      {rows ? (
        <PostTable posts={rows} />
      ) : posts.error ? (
        <Failure error={posts.error} retry={posts.refresh} what="posts" />
      ) : (
        <Loading what="posts" />
      )}
    </Panel>
  );
}

function PostTable({ posts }: { posts: readonly PostCounters[] }) {
  if (posts.length === 0) {
    return <Empty title="No post has been liked yet." />;
  }
  const highest = Math.max(1, ...posts.map((post) => post.likes));
  return (
    <table class="post-table">
      <caption class="hidden">Posts, most likes first</caption>
      <thead>
        <tr>
          <th scope="col" class="number">#</th>
          <th scope="col">Post</th>
          <th scope="col" class="number">Likes</th>
          <th scope="col" class="wide" aria-hidden="true" />
          <th scope="col" class="number">Comments</th>
          <th scope="col" class="number">Shares</th>
        </tr>
      </thead>
      <tbody>
        {posts.map((post, index) => (
          <tr key={post.postId}>
            <td class="number soft">{index + 1}</td>
            <th scope="row" class="id">{post.postId}</th>
            <td class="number">{whole(post.likes)}</td>
            <td class="wide" aria-hidden="true">
              <i class="table-bar" style={{ width: `${(Math.max(0, post.likes) / highest) * 100}%` }} />
            </td>
            <td class="number">{whole(post.comments)}</td>
            <td class="number">{whole(post.shares)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
