/**
 * The Redis export: a process of its own that copies topic {@code counters} into Redis, for those who want live numbers there
 * (docs/adr/0032). {@code post:{id}:likes} is a post's likes, sorted set {@code top_posts} the posts with the most of them.
 *
 * <p>The values are absolute, and the topic keeps the newest of each: Redis needs to keep nothing. Whenever it might lack something (a new
 * connection, or the mark {@code tidegate:export} is gone) everything is written again from the topic.
 */
package io.tidegate.serving.redis;
