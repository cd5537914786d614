/** Thresholds and windows of the detection rules: where they come from, their versions, their validation. */
package io.tidegate.jobs.rules;
