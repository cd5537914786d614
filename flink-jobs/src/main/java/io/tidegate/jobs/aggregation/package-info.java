/**
 * Job {@code aggregation}: one-minute windows into ClickHouse and live numbers into topic {@code counters}. What a pane is and
 * why the windows aren't Flink's own: docs/adr/0005-windows-as-panes.md.
 */
package io.tidegate.jobs.aggregation;
