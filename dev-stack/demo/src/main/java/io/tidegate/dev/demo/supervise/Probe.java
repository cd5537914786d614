package io.tidegate.dev.demo.supervise;

/** Whether a child does its work yet. Asked again and again, from one thread, until it says yes. */
@FunctionalInterface
public interface Probe {

    /**
     * @param output what the child has printed so far
     * @return true when it is ready; false also for everything that went wrong while asking
     */
    boolean isReady(OutputLog output);
}
