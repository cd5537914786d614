/** Flink as a child of the demo: one JVM with every job, its web UI, and the jobs' state carried over restarts. */
package io.tidegate.dev.demo.flink;
