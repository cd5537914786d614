/**
 * Whether a campaign was survived: what was sent, what the broker has, what is stored, raised and heard, compared with each other and
 * with a reading of the events by plain code ({@link io.tidegate.replay.oracle.Oracle}). Nothing here talks to the platform.
 */
package io.tidegate.dev.chaos.oracle;
