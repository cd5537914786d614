package io.tidegate.dev.cluster;

import io.tidegate.dev.clickhouse.EngineMain;
import io.tidegate.dev.demo.DemoJar;
import io.tidegate.dev.demo.GatewayBuild;
import io.tidegate.dev.demo.auth.KeyFiles;
import io.tidegate.dev.demo.flink.LoopbackPrometheusReporterFactory;
import io.tidegate.dev.kafka.KafkaStorage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/**
 * How each role is run: its command line, the files it is given, how one knows that it works. The settings are those of {@code
 * deploy/} and {@code flink-conf/cluster}; what is added here is only what depends on the place: ports, directories, addresses.
 */
final class Roles {

    static final String BROKER = "kafka-";
    static final String ZOOKEEPER = "zookeeper";
    static final String CLICKHOUSE = "clickhouse-";
    static final String JOB_MANAGER = "jobmanager-";
    static final String TASK_MANAGER = "taskmanager-";
    static final String GATEWAY = "gateway-";
    static final String NGINX = "nginx";
    static final String REDIS = "redis";
    static final String REDIS_EXPORT = "redis-export";

    static final String REDIS_MONITOR_SECRET = "redis.monitor";
    private static final String REDIS_EXPORT_SECRET = "redis.export";

    static final int BROKERS = 3;
    static final int JOB_MANAGERS = 2;
    static final int TASK_MANAGERS = 2;
    static final int GATEWAYS = 2;

    private static final String HOST = ClusterPorts.HOST;
    private static final String CHILD_LOG = "classpath:io/tidegate/dev/demo/log4j2-child.xml";
    private static final String JOB_MANAGER_MAIN =
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
    private static final String TASK_MANAGER_MAIN = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";

    private final ClusterSettings settings;
    private final ClusterDirectory directory;
    private final Map<String, Integer> ports;
    private final Additions additions;
    private final Secrets secrets;
    private final Optional<KafkaSecurity> security;

    /** @param additions that this cluster has, those of before among them */
    Roles(ClusterSettings settings, ClusterDirectory directory, Map<String, Integer> ports, Additions additions)
            throws IOException {
        this.settings = settings;
        this.directory = directory;
        this.ports = ports;
        this.additions = additions;
        this.secrets = Secrets.in(directory.secrets());
        this.security = additions.secure()
                ? Optional.of(KafkaSecurity.prepare(settings.home(), directory.kafkaAuth(), secrets))
                : Optional.empty();
    }

    /** {@code kafka-} has {@code kafka-1}; {@code nginx} has only itself. */
    static boolean isOf(String role, String group) {
        return group.endsWith("-") ? role.startsWith(group) : role.equals(group);
    }

    /** Writes the files they need; starts nothing. The order is the one to start them in. */
    List<RoleState> prepare() throws IOException {
        List<RoleState> roles = new ArrayList<>();
        roles.add(zooKeeper());
        for (int i = 1; i <= BROKERS; i++) {
            roles.add(broker(i));
        }
        for (int i = 1; i <= ClusterSettings.SHARDS; i++) {
            roles.add(clickhouse(i));
        }
        Configuration flink = GlobalConfiguration.loadConfiguration(flinkConf().toString());
        for (int i = 1; i <= JOB_MANAGERS; i++) {
            roles.add(jobManager(i, flink));
        }
        for (int i = 1; i <= TASK_MANAGERS; i++) {
            roles.add(taskManager(i, flink));
        }
        for (int i = 1; i <= GATEWAYS; i++) {
            roles.add(gateway(i));
        }
        roles.add(nginx());
        if (additions.redis()) {
            roles.add(redis());
            roles.add(redisExport());
        }
        if (additions.monitoring()) {
            roles.addAll(new MonitoringRoles(settings.home(), directory, ports, additions, secrets).prepare());
        }
        return roles;
    }

    String kafka() {
        return String.join(",", addresses(BROKER, BROKERS, ""));
    }

    Optional<KafkaSecurity> security() {
        return security;
    }

