/**
 * A real Kafka broker for development and tests, without a distribution.
 *
 * <ul>
 *   <li>{@link io.tidegate.dev.kafka.KafkaBroker}: one KRaft node, broker and controller, inside this JVM.
 *   <li>{@link io.tidegate.dev.kafka.BrokerMain}: the same as a process of its own (the demo runs it).
 *   <li>{@link io.tidegate.dev.kafka.KafkaProcess}: such a process held by a test, to be killed, frozen and restarted.
 *   <li>{@link io.tidegate.dev.kafka.TopicSetup}: the topics of Tidegate with their configuration.
 * </ul>
 */
package io.tidegate.dev.kafka;
