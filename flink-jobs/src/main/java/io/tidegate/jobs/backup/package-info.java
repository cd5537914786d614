/** A copy of what can't be computed again, and the way back (docs/operations.md, "Backup and restore"; docs/adr/0040-backup.md). */
package io.tidegate.jobs.backup;
