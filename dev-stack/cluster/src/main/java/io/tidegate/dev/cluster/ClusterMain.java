package io.tidegate.dev.cluster;

import io.tidegate.dev.cluster.Jobs.Start;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code scripts/cluster} and {@code scripts/submit}. Progress and trouble go to standard error, answers to standard output.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 bad options.
 */
@Command(
        name = "scripts/cluster",
        description =
                "A whole cluster on this machine: every part a process of its own, with the settings of production.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true)
public final class ClusterMain {

    private static final Duration TOKEN_LIFETIME = Duration.ofHours(24);
    private static final Duration RUNNING_LIMIT = Duration.ofMinutes(2);
    private static final int DEFAULT_LINES = 40;

    private final long started = System.nanoTime();

    private ClusterMain() {}

    public static void main(String[] args) {
        // Before the first logger: the Kafka client has a lot to say about brokers that aren't up yet.
        System.setProperty("log4j2.configurationFile", "classpath:io/tidegate/dev/cluster/log4j2-quiet.xml");
        ClusterMain main = new ClusterMain();
        int code = new CommandLine(main)
                .addSubcommand(new Up(main))
                .addSubcommand(new Down(main))
                .addSubcommand(new Status())
                .addSubcommand(new Logs())
                .addSubcommand(new Kill(main))
                .addSubcommand(new Restart(main))
                .addSubcommand(new Stop(main))
                .addSubcommand(new Cont(main))
                .addSubcommand(new Submit(main))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(ClusterMain::explain)
                .execute(args);
        System.exit(code);
    }

    private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult options) {
        if (failure instanceof StartException start) {
            start.lastLines().forEach(line -> System.err.println("  | " + line));
        }
        if (failure instanceof StartException || failure instanceof IOException) {
            System.err.println(failure.getMessage());
            return 1;
        }
        if (failure instanceof UncheckedIOException wrapped) {
            System.err.println(wrapped.getCause().getMessage());
            return 1;
        }
        if (failure instanceof IllegalArgumentException) {
            System.err.println(failure.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        failure.printStackTrace();
        return 1;
    }

    private void say(String line) {
        System.err.println(String.format(Locale.ROOT, "[%6.1f s] %s", (System.nanoTime() - started) / 1e9, line));
    }

    private static Path home() {
        return Path.of(System.getProperty("tidegate.home", "."))
                .toAbsolutePath()
                .normalize();
    }

    /** What all commands have. */
    private abstract static class ClusterCommand implements Callable<Integer> {

        @Option(
                names = "--dir",
                paramLabel = "DIR",
                description = "Where everything is kept (default: .tidegate-cluster in the repository).")
        private Path dir;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this and exit.")
        private boolean help;

        Path dir() {
            return dir == null
                    ? home().resolve(".tidegate-cluster")
                    : dir.toAbsolutePath().normalize();
        }

        Cluster cluster() throws IOException {
            return Cluster.open(dir());
        }

        /** {@code taskmanager} stands for {@code taskmanager-1} and {@code taskmanager-2}. */
        List<Role> roles(Cluster cluster, List<String> names) {
            List<Role> chosen = new ArrayList<>();
            for (String name : names) {
                List<Role> group = cluster.roles().stream()
                        .filter(role -> role.name().matches(Pattern.quote(name) + "-[0-9]+"))
                        .toList();
                chosen.addAll(group.isEmpty() ? List.of(cluster.role(name)) : group);
            }
            return chosen;
        }
    }

    @Command(
            name = "up",
            description = "Starts what isn't running, waits until all of it works. The state of before is kept.")
    private static final class Up extends ClusterCommand {

        private final ClusterMain main;

        @Option(
                names = "--base-port",
                paramLabel = "PORT",
                description = "First of the 100 ports; 0 picks free ones (default: as before, or 18000).")
        private int basePort = ClusterSettings.PORTS_OF_BEFORE;

        @Option(
                names = "--partitions",
                paramLabel = "N",
                description = "Of the keyed topics, when they are made (default: 6 on a small machine, otherwise 12).")
        private Integer partitions;

        @Option(
                names = "--machine",
                paramLabel = "SIZE",
                description =
                        "small: tuned for few cores; large: all settings as in production (default: small on up to"
                                + " 4 processors).")
        private Machine machine = Machine.here();

        @Option(names = "--no-jobs", description = "Submit no job; see scripts/submit.")
        private boolean noJobs;

        @Option(
                names = "--store-via",
                split = ",",
                paramLabel = "HOST:PORT",
                description = "Jobs and gateways reach the ClickHouse engines at these addresses, one per shard.")
        private List<String> storeVia = List.of();

        @Option(
                names = "--secure",
                description =
                        "The brokers ask for names (SASL_SSL, SCRAM) and grant what deploy/kafka/access.acl says.")
        private boolean secure;

        @Option(names = "--redis", description = "Redis too, with the live counters in it.")
        private boolean redis;

        @Option(names = "--monitoring", description = "Prometheus, Alertmanager and their exporters too.")
        private boolean monitoring;

        @Option(
                names = "--alerts-to",
                paramLabel = "URL",
                description = "With --monitoring: the webhook that Alertmanager calls (default: none).")
        private URI alertsTo;

        Up(ClusterMain main) {
            this.main = main;
        }

        @Override
        public Integer call() throws Exception {
            List<HostPort> via = new ArrayList<>();
            for (String address : storeVia) {
                try {
                    via.add(HostPort.parse(address));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("store-via: " + e.getMessage(), e);
                }
            }
            ClusterSettings settings = new ClusterSettings(
                    home(),
                    dir(),
                    basePort,
                    partitions == null ? machine.partitions() : partitions,
                    !noJobs,
                    via,
                    machine,
                    List.of(),
                    new Additions(secure, redis, monitoring, Optional.ofNullable(alertsTo)));
            announce(Cluster.up(settings, main::say), settings);
            return 0;
        }

        private static void announce(Cluster cluster, ClusterSettings settings) throws Exception {
            Endpoints at = cluster.endpoints();
            String dir = settings.dir().equals(home().resolve(".tidegate-cluster")) ? "" : " --dir " + settings.dir();
            String token = cluster.tokens().issue("cluster", List.of("producer"), TOKEN_LIFETIME);
            System.out.println("The cluster is ready");
            System.out.println();
            System.out.println("  console      " + at.gateway() + "/");
            System.out.println(
                    "  API          " + at.gateway() + "/api/v1  (described at " + at.gateway() + "/openapi.yaml)");
            System.out.println("  gRPC         " + at.grpc());
            System.out.println("  Flink UI     " + join(at.flink()));
            System.out.println("  ClickHouse   " + join(at.clickhouse()) + "  (two shards)");
            System.out.println("  Kafka        " + at.kafka());
            if (settings.additions().secure()) {
                System.out.println("               administrators: "
                        + cluster.kafkaClient().get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG) + " with "
                        + cluster.directory().resolve("auth/kafka/admin.properties"));
            }
            at.prometheus().ifPresent(uri -> System.out.println("  Prometheus   " + uri + "/alerts"));
            at.alertmanager().ifPresent(uri -> System.out.println("  Alertmanager " + uri));
            cluster.roles().stream()
                    .filter(role -> role.name().equals(Roles.REDIS))
                    .forEach(role -> System.out.println(
                            "  Redis        " + ClusterPorts.HOST + ":" + role.port() + "  (passwords: auth/)"));
            System.out.println("  data, logs   " + cluster.directory());
            System.out.println("  what runs    scripts/cluster status" + dir);
            System.out.println("  a token      scripts/token --sub me --role analyst --dir " + cluster.directory());
            System.out.println();
            System.out.println("Send an event:");
            System.out.println();
            System.out.println("curl -sS " + at.gateway() + "/api/v1/events -H 'Content-Type: application/json'"
                    + " -H 'Authorization: Bearer " + token
                    + "' -d '{\"type\":\"like\",\"userId\":\"u1\",\"postId\":\"p1\"}'");
            System.out.println();
            System.out.println("It runs until scripts/cluster down" + dir + "; the next up goes on where it ended.");
        }

        private static String join(List<?> addresses) {
            return String.join("  ", addresses.stream().map(Object::toString).toList());
        }
    }

    @Command(name = "down", description = "Ends every process of the cluster, and no other; the state stays.")
    private static final class Down extends ClusterCommand {

        private final ClusterMain main;

        Down(ClusterMain main) {
            this.main = main;
        }

        @Override
        public Integer call() throws Exception {
            cluster().down(main::say);
            main.say("The cluster is down; its state stays in " + dir());
            return 0;
        }
    }

    @Command(
            name = "status",
            description = "What runs, where, with how much memory; exit status 1 unless all of it works.")
    private static final class Status extends ClusterCommand {

        @Override
        public Integer call() throws Exception {
            return new StatusReport(cluster()).print(System.out) ? 0 : 1;
        }
    }

    @Command(name = "logs", description = "The end of the logs.")
    private static final class Logs extends ClusterCommand {

        @Parameters(arity = "0..*", paramLabel = "ROLE[-N]", description = "Whose (default: all).")
        private List<String> names = List.of();

        @Option(names = "-n", paramLabel = "LINES", description = "How many lines (default: ${DEFAULT-VALUE}).")
        private int lines = DEFAULT_LINES;

        @Override
        public Integer call() throws Exception {
            Cluster cluster = cluster();
            List<Role> roles = names.isEmpty() ? cluster.roles() : roles(cluster, names);
            for (Role role : roles) {
                for (Path file : List.of(role.log(), role.output())) {
                    List<String> tail = LogTail.of(file, lines);
                    if (!tail.isEmpty()) {
                        System.out.println("==> " + file + " <==");
                        tail.forEach(System.out::println);
                    }
                }
            }
            return 0;
        }
    }

    /** A command on some roles. */
    private abstract static class RoleCommand extends ClusterCommand {

        private final ClusterMain main;

        @Parameters(arity = "1..*", paramLabel = "ROLE[-N]", description = "Which, for example taskmanager-1 or kafka.")
        private List<String> names;

        RoleCommand(ClusterMain main) {
            this.main = main;
        }

        @Override
        public Integer call() throws Exception {
            for (Role role : roles(cluster(), names)) {
                main.say(role.name() + " " + apply(role));
            }
            return 0;
        }

        abstract String apply(Role role) throws Exception;
    }

    @Command(name = "kill", description = "SIGKILL.")
    private static final class Kill extends RoleCommand {

        Kill(ClusterMain main) {
            super(main);
        }

        @Override
        String apply(Role role) throws Exception {
            boolean ran = role.isRunning();
            role.kill();
            return ran ? "is dead" : "wasn't running";
        }
    }

    @Command(name = "restart", description = "Ends it if it runs, starts it, waits until it works.")
    private static final class Restart extends RoleCommand {

        Restart(ClusterMain main) {
            super(main);
        }

        @Override
        String apply(Role role) throws Exception {
            role.restart();
            return "is ready";
        }
    }

    @Command(name = "stop", description = "SIGSTOP: it keeps its connections and says nothing.")
    private static final class Stop extends RoleCommand {

        Stop(ClusterMain main) {
            super(main);
        }

        @Override
        String apply(Role role) {
            role.stop();
            return "is frozen";
        }
    }

    @Command(name = "cont", description = "SIGCONT: a frozen one goes on.")
    private static final class Cont extends RoleCommand {

        Cont(ClusterMain main) {
            super(main);
        }

        @Override
        String apply(Role role) {
            role.cont();
            return "goes on";
        }
    }

    @Command(name = "submit", description = "Submits a job, where it was before unless told otherwise.")
    private static final class Submit extends ClusterCommand {

        private final ClusterMain main;

        @Parameters(
                arity = "1",
                paramLabel = "JOB|all",
                description = "archive, aggregation, fraud, surge, engagement.")
        private String job;

        @Option(names = "--from", paramLabel = "SAVEPOINT", description = "Go on from this savepoint or checkpoint.")
        private String from;

        @Option(
                names = "--fresh",
                description = "Without any state, from the earliest offset: stores again what is stored.")
        private boolean fresh;

        Submit(ClusterMain main) {
            this.main = main;
        }

        @Override
        public Integer call() throws Exception {
            if (fresh && from != null) {
                throw new IllegalArgumentException("--from and --fresh exclude each other");
            }
            if (job.equals("all") && from != null) {
                throw new IllegalArgumentException("--from: a savepoint is one job's, so not with all");
            }
            Start start = new Start.WhereItWas();
            if (fresh) {
                start = new Start.Afresh();
            } else if (from != null) {
                start = new Start.From(from);
            }
            Jobs jobs = cluster().jobs();
            List<String> names = job.equals("all") ? Jobs.names() : List.of(job);
            for (String name : names) {
                System.out.println(name + " " + jobs.submit(name, start));
            }
            jobs.awaitRunning(names, RUNNING_LIMIT);
            main.say("Running: " + String.join(", ", names));
            return 0;
        }
    }
}
