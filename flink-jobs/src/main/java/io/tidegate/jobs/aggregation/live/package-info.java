/** Live numbers for topic {@code counters}: the totals of each post and the posts with the most likes. */
package io.tidegate.jobs.aggregation.live;
