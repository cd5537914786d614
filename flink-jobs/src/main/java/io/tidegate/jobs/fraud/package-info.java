/**
 * Job {@code fraud}: suspicious sequences of events, recognised by Flink CEP in detection time.
 *
 * <p>The way of an event: {@code FraudEvents} keeps the few fields that the rules look at, repeats are dropped, each
 * {@link io.tidegate.jobs.fraud.FraudPattern} picks the events of its subjects and matches them, and of the matches only the
 * first per rule, subject and window becomes an alert. A new pattern is one class, and one line in
 * {@code FraudPatterns}.
 */
package io.tidegate.jobs.fraud;
