/** Needs the jars of all modules, so it runs after {@code package}. */
package io.tidegate.dev.cluster.e2e;
