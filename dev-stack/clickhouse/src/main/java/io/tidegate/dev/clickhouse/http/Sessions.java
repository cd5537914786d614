package io.tidegate.dev.clickhouse.http;

import io.tidegate.dev.clickhouse.engine.Engine;
import io.tidegate.dev.clickhouse.engine.EngineConnection;
import io.tidegate.dev.clickhouse.engine.EngineException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * HTTP sessions: a connection that is kept under an id, with its settings and temporary tables, until it hasn't been used
 * for its timeout. A session serves one request at a time; a second one gets {@code SESSION_IS_LOCKED}.
 */
final class Sessions {

    private static final int SESSION_NOT_FOUND = 372;
    private static final int SESSION_IS_LOCKED = 373;
    private static final int TOO_MANY = 202;
    private static final int MAX_SESSIONS = 1000;

    private final Engine engine;
    private final Clock clock;
    private final Map<String, Session> sessions = new HashMap<>();
    private boolean closed;

    Sessions(Engine engine, Clock clock) {
        this.engine = engine;
        this.clock = clock;
    }

    private static final class Session {
        private EngineConnection connection;
        private boolean busy;
        private Instant expires = Instant.MAX;
    }

    /** Takes the session for one request; {@link #release} must follow. */
    synchronized EngineConnection acquire(QueryRequest.SessionRequest request) throws EngineException {
        expire();
        Session session = sessions.get(request.id());
        if (session == null) {
            if (request.mustExist()) {
                throw EngineException.of(
                        SESSION_NOT_FOUND, "SESSION_NOT_FOUND", "Session " + request.id() + " not found");
            }
            if (closed || sessions.size() >= MAX_SESSIONS) {
                throw EngineException.of(TOO_MANY, "TOO_MANY_SIMULTANEOUS_QUERIES", "Too many sessions");
            }
            session = new Session();
            session.connection = engine.connect();
            sessions.put(request.id(), session);
        } else if (session.busy) {
            throw EngineException.of(
                    SESSION_IS_LOCKED,
                    "SESSION_IS_LOCKED",
                    "Session " + request.id() + " is locked by a concurrent client");
        }
        session.busy = true;
        return session.connection;
    }

    /** Gives the session back. A connection that a failure broke for good can't be reused: the session ends with it. */
    synchronized void release(QueryRequest.SessionRequest request) {
        Session session = sessions.get(request.id());
        session.connection.recover();
        session.busy = false;
        session.expires = clock.instant().plus(request.timeout());
        if (closed || request.closeAfterwards() || session.connection.isBroken()) {
            sessions.remove(request.id());
            session.connection.close();
        }
    }

    /** Closes what hasn't been used for its timeout. */
    synchronized void expire() {
        Instant now = clock.instant();
        Iterator<Session> all = sessions.values().iterator();
        while (all.hasNext()) {
            Session session = all.next();
            if (!session.busy && session.expires.isBefore(now)) {
                all.remove();
                session.connection.close();
            }
        }
    }

    /** Closes the idle sessions now and the busy ones when they're released. */
    synchronized void close() {
        closed = true;
        Iterator<Session> all = sessions.values().iterator();
        while (all.hasNext()) {
            Session session = all.next();
            if (!session.busy) {
                all.remove();
                session.connection.close();
            }
        }
    }
}
