/**
 * Live numbers: the compacted topic {@code counters} as a table in memory, asked by HTTP and pushed to listeners.
 *
 * <p>Every gateway holds all of it: one small record for each post there ever was (about 200 bytes with its id, so 100 MB
 * for half a million posts). It isn't bounded, because a forgotten post would be answered with zeros; gauge
 * {@code tidegate.counters.posts} tells its size.
 */
package io.tidegate.serving.counters;