    /** Where administrators reach the brokers. */
    String kafkaAdministration() {
        return security.isEmpty()
                ? kafka()
                : String.join(
                        ",",
                        IntStream.rangeClosed(1, BROKERS)
                                .mapToObj(i -> address(BROKER + i + ".brokers"))
                                .toList());
    }

    List<String> flink() {
        return addresses(JOB_MANAGER, JOB_MANAGERS, "http://");
    }

    List<String> gateways() {
        return addresses(GATEWAY, GATEWAYS, "http://");
    }

    List<String> engines() {
        return addresses(CLICKHOUSE, ClusterSettings.SHARDS, "http://");
    }

    /** Where jobs and gateways find the engines. */
    List<String> stores() {
        return settings.storeVia().isEmpty()
                ? engines()
                : settings.storeVia().stream()
                        .map(address -> address.http().toString())
                        .toList();
    }

    private RoleState zooKeeper() throws IOException {
        Path file = directory.conf(ZOOKEEPER).resolve("zoo.cfg");
        String text = Files.readString(settings.home().resolve("deploy/zookeeper/zoo.cfg"));
        text = replaced(text, "dataDir=/var/lib/zookeeper", "dataDir=" + directory.data(ZOOKEEPER));
        text = replaced(text, "clientPort=2181", "clientPortAddress=" + HOST + "\nclientPort=" + ports.get(ZOOKEEPER));
        Files.writeString(file, text);
        return java(ZOOKEEPER, lib("dev-stack/zookeeper"))
                .jvm("-Xmx96m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=32m", "-Dzookeeper.jmx.log4j.disable=true")
                .log(settings.home().resolve("deploy/zookeeper/log4j2.xml").toString())
                .main("org.apache.zookeeper.server.quorum.QuorumPeerMain", file.toString())
                .readyWhen(Readiness.zooKeeper(address(ZOOKEEPER)));
    }

    private RoleState broker(int node) throws IOException {
        String name = BROKER + node;
        Path data = directory.data(name);
        KafkaStorage.format(data, node);
        Path file = settings.home().resolve("deploy/kafka/server.properties");
        String clients = "PLAINTEXT://" + address(name);
        String nodes = "";
        String administration = address(name);
        if (security.isPresent()) {
            file = directory.conf(name).resolve("server.properties");
            Files.writeString(file, security.get().brokerConfiguration());
            clients = "CLIENTS://" + address(name);
            administration = address(name + ".brokers");
            nodes = ",BROKERS://" + administration;
        }
        String voters = IntStream.rangeClosed(1, BROKERS)
                .mapToObj(i -> i + "@" + address(BROKER + i + ".controller"))
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
        return java(name, lib("dev-stack/kafka"))
                .jvm("-Xms64m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=96m")
                .jvm(metricsAgent(name))
                .log(settings.home().resolve("deploy/kafka/log4j2.xml").toString())
                .environment("KAFKA_NODE_ID", Integer.toString(node))
                .environment("KAFKA_LISTENERS", clients + ",CONTROLLER://" + address(name + ".controller") + nodes)
                .environment("KAFKA_ADVERTISED_LISTENERS", clients + nodes)
                .environment("KAFKA_CONTROLLER_QUORUM_VOTERS", voters)
                .environment("KAFKA_LOG_DIRS", data.toString())
                .environment(security.isPresent() ? security.get().ofNodes() : Map.of())
                .main("kafka.Kafka", file.toString())
                .stopWithin(20)
                .readyWhen(Readiness.broker(administration, node));
    }

    /**
     * The broker speaks JMX; this answers Prometheus. None on the ports of a cluster of before, nor where the demo, which brings the
     * agent, runs out of class files.
     */
    private String[] metricsAgent(String broker) {
        Integer port = ports.get(broker + ".metrics");
        Path agent = settings.home().resolve("dev-stack/demo/target/agent/jmx_prometheus_javaagent.jar");
        Path rules = settings.home().resolve("deploy/kafka/jmx-exporter.yml");
        return port == null || !Files.exists(agent)
                ? new String[0]
                : new String[] {"-javaagent:" + agent + "=" + HOST + ":" + port + ":" + rules};
    }

