/**
 * Job {@code surge}: a sudden growth of a post's likes or of a game's turnover. Tumbling windows give the level, an
 * exponentially weighted baseline what is usual, CEP over the windows two spikes in a row.
 */
package io.tidegate.jobs.surge;
