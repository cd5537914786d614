package io.tidegate.serving.notify.webhook;

/** A URL leads to where the notifier may not connect; see {@link AddressPolicy}. */
public final class BlockedAddressException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BlockedAddressException(String problem) {
        super(problem);
    }
}
