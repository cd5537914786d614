package io.tidegate.jobs.aggregation.live;

import java.util.List;

/**
 * The best posts of one share of the posts.
 *
 * @param share of {@code shares}, from 0
 * @param posts best first
 */
public record Ranking(int share, int shares, List<RankedPost> posts) {}
