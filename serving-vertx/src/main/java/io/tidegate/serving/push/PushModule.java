package io.tidegate.serving.push;

import io.grpc.ServerServiceDefinition;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.tidegate.contracts.Topics;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.http.Problem;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /ws}: who may connect, and the wiring from the feeds to the sockets, and to the listeners of the other transports.
 *
 * <p>Before the upgrade: 426 for a request that is none, 400 for a token in the URL, 403 for a foreign Origin, 401 for a
 * token that doesn't verify.
 */
public final class PushModule implements RouteModule {

    private static final Logger LOG = LoggerFactory.getLogger(PushModule.class);

    private final Vertx vertx;
    private final PushConfig config;
    private final PushHub hub;
    private final List<TopicReader> readers;
    private final Runnable stopHistory;
    private final List<PushShard> shards = new ArrayList<>();

    /**
     * @param readers of the topics that only this feature reads; started and stopped with it. None: somebody else feeds the
     *     hub
     */
    PushModule(Vertx vertx, PushConfig config, PushHub hub, List<TopicReader> readers) {
        this(vertx, config, hub, readers, () -> {});
    }

    private PushModule(Vertx vertx, PushConfig config, PushHub hub, List<TopicReader> readers, Runnable stopHistory) {
        this.vertx = vertx;
        this.config = config;
        this.hub = hub;
        this.readers = readers;
        this.stopHistory = stopHistory;
    }

    /**
     * The feature with its feeds from Kafka.
     *
     * @param clientId distinguishes this process on the broker
     * @param archive where history is that the log no longer has
     */
    public static PushModule create(
            Vertx vertx, PushConfig config, PushHub hub, String bootstrapServers, String clientId, Archive archive) {
        KafkaHistory history = new KafkaHistory(bootstrapServers, clientId, config, archive);
        hub.history(history);
        CommitWatch commits = new CommitWatch(
                hub.metrics().lanes(Topics.ALERTS), config.repeatHorizon(), config.repeatCapacity(), System::nanoTime);
        // Alerts before their transaction commits: milliseconds instead of a checkpoint interval. A push to a person
        // may wait
        // for it, and must not be taken back.
        return new PushModule(
                vertx,
                config,
                hub,
                List.of(
                        reader(
                                vertx,
                                hub,
                                bootstrapServers,
                                clientId,
                                config,
                                new StreamFeed(
                                        hub,
                                        config,
                                        Channel.Family.ALERTS,
                                        Topics.ALERTS,
                                        TopicReader.Isolation.READ_UNCOMMITTED,
                                        AlertItem::decode,
                                        Optional.of(commits))),
                        new TopicReader(
                                vertx,
                                new TopicReader.Options(
                                        bootstrapServers,
                                        Topics.ALERTS,
                                        clientId + "-" + Topics.ALERTS + "-committed",
                                        TopicReader.Start.RECENT,
                                        config.repeatHorizon(),
                                        TopicReader.Isolation.READ_COMMITTED),
                                new CommitLane(AlertItem::decode, commits),
                                hub.metrics()),
                        reader(
                                vertx,
                                hub,
                                bootstrapServers,
                                clientId,
                                config,
                                new StreamFeed(
                                        hub,
                                        config,
                                        Channel.Family.USER,
                                        Topics.NOTIFICATIONS,
                                        TopicReader.Isolation.READ_COMMITTED,
                                        NotificationItem::decode))),
                history::stop);
    }

    private static TopicReader reader(
            Vertx vertx, PushHub hub, String bootstrapServers, String clientId, PushConfig config, StreamFeed feed) {
        return new TopicReader(
                vertx,
                new TopicReader.Options(
                        bootstrapServers,
                        feed.topic(),
                        clientId + "-" + feed.topic(),
                        TopicReader.Start.RECENT,
                        config.repeatHorizon(),
                        feed.isolation()),
                feed,
                hub.metrics());
    }

    @Override
    public Future<Void> start() {
        readers.forEach(TopicReader::start);
        return Future.succeededFuture();
    }

    /** Says goodbye to the listeners while requests in flight are finished, instead of letting the server cut them off. */
    @Override
    public Future<Void> drain() {
        List<Future<Void>> done = new ArrayList<>();
        synchronized (shards) {
            shards.forEach(shard -> done.add(shard.closeAll(config.goodbyeOver())));
        }
        return Future.join(done).mapEmpty();
    }

    @Override
    public Future<Void> stop() {
        stopHistory.run();
        List<Future<Void>> done = new ArrayList<>();
        readers.forEach(reader -> done.add(reader.stop()));
        return Future.join(done).mapEmpty();
    }

    @Override
    public List<HealthCheck> healthChecks() {
        return List.of(new FeedHealth("live_feeds", readers));
    }

    @Override
    public void mount(Router router, Auth auth) {
        Context context = vertx.getOrCreateContext();
        PushShard shard = hub.newShard(context);
        shard.heartbeatEvery(vertx, config.pingInterval());
        synchronized (shards) {
            shards.add(shard);
        }
        new FeedRoutes(vertx, config, hub, shard).mount(router, auth);
        router.get("/ws").handler(routing -> handshake(routing, auth, shard));
    }

    /** Listeners over gRPC live on the event loops that those of the WebSockets live on. */
    @Override
    public List<ServerServiceDefinition> grpcServices() {
        synchronized (shards) {
            if (shards.isEmpty()) {
                shards.add(hub.newShard(vertx.getOrCreateContext()));
            }
            return List.of(new FeedService(vertx, config, hub, shards).definition());
        }
    }

