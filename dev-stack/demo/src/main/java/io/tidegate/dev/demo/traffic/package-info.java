/**
 * What the demo's users do: a plausible mix of social and gambling events that by itself trips no rule, and scenarios on top
 * that trip each of them in turn.
 *
 * <p>{@link io.tidegate.dev.demo.traffic.TrafficModel} decides what happens when (deterministic, no clock and no network of
 * its own); {@link io.tidegate.dev.demo.traffic.Traffic} sends it through the gateway at the given rate.
 */
package io.tidegate.dev.demo.traffic;
