/**
 * How much anybody may send and ask: per address, per subject, per tenant; in requests, events and bytes. The state is this
 * instance's own (docs/adr/0010). {@link io.tidegate.serving.limits.Limiter} is what a transport calls,
 * {@link io.tidegate.serving.limits.PeerResolver} tells who a connection really comes from.
 */
package io.tidegate.serving.limits;
