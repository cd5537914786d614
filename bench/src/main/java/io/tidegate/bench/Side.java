package io.tidegate.bench;

/** One side of a ratio. A new one, in a JVM of its own, for each repetition. */
@FunctionalInterface
public interface Side {

    /** Does the work once; whatever is needed to be warm, it does before it starts to count. */
    Sample run() throws Exception;
}