    private RoleState clickhouse(int shard) throws IOException {
        String name = CLICKHOUSE + shard;
        return java(name, lib("dev-stack/cluster"))
                .jvm(EngineMain.JVM_OPTIONS.toArray(String[]::new))
                .log(CHILD_LOG)
                .main(
                        EngineMain.class.getName(),
                        "--data",
                        directory.data(name).toString(),
                        "--host",
                        HOST,
                        "--port",
                        ports.get(name).toString())
                .readyWhen(Readiness.http("http://" + address(name) + "/ping"));
    }

    private RoleState jobManager(int number, Configuration flink) throws IOException {
        String name = JOB_MANAGER + number;
        JobManagerProcessSpec memory = JobManagerProcessUtils.processSpecFromConfig(flink);
        FlinkOptions options = highAvailability(name)
                .set("jobmanager.bind-host", HOST)
                .set("jobmanager.rpc.address", HOST)
                .set("jobmanager.rpc.port", port(name + ".rpc"))
                .set("high-availability.jobmanager.port", port(name + ".rpc"))
                .set("blob.server.port", port(name + ".blob"))
                .set("rest.address", HOST)
                .set("rest.bind-address", HOST)
                .set("rest.port", port(name))
                .set("web.upload.dir", directory.flink("upload").toString())
                .set(
                        "execution.checkpointing.dir",
                        directory.flink("checkpoints").toUri())
                .set(
                        "execution.checkpointing.savepoint-dir",
                        directory.flink("savepoints").toUri())
                .set("metrics.reporter.prom.port", port(name + ".metrics"));
        return java(name, flinkClassPath())
                .jvm(ProcessMemoryUtils.generateJvmParametersStr(memory).strip().split("\\s+"))
                .jvm(flink.get(CoreOptions.FLINK_JVM_OPTIONS).strip().split("\\s+"))
                .jvm(flinkClasses(settings.home()).option())
                .flinkLog(flinkConf())
                .environment(asClient(KafkaSecurity.JOBS))
                .main(JOB_MANAGER_MAIN, "--configDir", flinkConf().toString())
                .args(options.arguments())
                .args(dynamic(JobManagerProcessUtils.generateDynamicConfigsStr(memory)))
                .readyWhen(Readiness.http("http://" + address(name) + "/overview"));
    }

    private RoleState taskManager(int number, Configuration flink) throws IOException {
        String name = TASK_MANAGER + number;
        TaskExecutorProcessSpec memory = TaskExecutorProcessUtils.processSpecFromConfig(flink);
        // Another one at each start: so one sees when this one has joined, and not the one before, which was killed.
        String resourceId = name + "-" + RoleState.STARTS;
        FlinkOptions options = highAvailability(name)
                .set("taskmanager.resource-id", resourceId)
                .set("taskmanager.host", HOST)
                .set("taskmanager.bind-host", HOST)
                .set("taskmanager.rpc.port", port(name))
                .set("taskmanager.data.port", port(name + ".data"))
                .set("metrics.reporter.prom.port", port(name + ".metrics"));
        return java(name, flinkClassPath())
                .jvm(ProcessMemoryUtils.generateJvmParametersStr(memory).strip().split("\\s+"))
                .jvm(flink.get(CoreOptions.FLINK_JVM_OPTIONS).strip().split("\\s+"))
                .jvm(flinkClasses(settings.home()).option())
                .flinkLog(flinkConf())
                .environment(asClient(KafkaSecurity.JOBS))
                .main(TASK_MANAGER_MAIN, "--configDir", flinkConf().toString())
                .args(options.arguments())
                .args(dynamic(TaskExecutorProcessUtils.generateDynamicConfigsStr(memory)))
                .readyWhen(Readiness.taskManager(flink(), resourceId));
    }

    /** What every process of Flink's is told about its place. */
    private FlinkOptions highAvailability(String name) throws IOException {
        FlinkOptions options = new FlinkOptions();
        settings.machine().flink().forEach(options::set);
        return options.set("metrics.reporter.prom.factory.class", LoopbackPrometheusReporterFactory.class.getName())
                .set("high-availability.zookeeper.quorum", address(ZOOKEEPER))
                .set("high-availability.cluster-id", "/tidegate")
                .set("high-availability.storageDir", directory.flink("ha").toUri())
                .set("io.tmp.dirs", directory.flink("tmp-" + name).toString());
    }

