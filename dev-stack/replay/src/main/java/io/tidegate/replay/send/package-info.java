/**
 * Events go to the gateway in batches, one batch in flight: that keeps their order, globally and so for each user. A batch
 * whose answer is lost or that the gateway can't take now is sent again, byte by byte the same, until it is answered.
 */
package io.tidegate.replay.send;
