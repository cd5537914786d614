package io.tidegate.serving.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The connections of one event loop, and how long each may take: to bring a request's head, to bring its body, to do nothing between
 * two requests. Looked at from time to time instead of with a timer for each; a request costs one look-up.
 */
final class Connections {

    /** What a client gets to finish a body whose answer it already has. Closing at once would cut off that answer. */
    private static final Duration LINGER = Duration.ofSeconds(5);

    /** What is being waited for, since when. */
    private static final class Watched {
        private HttpServerRequest request;
        private boolean upgrade;
        private long since;
        private boolean answered;
    }

    private final long headNanos;
    private final long bodyNanos;
    private final long idleNanos;
    private final Map<HttpConnection, Watched> open = new IdentityHashMap<>();

    Connections(Duration head, Duration body, Duration idle) {
        this.headNanos = head.toNanos();
        this.bodyNanos = body.toNanos();
        this.idleNanos = idle.toNanos();
    }

    void opened(HttpConnection connection) {
        Watched watched = new Watched();
        watched.since = System.nanoTime();
        open.put(connection, watched);
        connection.closeHandler(closed -> open.remove(connection));
    }

    /** A request's head is there. */
    void began(HttpServerRequest request) {
        Watched watched = open.get(request.connection());
        if (watched != null) {
            watched.request = request;
            watched.upgrade =
                    request.method() == HttpMethod.GET && request.headers().contains(HttpHeaders.UPGRADE);
            watched.since = System.nanoTime();
            watched.answered = false;
        }
    }

    /** Ends what takes too long. */
    void sweep() {
        long now = System.nanoTime();
        List<HttpConnection> headless = new ArrayList<>();
        List<HttpConnection> finished = new ArrayList<>();
        List<HttpServerRequest> bodiless = new ArrayList<>();
        for (Map.Entry<HttpConnection, Watched> entry : open.entrySet()) {
            Watched watched = entry.getValue();
            HttpServerRequest request = watched.request;
            if (request == null) {
                if (now - watched.since > headNanos) {
                    headless.add(entry.getKey());
                }
                continue;
            }
            boolean answered = isAnswered(watched);
            if (answered && !watched.answered) {
                // From here on something else is waited for: the rest of the body, or the next request.
                watched.answered = true;
                watched.since = now;
            }
            long waited = now - watched.since;
            if (answered) {
                if (waited > (request.isEnded() ? idleNanos : LINGER.toNanos())) {
                    finished.add(entry.getKey());
                }
            } else if (!request.isEnded() && waited > bodyNanos) {
                bodiless.add(request);
            }
        }
        headless.forEach(StrictHttp::timeOut);
        finished.forEach(HttpConnection::close);
        bodiless.forEach(Connections::timeOut);
    }

    private static boolean isAnswered(Watched watched) {
        HttpServerResponse response = watched.request.response();
        // An upgrade that was accepted has no end.
        return response.ended() && (!watched.upgrade || response.getStatusCode() >= 400);
    }

    private static void timeOut(HttpServerRequest request) {
        if (request.response().headWritten()) {
            request.connection().close();
            return;
        }
        Problem.of(408, "body_timeout", "The body took too long to arrive.")
                .header("Connection", "close")
                .send(request.response());
    }
}
