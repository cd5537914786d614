/** What goes wrong during a campaign: chosen by a seed ({@link io.tidegate.dev.chaos.fault.FaultPlan}), done and undone by {@link
 * io.tidegate.dev.chaos.fault.Saboteur}. */
package io.tidegate.dev.chaos.fault;
