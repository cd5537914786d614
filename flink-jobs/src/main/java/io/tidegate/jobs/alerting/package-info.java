/** What fraud and surge detection share about an alert: its deterministic id and its silence afterwards. */
package io.tidegate.jobs.alerting;
