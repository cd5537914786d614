package io.tidegate.serving.ops;

/** A part that the gateway depends on, as it was last seen. Answering never blocks and never asks the part itself. */
public interface HealthCheck {

    /** Key in the JSON of {@code /health/ready}, for instance {@code kafka}. */
    String name();

    /** True if the gateway should get no traffic while this part is away. */
    boolean gatesReadiness();

    /** The state right now; called from any thread. */
    Health health();

    /**
     * @param detail why it is down, one line; empty when up
     */
    record Health(boolean up, String detail) {

        public static final Health UP = new Health(true, "");

        public static Health down(String detail) {
            return new Health(false, detail);
        }
    }
}
