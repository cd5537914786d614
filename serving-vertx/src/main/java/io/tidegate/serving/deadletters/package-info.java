/**
 * {@code scripts/dlq}: what the jobs couldn't process, listed, shown, and sent back to where it came from, each record once.
 */
package io.tidegate.serving.deadletters;
