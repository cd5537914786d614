package io.tidegate.jobs;

/** How the rules that have both forms are run. They find the same; see ADR 12. */
public enum DetectionForm {
    /** Hand-written operators of constant cost per event, which follow changes of rules. The default. */
    COMPILED,
    /** Flink CEP: the reference. Rules are those of the start. */
    CEP
}
