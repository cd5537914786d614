/**
 * From topics to streams: decoding with dead letters beside, the clocks of detection (append time with ticks, occurred time
 * for replays of history), and de-duplication by event id.
 */
package io.tidegate.jobs.source;