    private RoleState gateway(int number) throws IOException {
        String name = GATEWAY + number;
        Path file = directory.conf(name).resolve("gateway.yaml");
        Files.writeString(file, """
                # Written by scripts/cluster at each start.
                http: {host: %1$s, port: %2$s}
                grpc: {host: %1$s, port: %3$s}
                ops: {host: %1$s, port: %4$s}
                kafka: {bootstrapServers: "%5$s", tickInterval: %8$s}
                clickhouse: {url: "%6$s", database: tidegate, user: default, password: ""}
                auth: {publicKeyFile: "%7$s", algorithm: ES256, issuer: tidegate, audience: tidegate}
                # One machine sends everything here, and nginx stands before us.
                limits:
                  trustedProxies: [127.0.0.0/8]
                  ip: {requests: 100000000}
                  subject: {requests: 100000000, events: 1000000000, bytes: 50GiB}
                  tenant: {requests: 100000000, events: 1000000000, bytes: 50GiB}
                """.formatted(
                        HOST,
                        port(name),
                        port(name + ".grpc"),
                        port(name + ".ops"),
                        kafka(),
                        String.join(",", stores()),
                        new KeyFiles(directory.root()).publicKey(),
                        settings.machine().tickInterval()));
        return java(name, GatewayBuild.classPath(settings.home()))
                .jvm("-Xmx320m", "-XX:MaxDirectMemorySize=128m", "-XX:+UseG1GC")
                .log(CHILD_LOG)
                .environment(asClient(KafkaSecurity.GATEWAY))
                .main(GatewayBuild.MAIN, "--config", file.toString())
                .readyWhen(Readiness.http("http://" + address(name + ".ops") + "/health/ready"));
    }

