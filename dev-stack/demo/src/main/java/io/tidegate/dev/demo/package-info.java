/**
 * {@code scripts/demo}: all of Tidegate on one machine, every part real.
 *
 * <p>A small supervisor JVM ({@link io.tidegate.dev.demo.DemoMain}) runs four children: the ClickHouse engine, the Kafka
 * broker, Flink with every job, and the gateway. Traffic is made in the supervisor and sent through the gateway's HTTP API
 * like anybody else's. A child that dies is started again; its state is on disk. When the supervisor itself dies, the
 * children notice (their standard input ends) and stop.
 */
package io.tidegate.dev.demo;
