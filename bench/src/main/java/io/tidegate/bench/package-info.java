/**
 * Ratios, measured: what the platform does against what people would use instead, or against what the machine can do at most.
 *
 * <p>A {@link io.tidegate.bench.Benchmark} is two {@link io.tidegate.bench.Side}s over one workload. Each runs in a JVM of its own,
 * in the order A B B A, so that a machine that gets slower or faster meanwhile does so for both. What both processed is compared
 * before any time counts. The figure is work per CPU-second of the process under test: on a machine that others use too, that is
 * what stays the same.
 */
package io.tidegate.bench;
