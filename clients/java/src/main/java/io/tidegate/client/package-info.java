/**
 * A client of the Tidegate gateway for Java 17 and later: send events, ask for counters and alerts, listen to live feeds.
 *
 * <pre>{@code
 * try (TidegateClient client = TidegateClient.builder(URI.create("http://127.0.0.1:8080")).token(() -> token).build();
 *         Publisher publisher = client.publisher(PublisherOptions.DEFAULT)) {
 *     publisher.publish(Event.like("u1", "p1")).thenAccept(receipt -> System.out.println(receipt.eventId()));
 * }
 * }</pre>
 *
 * <p>It needs the JDK's HTTP client and jackson-core, nothing else. Everything is thread-safe unless it says otherwise.
 */
package io.tidegate.client;
