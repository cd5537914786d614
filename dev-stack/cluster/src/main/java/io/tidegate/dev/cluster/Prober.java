package io.tidegate.dev.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Asks roles whether they are ready. */
final class Prober {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    /** A client has to be made first, of many classes. */
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(10);

    private final Path kafkaAdministrator;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    /** @param kafkaAdministrator the file with the settings of an administrator's client; may be missing */
    Prober(Path kafkaAdministrator) {
        this.kafkaAdministrator = kafkaAdministrator;
    }

    boolean isReady(Readiness readiness, int starts) throws InterruptedException {
        String text = readiness.text().replace(RoleState.STARTS, Integer.toString(starts));
        for (String target : readiness.targets()) {
            try {
                if (isReady(readiness.kind(), target, text)) {
                    return true;
                }
            } catch (IOException e) {
                // Not there (yet), or on its way out: the next one may be.
                continue;
            }
        }
        return false;
    }

    private boolean isReady(Readiness.Kind kind, String target, String text) throws IOException, InterruptedException {
        return switch (kind) {
            case HTTP -> get(target).statusCode() == 200;
            case TCP -> {
                connect(target).close();
                yield true;
            }
            case ZOOKEEPER -> zooKeeperServes(target);
            case BROKER -> {
                // Cheaper than a client that finds nobody.
                connect(target).close();
                yield brokerServes(target, Integer.parseInt(text));
            }
            case TASK_MANAGER -> {
                HttpResponse<String> answer = get(target + "/taskmanagers");
                yield answer.statusCode() == 200 && answer.body().contains("\"id\":\"" + text + "\"");
            }
        };
    }

    private HttpResponse<String> get(String url) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static Socket connect(String address) throws IOException {
        HostPort target = HostPort.parse(address);
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(target.host(), target.port()), Math.toIntExact(TIMEOUT.toMillis()));
            socket.setSoTimeout(Math.toIntExact(TIMEOUT.toMillis()));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static boolean zooKeeperServes(String address) throws IOException {
        try (Socket socket = connect(address);
                InputStream answer = socket.getInputStream()) {
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            return new String(answer.readAllBytes(), StandardCharsets.US_ASCII).contains("Mode: ");
        }
    }

    private boolean brokerServes(String address, int node) throws IOException, InterruptedException {
        int timeout = Math.toIntExact(BROKER_TIMEOUT.toMillis());
        Map<String, Object> settings = KafkaAdministrator.settings(kafkaAdministrator, address);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, timeout);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeout);
        try (Admin admin = Admin.create(settings)) {
            return admin.describeCluster().nodes().get(timeout, TimeUnit.MILLISECONDS).stream()
                    .anyMatch(known -> known.id() == node);
        } catch (ExecutionException | TimeoutException e) {
            // It doesn't answer yet.
            return false;
        }
    }
}
