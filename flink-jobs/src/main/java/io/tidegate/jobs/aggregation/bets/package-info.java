/** Bets and their outcomes per minute, game, city, device type, bet type and currency. */
package io.tidegate.jobs.aggregation.bets;
