/**
 * Proves that nothing is lost and nothing comes twice by breaking every part of a real cluster under load: {@link
 * io.tidegate.dev.chaos.Campaign} runs the cycles, {@link io.tidegate.dev.chaos.oracle.Judge} says what came of it. Method and figures:
 * {@code docs/reliability.md}.
 */
package io.tidegate.dev.chaos;
