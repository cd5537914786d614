package io.tidegate.dev.chaos.recovery;

/**
 * One death, all times in seconds from it.
 *
 * @param taskManager which ran detection
 * @param warm whether the other one ran jobs too; one that has just been started has to load and compile everything first
 * @param noticed when detection's failure was handled
 * @param deploying when the first of its tasks was sent to the other TaskManager
 * @param restoring when the last of its tasks had its classes and began to restore its state
 * @param running when its last task ran
 * @param firstAlert when a listener heard the first alert about something that was sent after the death
 * @param allJobs when every job ran again
 */
record Kill(
        String taskManager,
        boolean warm,
        double noticed,
        double deploying,
        double restoring,
        double running,
        double firstAlert,
        double allJobs) {}
