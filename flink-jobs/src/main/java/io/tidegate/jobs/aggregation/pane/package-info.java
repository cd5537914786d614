/**
 * Windows as panes (docs/adr/0005-windows-as-panes.md): which pane an event belongs to, and how a pane's row is kept, written
 * and forgotten.
 */
package io.tidegate.jobs.aggregation.pane;