    private RoleState nginx() throws IOException {
        Path conf = directory.conf(NGINX);
        String text = Files.readString(settings.home().resolve("deploy/nginx/nginx.conf"));
        text = replaced(text, "listen 8080;", "listen " + address(NGINX) + ";");
        text = replaced(text, "listen 9090 http2;", "listen " + address(NGINX + ".grpc") + " http2;");
        for (int i = 1; i <= GATEWAYS; i++) {
            text = replaced(text, GATEWAY + i + ":8080", address(GATEWAY + i));
            text = replaced(text, GATEWAY + i + ":9090", address(GATEWAY + i + ".grpc"));
        }
        StringBuilder temporary = new StringBuilder("\nhttp {\n");
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            temporary.append("    %s_temp_path %s;\n".formatted(kind, conf.resolve("tmp-" + kind)));
        }
        text = replaced(text, "\nhttp {\n", temporary.toString());
        Path further = Files.createDirectories(conf.resolve("tidegate.d"));
        text = replaced(text, "/etc/nginx/tidegate.d", further.toString());
        if (additions.monitoring()) {
            Files.writeString(
                    further.resolve("status.conf"),
                    MonitoringRoles.nginxStatus(settings.home(), address(NGINX + ".status")));
        }
        Path file = Files.writeString(conf.resolve("nginx.conf"), text);
        // crit: a line per request that finds a gateway away would fill the disk in a campaign, and nobody rolls this
        // file.
        String globals = "daemon off; pid " + conf.resolve("nginx.pid") + "; error_log " + directory.log(NGINX)
                + " crit;" + ("root".equals(System.getProperty("user.name")) ? " user root;" : "");
        return new ProgramRole(NGINX, directory, ports.get(NGINX))
                .program("nginx", "nginx", "-p", conf.toString(), "-c", file.toString(), "-g", globals)
                .readyWhen(Readiness.tcp(address(NGINX)));
    }

    private RoleState redis() throws IOException {
        Path conf = directory.conf(REDIS);
        String text = Files.readString(settings.home().resolve("deploy/redis/redis.conf"));
        text = replaced(text, "/run/redis", conf.toString());
        text = replaced(text, "dir /data", "dir " + directory.data(REDIS));
        Path file = Files.writeString(conf.resolve("redis.conf"), text);
        return new ProgramRole(REDIS, directory, ports.get(REDIS))
                .command(
                        "/bin/sh",
                        settings.home().resolve("deploy/redis/start").toString(),
                        "--port",
                        port(REDIS),
                        "--bind",
                        HOST)
                .environment("REDIS_RUN", conf.toString())
                .environment("REDIS_CONFIG", file.toString())
                .environment("REDIS_EXPORT_PASSWORD", secrets.of(REDIS_EXPORT_SECRET))
                .environment("REDIS_MONITOR_PASSWORD", secrets.of(REDIS_MONITOR_SECRET))
                .readyWhen(Readiness.tcp(address(REDIS)));
    }

    private RoleState redisExport() throws IOException {
        Path file = directory.conf(REDIS_EXPORT).resolve("export.yaml");
        Secrets.write(
                file, """
                # Written by scripts/cluster at each start.
                ops: {host: %1$s, port: %2$s}
                kafka: {bootstrapServers: "%3$s"}
                redis: {host: %1$s, port: %4$s, user: export, password: "%5$s"}
                """.formatted(HOST, port(REDIS_EXPORT), kafka(), port(REDIS), secrets.of(REDIS_EXPORT_SECRET)));
        return java(REDIS_EXPORT, GatewayBuild.classPath(settings.home()))
                .jvm("-Xmx96m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC")
                .log(CHILD_LOG)
                .environment(asClient(KafkaSecurity.EXPORT))
                .main("io.tidegate.serving.redis.RedisExportMain", "--config", file.toString())
                .readyWhen(Readiness.http("http://" + address(REDIS_EXPORT) + "/health/live"));
    }

    private Map<String, String> asClient(String user) throws IOException {
        return security.isPresent() ? security.get().ofClient(user) : Map.of();
    }

    /** The file it comes from is somebody else's: notice when it no longer says what is to be replaced. */
    static String replaced(String text, String from, String to) throws IOException {
        if (!text.contains(from)) {
            throw new IOException("A file under deploy/ no longer says '" + from.strip() + "'");
        }
        return text.replace(from, to);
    }

    private Path flinkConf() {
        return settings.home().resolve("flink-conf/cluster");
    }

    private String lib(String module) throws IOException {
        return lib(settings.home(), module);
    }

    private static String lib(Path home, String module) throws IOException {
        Path lib = home.resolve(module).resolve("target/lib");
        if (!Files.isDirectory(lib)) {
            throw new IOException(module + " isn't built: no " + lib);
        }
        return lib + File.separator + "*";
    }

    private String flinkClassPath() throws IOException {
        return flinkClassPath(settings.home());
    }

    /** Flink's own, and a reporter of metrics that listens on loopback only, which Flink's can't. */
    private static String flinkClassPath(Path home) throws IOException {
        return lib(home, "dev-stack/flink") + File.pathSeparator + DemoJar.path();
    }

    /** What Flink's processes load. */
    static ClassArchive flinkClasses(Path home) throws IOException {
        return ClassArchive.of(home.resolve("dev-stack/flink/target"), flinkClassPath(home));
    }

    private String port(String name) {
        return Integer.toString(ports.get(name));
    }

    private String address(String name) {
        return HOST + ":" + ports.get(name);
    }

    private List<String> addresses(String role, int count, String prefix) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> prefix + address(role + i))
                .toList();
    }

    /** {@code -D a=b -D c=d}, as Flink's own scripts pass it on. */
    private static List<String> dynamic(String options) {
        return List.of(options.strip().split("\\s+"));
    }

    private JavaRole java(String name, String classPath) throws IOException {
        return new JavaRole(name, classPath, directory, ports.get(name), settings.machine());
    }

    /** {@code -Dkey=value} of Flink's processes. */
    private static final class FlinkOptions {

        private final List<String> arguments = new ArrayList<>();

        FlinkOptions set(String key, Object value) {
            arguments.add("-D");
            arguments.add(key + "=" + value);
            return this;
        }

        List<String> arguments() {
            return arguments;
        }
    }
}
