/**
 * The whole demo, started as a user starts it, against the oracle of {@code io.tidegate.replay.oracle}. Runs after the jars are
 * built (phase {@code integration-test}); each class starts a demo of its own on free ports and in a temporary folder.
 */
package io.tidegate.dev.demo.e2e;
