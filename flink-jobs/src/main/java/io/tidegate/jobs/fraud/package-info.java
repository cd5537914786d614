/**
 * Job {@code fraud}: suspicious sequences of events, recognised in detection time.
 *
 * <p>The way of an event: {@code FraudEvents} keeps the few fields that the rules look at, repeats are dropped, {@code SubjectRouter}
 * sends it to its subjects, and there every rule decides about it from the subject's history. Of the matches only the first per rule,
 * subject and window becomes an alert.
 *
 * <p>A {@link io.tidegate.jobs.fraud.FraudPattern} without a compiled form, and every one where the job asks for it, runs on Flink CEP
 * instead. A new pattern is one class, and one line in {@code FraudPatterns}.
 */
package io.tidegate.jobs.fraud;
