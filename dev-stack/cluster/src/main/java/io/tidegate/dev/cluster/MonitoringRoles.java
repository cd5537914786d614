package io.tidegate.dev.cluster;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What watches a cluster, with {@code deploy/prometheus}, {@code deploy/alertmanager} and {@code deploy/blackbox}, of which only
 * addresses are changed: Prometheus and its rules, Alertmanager, and what tells Prometheus about those that don't speak to it.
 */
final class MonitoringRoles {

    static final String PROMETHEUS = "prometheus";
    static final String ALERTMANAGER = "alertmanager";
    static final String NGINX_EXPORTER = "nginx-exporter";
    static final String REDIS_EXPORTER = "redis-exporter";
    static final String BLACKBOX_EXPORTER = "blackbox-exporter";
    /** In the order to start them in: nobody is found missing. */
    static final List<String> NAMES =
            List.of(NGINX_EXPORTER, REDIS_EXPORTER, BLACKBOX_EXPORTER, ALERTMANAGER, PROMETHEUS);

    private final Path deploy;
    private final ClusterDirectory directory;
    private final Map<String, Integer> ports;
    private final Additions additions;
    private final Secrets secrets;

    MonitoringRoles(
            Path home, ClusterDirectory directory, Map<String, Integer> ports, Additions additions, Secrets secrets) {
        this.deploy = home.resolve("deploy");
        this.directory = directory;
        this.ports = ports;
        this.additions = additions;
        this.secrets = secrets;
    }

    /** Writes the files they need; starts nothing. */
    List<RoleState> prepare() throws IOException {
        List<RoleState> roles = new ArrayList<>();
        roles.add(nginxExporter());
        if (additions.redis()) {
            roles.add(redisExporter());
        }
        roles.add(blackboxExporter());
        roles.add(alertmanager());
        roles.add(prometheus());
        return roles;
    }

    /** For nginx's folder of further servers: its counts, for the exporter. */
    static String nginxStatus(Path home, String address) throws IOException {
        return Roles.replaced(
                Files.readString(home.resolve("deploy/nginx/status.conf")), "listen 8099;", "listen " + address + ";");
    }

    private RoleState nginxExporter() throws IOException {
        return role(NGINX_EXPORTER)
                .program(
                        "prometheus-nginx-exporter",
                        "prometheus-nginx-exporter",
                        "-nginx.scrape-uri=http://" + address(Roles.NGINX + ".status") + "/nginx_status",
                        "-web.listen-address=" + address(NGINX_EXPORTER))
                .readyWhen(Readiness.http("http://" + address(NGINX_EXPORTER) + "/metrics"));
    }

    private RoleState redisExporter() throws IOException {
        return role(REDIS_EXPORTER)
                .program(
                        "prometheus-redis-exporter",
                        "prometheus-redis-exporter",
                        "-web.listen-address=" + address(REDIS_EXPORTER))
                .environment("REDIS_ADDR", "redis://" + address(Roles.REDIS))
                .environment("REDIS_USER", "monitor")
                .environment("REDIS_PASSWORD", secrets.of(Roles.REDIS_MONITOR_SECRET))
                .readyWhen(Readiness.http("http://" + address(REDIS_EXPORTER) + "/metrics"));
    }

    private RoleState blackboxExporter() throws IOException {
        return role(BLACKBOX_EXPORTER)
                .program(
                        "prometheus-blackbox-exporter",
                        "prometheus-blackbox-exporter",
                        "--config.file=" + deploy.resolve("blackbox/blackbox.yml"),
                        "--web.listen-address=" + address(BLACKBOX_EXPORTER))
                .readyWhen(Readiness.http("http://" + address(BLACKBOX_EXPORTER) + "/-/healthy"));
    }

