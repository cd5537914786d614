/** How long people wait for an alert when the TaskManager that runs detection dies: {@code scripts/recovery}. */
package io.tidegate.dev.chaos.recovery;
