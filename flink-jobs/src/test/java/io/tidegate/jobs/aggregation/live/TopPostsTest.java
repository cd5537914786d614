package io.tidegate.jobs.aggregation.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TopPostsTest {

    @Test
    void theMostLikesComeFirstAndOfEqualsTheSmallerId() {
        TopPosts top = new TopPosts(3);
        top.offer(post("b", 5));
        top.offer(post("a", 5));
        top.offer(post("c", 9));
        top.offer(post("d", 1));

        assertThat(top.best()).extracting(RankedPost::postId).containsExactly("c", "a", "b");
    }

    @Test
    void aPostWithoutLikesIsNotRanked() {
        TopPosts top = new TopPosts(3);
        top.offer(post("a", 0));
        top.offer(post("b", -2));
        top.offer(post("c", 1));
        top.offer(post("c", 0));

        assertThat(top.best()).isEmpty();
        assertThat(top.incomplete()).isFalse();
    }

    @Test
    void whereTheLeadersSinkTheOthersAreAskedForAgain() {
        TopPosts top = new TopPosts(1);
        top.offer(post("a", 10));
        top.offer(post("b", 9));
        top.offer(post("c", 8)); // turned away: two candidates are held
        top.offer(post("a", 1));
        top.offer(post("b", 2));

        assertThat(top.incomplete()).isTrue();
    }

    @Test
    void itIsExactWhateverHappens() {
        for (int seed = 0; seed < 15; seed++) {
            Random random = new Random(seed);
            int size = 1 + random.nextInt(6);
            int posts = 1 + random.nextInt(60);
            TopPosts top = new TopPosts(size);
            Map<String, RankedPost> all = new HashMap<>();
            for (int step = 0; step < 2_000; step++) {
                String id = "p" + (int) Math.floor(posts * Math.pow(random.nextDouble(), 2));
                // Phases of growth and of decline, so that leaders sink below what was turned away.
                long delta = random.nextInt(10) < (step / 300 % 2 == 0 ? 7 : 3) ? 1 : -1;
                RankedPost before = all.getOrDefault(id, post(id, 0));
                RankedPost after = post(id, before.likes() + delta);
                all.put(id, after);

                List<RankedPost> bestBefore = top.incomplete() ? null : top.best();
                boolean mayHaveChanged = top.offer(after);

                if (!mayHaveChanged && bestBefore != null) {
                    assertThat(top.best()).isEqualTo(bestBefore);
                }
                if (top.incomplete()) {
                    top.clear();
                    all.values().forEach(top::offer);
                    assertThat(top.incomplete()).isFalse();
                }
                assertThat(top.best()).isEqualTo(best(all.values(), size));
            }
        }
    }

    private static List<RankedPost> best(Collection<RankedPost> posts, int size) {
        return posts.stream()
                .filter(post -> post.likes() > 0)
                .sorted(RankedPost.BEST_FIRST)
                .limit(size)
                .toList();
    }

    private static RankedPost post(String id, long likes) {
        return new RankedPost(id, likes, 0, 0);
    }
}
