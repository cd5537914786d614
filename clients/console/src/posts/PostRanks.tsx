import { whole } from '../format.ts';
import { Empty, Loading } from '../ui/parts.tsx';
import { leaderboard } from './leaderboard.ts';

export function PostRanks({ most }: { most: number }) {
  const posts = leaderboard.value?.slice(0, most);
  if (!posts) {
    return <Loading what="the leaderboard" />;
  }
  if (posts.length === 0) {
    return <Empty title="No post has been liked yet." />;
  }
  const highest = Math.max(1, ...posts.map((post) => post.likes));
  return (
    <ol class="ranks" aria-label="Posts with the most likes">
      {posts.map((post, index) => (
        <li key={post.postId}>
          <span class="rank" aria-hidden="true">
            {index + 1}
          </span>
          <span class="rank-name" title={post.postId}>
            {post.postId}
          </span>
          <span class="rank-value">
            {whole(post.likes)}
            <span class="hidden"> likes</span>
          </span>
          <i class="rank-bar" aria-hidden="true" style={{ width: `${(Math.max(0, post.likes) / highest) * 100}%` }} />
        </li>
      ))}
    </ol>
  );
}
