package io.tidegate.jobs.aggregation.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The best posts out of many, exact though only a few are held: up to twice as many candidates as asked for, and a floor that
 * no other post ranks above. Where unlikes have sunk so many candidates to the floor that too few are left above it, all posts
 * have to be offered again.
 */
final class TopPosts {

    private final int size;
    private final Map<String, RankedPost> candidates = new HashMap<>();
    private final TreeSet<RankedPost> ranked = new TreeSet<>(RankedPost.BEST_FIRST);
    /** The best that was turned away or dropped, as it stood then; null while every post is a candidate. */
    private RankedPost floor;

    TopPosts(int size) {
        this.size = size;
    }

    /**
     * Takes note of a post's totals. Posts without likes aren't ranked.
     *
     * @return whether {@link #best()} may have changed
     */
    boolean offer(RankedPost post) {
        RankedPost before = candidates.remove(post.postId());
        if (before != null) {
            ranked.remove(before);
        }
        boolean outside = post.likes() <= 0 || floor != null && RankedPost.BEST_FIRST.compare(post, floor) > 0;
        if (outside) {
            return before != null;
        }
        candidates.put(post.postId(), post);
        ranked.add(post);
        if (ranked.size() > 2 * size) {
            // The worst becomes the floor: it is the best of those outside, because the others were below it.
            floor = ranked.pollLast();
            candidates.remove(floor.postId());
        }
        return true;
    }

    /** Whether too few candidates are left to be sure: then {@link #clear} and offer all posts again. */
    boolean incomplete() {
        return floor != null && ranked.size() < size;
    }

    void clear() {
        candidates.clear();
        ranked.clear();
        floor = null;
    }

    /** The best, best first. */
    List<RankedPost> best() {
        List<RankedPost> best = new ArrayList<>(Math.min(size, ranked.size()));
        for (RankedPost post : ranked) {
            if (best.size() == size) {
                break;
            }
            best.add(post);
        }
        return best;
    }
}
