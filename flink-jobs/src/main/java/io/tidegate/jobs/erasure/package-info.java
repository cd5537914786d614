/** What is known of one person, taken out of tables and topics, with a receipt (docs/adr/0035-erasure.md). */
package io.tidegate.jobs.erasure;
