package io.tidegate.client;

import java.time.Instant;

/**
 * History that couldn't be had: something may have been missed in between.
 *
 * @param from of the last message that came before it
 * @param to where it goes on
 */
public record Gap(String channel, Instant from, Instant to) {}
