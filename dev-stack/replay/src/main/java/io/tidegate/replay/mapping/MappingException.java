package io.tidegate.replay.mapping;

/** A mapping that can't be used. The message: {@code bets.yaml:12:7: events[0].fields.payout: …}. */
public final class MappingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MappingException(String message) {
        super(message);
    }
}
