import io.tidegate.client.Channel;
import io.tidegate.client.Event;
import io.tidegate.client.EventField;
import io.tidegate.client.Publisher;
import io.tidegate.client.PublisherOptions;
import io.tidegate.client.Receipt;
import io.tidegate.client.RejectedException;
import io.tidegate.client.SubscribeOptions;
import io.tidegate.client.Subscription;
import io.tidegate.client.TidegateClient;
import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sends events, asks for live counters and listens to them. With tidegate-client and jackson-core on the class path:
 * {@code TOKEN=… java -cp … docs/examples/TidegateExample.java}
 */
public class TidegateExample {

    public static void main(String[] args) throws Exception {
        String address = System.getenv().getOrDefault("TIDEGATE_URL", "http://127.0.0.1:8080");
        // A real program renews its token here, shortly before it expires.
        try (TidegateClient client = TidegateClient.builder(URI.create(address))
                .token(() -> System.getenv("TOKEN"))
                .build()) {
            CountDownLatch counted = new CountDownLatch(1);
            try (Subscription counters = client.subscribe(Channel.post("p-42"), SubscribeOptions.DEFAULT, post -> {
                System.out.println("p-42 has " + post.likes() + " likes");
                counted.countDown();
            })) {
                send(client);
                // The newest value comes at once, later ones as they change; without jobs behind the gateway it stays
                // at zero.
                counted.await(10, TimeUnit.SECONDS);
            }
            System.out.println("asked: " + client.postCounters("p-42"));
        }
    }

    private static void send(TidegateClient client) {
        // Gathered into batches, repeated with the same ids when something fails, flushed by close().
        try (Publisher publisher = client.publisher(PublisherOptions.DEFAULT)) {
            List<CompletableFuture<Receipt>> receipts = List.of(
                    publisher.publish(Event.like("ana", "p-42")),
                    publisher.publish(Event.bet("ben", "roulette", new BigDecimal("12.50"))
                            .with(EventField.CURRENCY, "EUR")
                            .with(EventField.ODDS, new BigDecimal("1.85"))),
                    // Four decimals are all there is: this one is rejected, and only this one.
                    publisher.publish(Event.deposit("ben", new BigDecimal("0.00001"))));
            for (CompletableFuture<Receipt> receipt : receipts) {
                try {
                    System.out.println("stored " + receipt.join().eventId());
                } catch (CompletionException e) {
                    if (e.getCause() instanceof RejectedException rejected) {
                        System.out.println("rejected: " + rejected.code() + " in "
                                + rejected.field().orElse("?"));
                    } else {
                        throw e;
                    }
                }
            }
        }
    }
}
