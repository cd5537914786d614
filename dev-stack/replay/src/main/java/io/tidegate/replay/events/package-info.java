/** Rows become events: fields filled, ids derived, JSON written, put into the order of sending. */
package io.tidegate.replay.events;
