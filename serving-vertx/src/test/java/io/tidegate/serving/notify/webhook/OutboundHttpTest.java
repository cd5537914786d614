package io.tidegate.serving.notify.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.Network;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the notifier lets itself be sent, and where not; against a real HTTPS server. */
class OutboundHttpTest {

    private static final String PUBLIC = "93.184.215.14";

    @TempDir
    static Path directory;

    private static Vertx vertx;
    /** Of all tests: nothing may ever connect to it. */
    private static HookServer untouched;

    private final List<String> resolved = new ArrayList<>();
    /** Whoever wants to reach a server starts one. */
    private HookServer hooks = untouched;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        untouched = HookServer.start(vertx, directory);
    }

    @AfterAll
    static void stop() {
        TestGateway.await(vertx.close());
    }

    @AfterEach
    void closeServer() {
        if (hooks != untouched) {
            hooks.close();
        }
    }

    private OutboundHttp client(List<String> allowNetworks, OutboundHttp.Resolver resolver) {
        return client(allowNetworks, resolver, Duration.ofSeconds(19));
    }

    private OutboundHttp client(List<String> allowNetworks, OutboundHttp.Resolver resolver, Duration timeout) {
        AddressPolicy policy = new AddressPolicy(
                true,
                Set.of(hooks.port()),
                allowNetworks.stream().map(Network::parse).toList());
        return new OutboundHttp(
                vertx,
                new OutboundHttp.Options(
                        policy, timeout, Duration.ofSeconds(10), 1024, 2, Optional.of(hooks.certificate())),
                host -> {
                    synchronized (resolved) {
                        resolved.add(host);
                    }
                    return resolver.resolve(host);
                },
                Clock.systemUTC());
    }

    private static OutboundHttp.Resolver always(String... addresses) {
        return host -> addresses(addresses);
    }

    private static List<InetAddress> addresses(String... texts) throws UnknownHostException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            addresses.add(InetAddress.getByName(text));
        }
        return addresses;
    }

    private static OutboundHttp.Reply post(OutboundHttp client, String url) {
        return TestGateway.await(client.post(url, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer("{}")));
    }

    @Test
    void theConnectionGoesToTheCheckedAddressWhileTlsAndHostNameTheHost() {
        hooks = HookServer.start(vertx, directory);
        OutboundHttp client = client(List.of("127.0.0.0/8"), always("127.0.0.1"));

        OutboundHttp.Reply reply = post(client, hooks.url("/a?b=c"));

        assertThat(reply.status()).isEqualTo(204);
        assertThat(hooks.received()).singleElement().satisfies(received -> {
            assertThat(received.sni()).isEqualTo("hooks.test");
            assertThat(received.header("host")).isEqualTo("hooks.test:" + hooks.port());
            assertThat(received.path()).isEqualTo("/a");
        });
        assertThat(resolved).containsExactly("hooks.test");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.9.10",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "192.0.0.192",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "fc00::1",
                "fd00:ec2::254",
                "ff02::1",
                "::ffff:127.0.0.1",
                "::ffff:169.254.169.254",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                "2001:db8::1"
            })
    void aNameThatLeadsToAnAddressThatIsNotPublicIsBlockedAfterResolution(String address) {
        OutboundHttp client = client(List.of(), always(address));

        assertThatThrownBy(() -> post(client, hooks.url("/")))
                .rootCause()
                .isInstanceOf(BlockedAddressException.class)
                .hasMessageContaining("isn't public");
        assertThat(hooks.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"93.184.215.14", "8.8.8.8", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450:4001::1"})
    void publicAddressesAreAllowed(String address) throws UnknownHostException {
        assertThat(AddressPolicy.DEFAULT.allows(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void oneAddressThatIsNotPublicAmongOthersBlocksTheName() {
        OutboundHttp client = client(List.of(), always(PUBLIC, "127.0.0.1"));

        assertThatThrownBy(() -> post(client, hooks.url("/"))).rootCause().isInstanceOf(BlockedAddressException.class);
        assertThat(hooks.connections()).isZero();
    }

    @Test
    void aNameThatChangesItsMindAfterTheCheckGainsNothing() {
        // Given a name server that says something else each time it is asked
        Deque<String> answers = new ArrayDeque<>(List.of("127.0.0.2", "127.0.0.1"));
        OutboundHttp client = client(List.of("127.0.0.2/32"), host -> addresses(answers.pop()));

        // When: the checked address has nobody listening; a second resolution would find the server
        assertThatThrownBy(() -> post(client, hooks.url("/"))).isNotNull();

        assertThat(resolved).hasSize(1);
        assertThat(hooks.connections()).isZero();

        // And the next attempt is checked anew
        assertThatThrownBy(() -> post(client, hooks.url("/"))).rootCause().isInstanceOf(BlockedAddressException.class);
        assertThat(hooks.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/",
                "https://2130706433/",
                "https://0x7f000001/",
                "https://0177.0.0.1/",
                "https://127.1/",
                "https://[::1]/",
                "https://[::ffff:10.0.0.1]/",
                "https://169.254.169.254/latest/meta-data/",
                "http://example.com/",
                "https://example.com:22/",
                "https://user:secret@example.com/",
                "https://example.com/#fragment",
                "ftp://example.com/",
                "file:///etc/passwd",
                "https:///path",
                "gopher://example.com:443/",
                "not a url"
            })
    void aUrlThatIsNothingForAWebhookIsRefusedBeforeAnythingIsResolved(String url) {
        assertThat(AddressPolicy.DEFAULT.problem(url)).isPresent();
    }

    @Test
    void anOrdinaryUrlIsFine() {
        assertThat(AddressPolicy.DEFAULT.problem("https://example.com/hooks?tenant=1"))
                .isEmpty();
        assertThat(AddressPolicy.DEFAULT.problem("https://[2606:4700:4700::1111]:8443/"))
                .isEmpty();
    }

    @Test
    void redirectsAreNotFollowed() {
        hooks = HookServer.start(vertx, directory);
        hooks.answers(request -> request.response()
                .setStatusCode(307)
                .putHeader("Location", hooks.url("/elsewhere"))
                .end());

        OutboundHttp.Reply reply = post(client(List.of("127.0.0.0/8"), always("127.0.0.1")), hooks.url("/first"));

        assertThat(reply.status()).isEqualTo(307);
        assertThat(hooks.received()).extracting(HookServer.Received::path).containsExactly("/first");
    }

    @Test
    void anEndlessAnswerIsCutOff() {
        hooks = HookServer.start(vertx, directory);
        hooks.answers(request -> {
            request.response().setChunked(true);
            long timer = vertx.setPeriodic(1, id -> request.response().write("x".repeat(512)));
            request.connection().closeHandler(closed -> vertx.cancelTimer(timer));
        });

        OutboundHttp.Reply reply = post(client(List.of("127.0.0.0/8"), always("127.0.0.1")), hooks.url("/"));

        assertThat(reply.status()).isEqualTo(200);
    }

    @Test
    void anAnswerThatDoesNotComeIsNotWaitedForLong() {
        hooks = HookServer.start(vertx, directory);
        hooks.answers(request -> {});
        OutboundHttp impatient = client(List.of("127.0.0.0/8"), always("127.0.0.1"), Duration.ofMillis(500));

        assertThatThrownBy(() -> post(impatient, hooks.url("/"))).rootCause().isInstanceOf(TimeoutException.class);
    }

    @Test
    void aCertificateForAnotherNameIsNoCertificate() {
        hooks = HookServer.start(vertx, directory);
        OutboundHttp client = client(List.of("127.0.0.0/8"), always("127.0.0.1"));

        assertThatThrownBy(() -> post(client, "https://other.test:" + hooks.port() + "/"))
                .hasCauseInstanceOf(java.util.concurrent.ExecutionException.class)
                .hasRootCauseInstanceOf(java.security.cert.CertificateException.class)
                .satisfies(failure -> assertThat(failure.getCause().getCause()).isInstanceOf(SSLException.class));
        assertThat(hooks.received()).isEmpty();
    }

    @Test
    void retryAfterIsReadAsSecondsAndAsADateAndBounded() {
        hooks = HookServer.start(vertx, directory);
        OutboundHttp client = client(List.of("127.0.0.0/8"), always("127.0.0.1"));
        hooks.answers(request -> request.response()
                .setStatusCode(429)
                .putHeader("Retry-After", request.getParam("after"))
                .end());

        assertThat(post(client, hooks.url("/?after=7")).retryAfter()).contains(Duration.ofSeconds(7));
        assertThat(post(client, hooks.url("/?after=999999999")).retryAfter()).contains(Duration.ofHours(6));
        assertThat(post(client, hooks.url("/?after=soon")).retryAfter()).isEmpty();
        assertThat(post(client, hooks.url("/?after=Wed,%2021%20Oct%202015%2007:28:00%20GMT"))
                        .retryAfter())
                .contains(Duration.ZERO);
    }
}
