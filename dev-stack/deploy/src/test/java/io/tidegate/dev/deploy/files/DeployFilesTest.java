package io.tidegate.dev.deploy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import kafka.server.KafkaConfig;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ServerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files of a deployment, each read by the classes that will read it there. The rest is done by {@code scripts/check-deploy}. */
class DeployFilesTest {

    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Pattern ENVIRONMENT = Pattern.compile("\\$\\{env:(\\w+)}");
    /** They end by themselves, or their images have neither a shell nor a client that could ask. */
    private static final Set<String> WITHOUT_HEALTH = Set.of("setup", "nginx-exporter", "redis-exporter", "chproxy");

    @ParameterizedTest
    @ValueSource(strings = {"docker-compose.yml", "docker-compose.one-node.yml"})
    void everyServiceHasLimitsAHealthCheckAndNoMoreRightsThanItNeeds(String file) throws IOException {
        Map<String, Map<String, Object>> services = services(file);
        assertThat(services).hasSizeGreaterThan(10);
        services.forEach((name, service) -> {
            assertThat(service).as(name).containsKeys("image", "deploy", "networks");
            assertThat(service.get("cap_drop")).as(name).isEqualTo(List.of("ALL"));
            assertThat(service.get("security_opt")).as(name).isEqualTo(List.of("no-new-privileges:true"));
            assertThat(service).as(name).doesNotContainKeys("privileged", "cap_add", "pid", "network_mode");
            if (!WITHOUT_HEALTH.contains(name)) {
                assertThat(service).as(name).containsKey("healthcheck");
            }
            // Our own images name their user in the Dockerfile.
            if (!service.get("image").toString().startsWith("tidegate/")) {
                assertThat(service).as(name).containsKey("user");
            }
            assertThat(service.getOrDefault("user", "").toString())
                    .as(name)
                    .doesNotStartWith("0")
                    .isNotEqualTo("root");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker-compose.yml", "docker-compose.one-node.yml"})
    void everyServiceIsStartedBehindOnesThatExist(String file) throws IOException {
        Map<String, Map<String, Object>> services = services(file);
        services.forEach((name, service) -> {
            if (service.get("depends_on") instanceof Map<?, ?> others) {
                assertThat(services.keySet())
                        .as(name)
                        .containsAll(
                                others.keySet().stream().map(String::valueOf).toList());
                others.forEach((other, how) -> {
                    if (how.toString().contains("service_healthy")) {
                        assertThat(services.get(other.toString()))
                                .as(name + " waits for " + other)
                                .containsKey("healthcheck");
                    }
                });
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"cluster", "one-node"})
    void whatPrometheusScrapesAreServices(String kind) throws IOException {
        Set<String> services = services(kind.equals("cluster") ? "docker-compose.yml" : "docker-compose.one-node.yml")
                .keySet();
        try (Stream<Path> files =
                Files.list(ROOT.resolve("deploy/prometheus/targets").resolve(kind))) {
            for (Path file : files.toList()) {
                Matcher hosts = Pattern.compile("([a-z][a-z0-9-]*):\\d+").matcher(Files.readString(file));
                while (hosts.find()) {
                    assertThat(services).as(file.toString()).contains(hosts.group(1));
                }
            }
        }
    }

    @Test
    void kafkaTakesTheBrokersProperties() throws IOException {
        Map<String, String> environment = Map.of(
                "KAFKA_NODE_ID", "1",
                "KAFKA_LISTENERS", "PLAINTEXT://0.0.0.0:9092,CONTROLLER://0.0.0.0:9093",
                "KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://kafka-1:9092",
                "KAFKA_CONTROLLER_QUORUM_VOTERS", "1@kafka-1:9093,2@kafka-2:9093,3@kafka-3:9093",
                "KAFKA_LOG_DIRS", "/var/lib/kafka/data");
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(ROOT.resolve("deploy/kafka/server.properties"))) {
            file.load(reader);
        }
        Map<String, Object> settings = new HashMap<>();
        file.forEach((name, value) -> settings.put(
                name.toString(),
                ENVIRONMENT.matcher(value.toString()).replaceAll(match -> environment.get(match.group(1)))));
        settings.keySet().removeIf(name -> name.startsWith("config.providers"));

        KafkaConfig config = new KafkaConfig(settings, false);

        assertThat(config.nodeId()).isEqualTo(1);
        assertThat(settings.keySet())
                .allSatisfy(name -> assertThat(KafkaConfig.configNames().contains(name))
                        .as(name)
                        .isTrue());
        assertThat(settings)
                .containsEntry("min.insync.replicas", "2")
                .containsEntry("default.replication.factor", "3")
                .containsEntry("unclean.leader.election.enable", "false");
        // The services give each variable that the file asks for.
        Map<String, Map<String, Object>> services = services("docker-compose.yml");
        for (String broker : List.of("kafka-1", "kafka-2", "kafka-3")) {
            assertThat(services.get(broker).get("environment").toString())
                    .as(broker)
                    .contains(environment.keySet().toArray(String[]::new));
        }
    }

    @Test
    void withNamesAndRightsEveryServiceThatSpeaksToKafkaIsAUserOfTheList() throws IOException {
        Map<String, Map<String, Object>> open = services("docker-compose.yml");
        Map<String, Map<String, Object>> secure = services("docker-compose.secure.yml");
        Set<String> users = new TreeSet<>();
        for (String line : Files.readAllLines(ROOT.resolve("deploy/kafka/access.acl"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                users.add(line.split(" ")[0]);
            }
        }
        assertThat(open.keySet()).containsAll(secure.keySet());
        List<String> clients = open.entrySet().stream()
                .filter(service -> environment(service.getValue()).containsKey("KAFKA")
                        || service.getValue().get("image").toString().startsWith("tidegate/flink:"))
                .map(Map.Entry::getKey)
                .filter(name -> !name.equals("setup"))
                .toList();
        assertThat(clients).contains("gateway-1", "jobmanager-2", "taskmanager-1", "notifier", "redis-export");
        for (String client : clients) {
            Map<?, ?> environment = environment(secure.getOrDefault(client, Map.of()));
            assertThat(environment.get("TIDEGATE_KAFKA_CONFIG")).as(client).isNotNull();
            assertThat(environment.get("KAFKA_CA_FILE")).as(client).isNotNull();
            String user = String.valueOf(environment.get("KAFKA_USER"));
            assertThat(users).as(client).contains(user);
            assertThat(environment.get("KAFKA_PASSWORD").toString())
                    .as(client)
                    .startsWith("${KAFKA_PASSWORD_" + user.toUpperCase(Locale.ROOT) + ":?");
        }
        // The administrator makes all of them.
        assertThat(environment(secure.get("setup")).keySet().toString())
                .contains(users.stream()
                        .map(user -> "KAFKA_PASSWORD_" + user.toUpperCase(Locale.ROOT))
                        .toArray(String[]::new));
        for (String broker : List.of("kafka-1", "kafka-2", "kafka-3")) {
            Map<?, ?> environment = environment(secure.get(broker));
            assertThat(environment.get("KAFKA_LISTENERS"))
                    .as(broker)
                    .isEqualTo("CLIENTS://0.0.0.0:9092,CONTROLLER://0.0.0.0:9093,BROKERS://0.0.0.0:9094");
            assertThat(environment.get("KAFKA_ADVERTISED_LISTENERS"))
                    .as(broker)
                    .isEqualTo("CLIENTS://" + broker + ":9092,BROKERS://" + broker + ":9094");
        }
    }

    private static Map<?, ?> environment(Map<String, Object> service) {
        return service.get("environment") instanceof Map<?, ?> map ? map : Map.of();
    }

    @ParameterizedTest
    @ValueSource(strings = {"embedded", "cluster"})
    void flinkReadsItsConfigurationAndReportsToPrometheus(String kind) {
        Configuration flink = GlobalConfiguration.loadConfiguration(
                ROOT.resolve("flink-conf").resolve(kind).toString());

        assertThat(flink.get(CheckpointingOptions.CHECKPOINTING_INTERVAL)).isNotNull();
        String reporter = flink.get(MetricOptions.REPORTERS_LIST);
        assertThat(flink.toMap().get("metrics.reporter." + reporter + ".factory.class"))
                .contains("Prometheus");
    }

    /** A container that gets less than its JVM takes is killed, again and again, once the state has grown. */
    @ParameterizedTest
    @ValueSource(strings = {"docker-compose.yml", "docker-compose.one-node.yml"})
    void everyFlinkContainerHasTheMemoryThatItsProcessMayTake(String file) throws IOException {
        Map<String, Map<String, Object>> services = services(file);
        List<String> seen = new ArrayList<>();
        services.forEach((name, service) -> {
            if (service.get("command") instanceof List<?> command
                    && service.get("image").toString().startsWith("tidegate/flink:")) {
                Configuration flink = GlobalConfiguration.loadConfiguration(
                        ROOT.resolve("flink-conf/cluster").toString());
                for (int i = 1; i + 1 < command.size(); i += 2) {
                    String[] option = command.get(i + 1).toString().split("=", 2);
                    flink.setString(option[0], option[1]);
                }
                MemorySize process = command.get(0).equals("taskmanager")
                        ? flink.get(TaskManagerOptions.TOTAL_PROCESS_MEMORY)
                        : flink.get(JobManagerOptions.TOTAL_PROCESS_MEMORY);
                Map<?, ?> resources = (Map<?, ?>) ((Map<?, ?>) service.get("deploy")).get("resources");
                String limit =
                        ((Map<?, ?>) resources.get("limits")).get("memory").toString();
                assertThat(MemorySize.parse(limit)).as(name).isGreaterThanOrEqualTo(process);
                seen.add(name);
            }
        });
        assertThat(seen).contains("jobmanager-1", "taskmanager-1");
    }

    @Test
    void zooKeeperTakesItsConfiguration() {
        assertThatCode(() -> new ServerConfig()
                        .parse(ROOT.resolve("deploy/zookeeper/zoo.cfg").toString()))
                .doesNotThrowAnyException();
    }

    @Test
    void clickHousesFilesAreWellFormedAndNobodyIsWithoutAPassword() throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.walk(ROOT.resolve("deploy/clickhouse"))) {
            files = all.filter(file -> file.toString().endsWith(".xml")).toList();
        }
        assertThat(files).hasSizeGreaterThanOrEqualTo(5);
        Set<String> variables = new TreeSet<>();
        for (Path file : files) {
            var document =
                    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
            assertThat(document.getDocumentElement().getTagName())
                    .as(file.toString())
                    .isEqualTo("clickhouse");
            Matcher matcher = Pattern.compile("from_env=\"(\\w+)\"").matcher(Files.readString(file));
            while (matcher.find()) {
                variables.add(matcher.group(1));
            }
            assertThat(Files.readString(file)).doesNotContainPattern("<password>|<password/>|<no_password");
        }
        String compose = Files.readString(ROOT.resolve("docker-compose.yml"));
        assertThat(variables).isNotEmpty().allSatisfy(name -> assertThat(compose)
                .contains(name + ":"));
    }

    /** An alert that nobody knows what to do about is noise. */
    @Test
    void everyAlertHasItsEntryInTheRunbookAndEveryEntryItsAlert() throws IOException {
        List<String> alerts = new ArrayList<>();
        Map<String, Object> rules = yaml(ROOT.resolve("deploy/prometheus/rules/alerts.yml"));
        for (Object group : (List<?>) rules.get("groups")) {
            for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
                Map<?, ?> alert = (Map<?, ?>) rule;
                String name = alert.get("alert").toString();
                alerts.add(name);
                Map<?, ?> annotations = (Map<?, ?>) alert.get("annotations");
                assertThat(annotations.get("runbook_url"))
                        .as(name)
                        .hasToString("docs/operations.md#" + name.toLowerCase(Locale.ROOT));
                assertThat(annotations.get("summary")).as(name).isNotNull();
                assertThat(annotations.get("description")).as(name).isNotNull();
                assertThat(((Map<?, ?>) alert.get("labels")).get("severity").toString())
                        .as(name)
                        .isIn("critical", "warning", "info");
            }
        }
        List<String> entries = new ArrayList<>();
        boolean runbook = false;
        for (String line : Files.readAllLines(ROOT.resolve("docs/operations.md"))) {
            if (line.startsWith("## ")) {
                runbook = line.equals("## Runbook");
            } else if (runbook && line.startsWith("### ")) {
                entries.add(line.substring(4));
            }
        }
        assertThat(alerts).doesNotHaveDuplicates().hasSizeGreaterThan(30);
        assertThat(entries).containsExactlyInAnyOrderElementsOf(alerts);
        // And a unit test in which it fires.
        String tests = Files.readString(ROOT.resolve("deploy/prometheus/tests/alerts.yml"))
                + Files.readString(ROOT.resolve("deploy/prometheus/tests/slow-burn.yml"));
        assertThat(alerts).allSatisfy(name -> assertThat(tests).contains("alertname=\"" + name + "\""));
    }

    private static Map<String, Map<String, Object>> services(String file) throws IOException {
        Map<String, Map<String, Object>> services = new HashMap<>();
        ((Map<?, ?>) yaml(ROOT.resolve(file)).get("services")).forEach((name, value) -> {
            Map<String, Object> service = new HashMap<>();
            ((Map<?, ?>) value).forEach((key, member) -> service.put(key.toString(), member));
            services.put(name.toString(), service);
        });
        return services;
    }

    private static Map<String, Object> yaml(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            LoaderOptions options = new LoaderOptions();
            options.setMaxAliasesForCollections(500);
            return new Yaml(new SafeConstructor(options)).load(reader);
        }
    }
}