    private void handshake(RoutingContext routing, Auth auth, PushShard shard) {
        HttpServerRequest request = routing.request();
        Optional<Problem> refusal = refusal(request);
        if (refusal.isPresent()) {
            refusal.get().send(routing.response());
            return;
        }
        if (request.getHeader(HttpHeaders.AUTHORIZATION) == null) {
            upgrade(request, auth, shard, Optional.empty());
            return;
        }
        Optional<String> token = Auth.bearerToken(request);
        if (token.isEmpty()) {
            Auth.unauthorized("Send a token: Authorization: Bearer <JWT>.").send(routing.response());
            return;
        }
        request.pause();
        auth.authenticate(token.get()).onComplete(verified -> {
            if (verified.failed()) {
                request.resume();
                Auth.unauthorized(PushError.INVALID_TOKEN.message()).send(routing.response());
            } else {
                upgrade(request, auth, shard, Optional.of(verified.result()));
            }
        });
    }

    private Optional<Problem> refusal(HttpServerRequest request) {
        String upgrade = request.getHeader(HttpHeaders.UPGRADE);
        if (upgrade == null || !upgrade.equalsIgnoreCase("websocket")) {
            return Optional.of(Problem.of(426, "upgrade_required", "This is a WebSocket: connect to it with ws or wss.")
                    .header("Upgrade", "websocket")
                    .header("Connection", "Upgrade"));
        }
        if (Auth.tokenInQuery(request)) {
            return Optional.of(Problem.of(
                    400,
                    "token_in_query",
                    "Send the token in the Authorization header or in the first message, never in the URL."));
        }
        if (!Origins.isAllowed(
                request.getHeader(HttpHeaders.ORIGIN), request.getHeader(HttpHeaders.HOST), config.allowedOrigins())) {
            return Optional.of(Problem.of(
                    403, "foreign_origin", "Pages of this origin may not connect; see push.allowedOrigins."));
        }
        return Optional.empty();
    }

    private void upgrade(HttpServerRequest request, Auth auth, PushShard shard, Optional<Principal> who) {
        io.netty.channel.Channel connection = WebSocketOutlet.connection(request);
        // Otherwise the kernel's own tuning, which is for downloads.
        connection
                .config()
                .setOption(ChannelOption.SO_SNDBUF, config.socketBuffer().intBytes());
        connection.pipeline().addFirst(shard.cork().newPlug());
        request.toWebSocket()
                .onSuccess(webSocket -> converse(
                        webSocket,
                        auth,
                        shard,
                        who,
                        new WebSocketOutlet(vertx, webSocket, connection, config.closeTimeout())))
                // Vert.x has answered already: a broken handshake, or the peer has gone.
                .onFailure(e -> LOG.debug("a WebSocket handshake failed", e));
    }

    private void converse(
            ServerWebSocket webSocket, Auth auth, PushShard shard, Optional<Principal> who, Outlet outlet) {
        PushSocket socket = new PushSocket(vertx, config, hub, shard, auth::authenticate, outlet);
        MessageAssembler messages = new MessageAssembler(config.maxFrameSize().intBytes(), socket);
        webSocket.frameHandler(messages::frame);
        webSocket.drainHandler(ignored -> socket.drained());
        webSocket.closeHandler(ignored -> socket.closed());
        // Without a handler Vert.x would say goodbye by itself, to all at once and with another code.
        webSocket.shutdownHandler(ignored -> LOG.debug("a listener is about to be sent away"));
        webSocket.exceptionHandler(e -> messages.failed(e));
        who.ifPresentOrElse(socket::openAs, socket::openUnauthenticated);
    }

    /** Puts the frames of a client together to messages, within the size limit. */
    private static final class MessageAssembler {
        private final int maxBytes;
        private final PushSocket socket;
        private final ByteArrayOutputStream parts = new ByteArrayOutputStream(0);

        private MessageAssembler(int maxBytes, PushSocket socket) {
            this.maxBytes = maxBytes;
            this.socket = socket;
        }

        private void frame(WebSocketFrame frame) {
            try {
                take(frame);
            } catch (RuntimeException e) {
                LOG.error("a listener's message could not be handled", e);
                socket.fail(PushError.INTERNAL, CloseCode.INTERNAL_ERROR);
            }
        }

        private void take(WebSocketFrame frame) {
            socket.clientFrame();
            switch (frame.type()) {
                case TEXT, CONTINUATION -> text(frame);
                case BINARY -> socket.fail(PushError.UNSUPPORTED_DATA, CloseCode.UNSUPPORTED_DATA);
                case PING, PONG, CLOSE -> {
                    // Vert.x answers them.
                }
            }
        }

        private void text(WebSocketFrame frame) {
            byte[] bytes = frame.binaryData().getBytes();
            if ((long) parts.size() + bytes.length > maxBytes) {
                socket.fail(PushError.TOO_BIG, CloseCode.TOO_BIG);
                return;
            }
            if (frame.isFinal() && parts.size() == 0) {
                socket.message(bytes);
                return;
            }
            parts.writeBytes(bytes);
            if (frame.isFinal()) {
                byte[] message = parts.toByteArray();
                parts.reset();
                socket.message(message);
            }
        }

        private void failed(Throwable failure) {
            if (failure instanceof TooLongFrameException || failure instanceof CorruptedWebSocketFrameException) {
                socket.fail(PushError.TOO_BIG, CloseCode.TOO_BIG);
            } else {
                LOG.debug("a WebSocket broke", failure);
            }
        }
    }

    private record FeedHealth(String name, List<TopicReader> readers) implements HealthCheck {

        @Override
        public boolean gatesReadiness() {
            return false;
        }

        @Override
        public Health health() {
            return readers.stream().allMatch(TopicReader::isConnected)
                    ? Health.UP
                    : Health.down("the topics of alerts and notifications can't be read");
        }
    }
}
