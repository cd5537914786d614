/** Likes, unlikes, comments and shares per minute and post. */
package io.tidegate.jobs.aggregation.posts;
