/**
 * The load of a campaign: which events are sent when is decided by a seed alone ({@link
 * io.tidegate.dev.chaos.load.LoadPlan}), {@link io.tidegate.dev.chaos.load.LoadClient} sends them at a steady rate whatever happens,
 * and {@link io.tidegate.dev.chaos.load.EventLog} remembers on disk what was sent and what was answered.
 */
package io.tidegate.dev.chaos.load;
