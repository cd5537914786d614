package io.tidegate.serving.auth;

import java.util.Locale;
import java.util.Optional;

/** What a token may do. On the wire in lower case, in the claim {@code roles}. */
public enum Role {
    /** Sends events. */
    PRODUCER,
    /** Reads alerts and analytics. */
    ANALYST,
    /** Everything. */
    ADMIN,
    /** Sends events of the past, as far back as {@code ingest.importerEarliest}. */
    IMPORTER;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    /** Empty for a role that this gateway doesn't know: a token may carry roles for other systems. */
    static Optional<Role> ofWireName(String name) {
        for (Role role : values()) {
            if (role.wireName.equals(name)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
