package io.tidegate.serving.limits;

import io.tidegate.serving.auth.Principal;
import java.util.Optional;

/**
 * Says whether somebody may go on. Every transport asks it in the same three steps:
 *
 * <ol>
 *   <li>when a request arrives, before anything is spent on it: {@code admit(peer, Optional.empty(), 0, 0)} counts one request
 *       of the address;
 *   <li>when the token is verified: {@code admit(peer, Optional.of(principal), 0, 0)} counts one request of the subject and of
 *       its tenant, and gives an importer's address its request back;
 *   <li>for what a message brings: {@code admit(peer, Optional.of(principal), events, bytes)} counts those.
 * </ol>
 *
 * Events and bytes are admitted while anything is left, and what a batch takes beyond that is owed: so no batch is too large to
 * ever pass, and a refusal needs no look into the body. A transport that finds more in a body than it announced calls
 * {@link #charge} with the rest. Never blocks; safe for use from every thread.
 */
public interface Limiter {

    /**
     * @param who empty while that isn't known
     * @param events how many events are to be stored; 0 together with {@code bytes} 0 means "a request"
     * @param bytes as they came over the wire
     */
    Decision admit(PeerAddress peer, Optional<Principal> who, int events, int bytes);

    /** Counts what has been admitted already; debt is limited to what one period gives. */
    void charge(Principal who, int events, int bytes);

    /** Lets everything pass and counts nothing. */
    static Limiter unlimited() {
        return new Limiter() {
            @Override
            public Decision admit(PeerAddress peer, Optional<Principal> who, int events, int bytes) {
                return Decision.FREE;
            }

            @Override
            public void charge(Principal who, int events, int bytes) {
                // Nobody counts.
            }
        };
    }

    /** What is counted against a limit. */
    enum Unit {
        REQUESTS,
        EVENTS,
        BYTES
    }

    /** Whose limit it is. */
    enum Scope {
        IP,
        SUBJECT,
        TENANT
    }

    /**
     * @param scope of the limit that decided: the one that refused, or of the request limits the one with the smallest share left
     * @param unit of that limit
     * @param limit what one period gives; -1 if nothing limits this request
     * @param remaining what is left of it, never negative
     * @param resetSeconds until all of it is there again
     * @param retryAfterSeconds until it is worth trying again; 0 if admitted
     */
    record Decision(
            boolean admitted,
            Scope scope,
            Unit unit,
            long limit,
            long remaining,
            long resetSeconds,
            long retryAfterSeconds) {

        static final Decision FREE = new Decision(true, Scope.IP, Unit.REQUESTS, -1, 0, 0, 0);

        /** False if no limit applies, so that there is nothing to tell. */
        public boolean limited() {
            return limit >= 0;
        }

        /** What is left, from 0 to 1. */
        double share() {
            return limited() ? (double) remaining / limit : 1;
        }
    }
}
