/**
 * What a run of the jobs must have produced, found by brute force: plain Java over the list of the events, one definition
 * per method, no Flink and no code of the jobs. Tests compare the jobs and the whole demo with it; it isn't meant to be fast.
 *
 * <p>Terms that every definition uses:
 *
 * <ul>
 *   <li><b>Order</b>: detection time, then arrival (the position in the list).
 *   <li><b>Within W</b>: time of the last event − time of the first ≤ W; the bound itself is inside.
 *   <li><b>Once</b>: after an alert of a rule for a subject whose completing event has the time t, completing events of the
 *       same rule and subject with a time below t + W raise nothing. Nothing is consumed: a later match may use events from
 *       before and during that pause.
 *   <li>An event id that a user sends again counts once, as what came first.
 * </ul>
 */
package io.tidegate.replay.oracle;
