package io.tidegate.serving.notify;

import io.tidegate.contracts.v1.Delivery;
import io.vertx.core.Future;

/** One way to deliver. Called on the dispatcher's context; the future completes on any. */
public interface Sender {

    /** Sends once. A failed future counts as {@link Attempt#retry}. */
    Future<Attempt> send(Delivery delivery);
}
