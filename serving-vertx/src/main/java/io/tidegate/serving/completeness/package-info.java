/**
 * Completeness, always on: every gateway compares what was accepted, read and stored, by the minute, and the first to see a
 * difference that doesn't go away raises an alert. See docs/adr/0022.
 */
package io.tidegate.serving.completeness;