    private RoleState alertmanager() throws IOException {
        String config = Files.readString(deploy.resolve("alertmanager/alertmanager.yml"));
        String address = additions.alertsTo().map(URI::toString).orElse("http://" + ClusterPorts.HOST + "/");
        config = Roles.replaced(config, "url_file: /run/secrets/alert_webhook_url", "url: " + address);
        if (additions.alertsTo().isEmpty()) {
            config = Roles.replaced(config, "receiver: operators", "receiver: nobody");
        }
        Path file = Files.writeString(directory.conf(ALERTMANAGER).resolve("alertmanager.yml"), config);
        return role(ALERTMANAGER)
                .program(
                        "prometheus-alertmanager",
                        "prometheus-alertmanager",
                        "--config.file=" + file,
                        "--storage.path=" + directory.data(ALERTMANAGER),
                        "--web.listen-address=" + address(ALERTMANAGER),
                        // One of it needs no others.
                        "--cluster.listen-address=",
                        "--log.level=warn")
                .readyWhen(Readiness.http("http://" + address(ALERTMANAGER) + "/-/ready"));
    }

    private RoleState prometheus() throws IOException {
        Path conf = directory.conf(PROMETHEUS);
        String config = Files.readString(deploy.resolve("prometheus/prometheus.yml"));
        config = Roles.replaced(config, "alertmanager:9093", address(ALERTMANAGER));
        config = Roles.replaced(config, "blackbox-exporter:9115", address(BLACKBOX_EXPORTER));
        config = Roles.replaced(config, "localhost:9090", address(PROMETHEUS));
        Path file = Files.writeString(conf.resolve("prometheus.yml"), config);
        Path rules = Files.createDirectories(conf.resolve("rules"));
        for (Path rule : files(deploy.resolve("prometheus/rules"))) {
            Files.writeString(rules.resolve(rule.getFileName()), Files.readString(rule));
        }
        Path targets = Files.createDirectories(conf.resolve("targets"));
        Map<String, List<String>> here = targets();
        for (Path deployed : files(deploy.resolve("prometheus/targets/cluster"))) {
            String job = deployed.getFileName().toString().replace(".yml", "");
            List<String> addresses = here.getOrDefault(job, List.of());
            Files.writeString(
                    targets.resolve(deployed.getFileName()),
                    addresses.isEmpty() ? "[]\n" : "- targets: [\"" + String.join("\", \"", addresses) + "\"]\n");
        }
        return role(PROMETHEUS)
                .program(
                        "prometheus",
                        "prometheus",
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + directory.data(PROMETHEUS),
                        "--web.listen-address=" + address(PROMETHEUS),
                        "--log.level=warn")
                .readyWhen(Readiness.http("http://" + address(PROMETHEUS) + "/-/ready"));
    }

    /** By the names of the deployed files. The notifier isn't a part of this cluster. */
    private Map<String, List<String>> targets() {
        Map<String, List<String>> targets = new HashMap<>();
        targets.put("gateway", each(Roles.GATEWAY, Roles.GATEWAYS, ".ops"));
        List<String> flink = new ArrayList<>(each(Roles.JOB_MANAGER, Roles.JOB_MANAGERS, ".metrics"));
        flink.addAll(each(Roles.TASK_MANAGER, Roles.TASK_MANAGERS, ".metrics"));
        targets.put("flink", flink);
        targets.put("kafka", each(Roles.BROKER, Roles.BROKERS, ".metrics"));
        targets.put("clickhouse", each(Roles.CLICKHOUSE, ClusterSettings.SHARDS, ""));
        targets.put("nginx", List.of(address(NGINX_EXPORTER)));
        targets.put("edge", List.of("http://" + address(Roles.NGINX) + "/openapi.yaml"));
        if (additions.redis()) {
            targets.put("redis", List.of(address(REDIS_EXPORTER), address(Roles.REDIS_EXPORT)));
        }
        return targets;
    }

    private List<String> each(String role, int count, String purpose) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> address(role + i + purpose))
                .toList();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private ProgramRole role(String name) {
        return new ProgramRole(name, directory, ports.get(name));
    }

    private String address(String name) {
        return ClusterPorts.HOST + ":"
                + Optional.ofNullable(ports.get(name))
                        .orElseThrow(() -> new IllegalStateException("no port of " + name));
    }
}
