package io.tidegate.dev.cluster;

import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.demo.LoopbackPort;
import io.tidegate.dev.demo.auth.TokenIssuer;
import io.tidegate.dev.kafka.TopicSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A cluster on this machine: every role a process of its own, with the settings of production. The processes are detached: they
 * outlive whoever started them, and any program that knows the directory can look after them.
 *
 * <pre>{@code
 * Cluster cluster = Cluster.up(ClusterSettings.of(repository, directory));
 * cluster.role("taskmanager-1").kill();
 * cluster.role("taskmanager-1").restart();
 * cluster.down();
 * }</pre>
 */
public final class Cluster {

    private static final Duration JOBS_LIMIT = Duration.ofMinutes(5);
    private static final int REPLICAS = 3;
    private static final int IN_SYNC = 2;

    private final ClusterDirectory directory;
    private final ClusterFile file;
    private final Prober prober;

    private Cluster(Path directory) {
        this.directory = new ClusterDirectory(directory.toAbsolutePath().normalize());
        this.file = new ClusterFile(this.directory.root());
        this.prober = new Prober(this.directory.kafkaAuth().resolve("admin.properties"));
    }

    /**
     * The cluster of a directory, running or not.
     *
     * @throws IOException when there is none
     */
    public static Cluster open(Path directory) throws IOException {
        Cluster cluster = new Cluster(directory);
        try {
            cluster.state();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return cluster;
    }

    /** See {@link #up(ClusterSettings, Consumer)}. */
    public static Cluster up(ClusterSettings settings) throws IOException, StartException, InterruptedException {
        return up(settings, line -> {});
    }

    /**
     * Brings up what isn't up, applies the schema to both engines, makes the topics, submits the jobs that aren't there. Returns
     * when all of it works. What was started stays when something fails: see {@link #down}.
     *
     * @param progress one line per step
     * @throws StartException when a role ends or isn't ready in time
     * @throws IOException when it can't even be started: not built, a port is taken, …
     */
    public static Cluster up(ClusterSettings settings, Consumer<String> progress)
            throws IOException, StartException, InterruptedException {
        Cluster cluster = new Cluster(settings.dir());
        cluster.prepare(settings);
        cluster.start(settings, progress);
        return cluster;
    }

    public Path directory() {
        return directory.root();
    }

    /** In the order in which they are started. */
    public List<Role> roles() {
        return state().roles().stream()
                .map(role -> new Role(role.role(), file, prober))
                .toList();
    }

    /** @throws IllegalArgumentException when there is no role of this name */
    public Role role(String name) {
        return roles().stream()
                .filter(role -> role.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("role: one of "
                        + String.join(", ", roles().stream().map(Role::name).toList()) + " expected, got " + name));
    }

    public Endpoints endpoints() {
        return Endpoints.of(state());
    }

    /** Settings of a Kafka client that may do everything, whether or not the brokers ask for names. May be added to. */
    public Map<String, Object> kafkaClient() {
        ClusterState state = state();
        try {
            return KafkaAdministrator.settings(Path.of(state.kafkaAdministrator()), state.kafkaAdministration());
        } catch (IOException e) {
            throw new UncheckedIOException(state.kafkaAdministrator() + " can't be read", e);
        }
    }

    /** With these in its environment, a program of ours is this user of {@code deploy/kafka/access.acl}. Empty where nobody asks. */
    public Map<String, String> kafkaUser(String name) throws IOException {
        ClusterState state = state();
        return state.additions().secure() ? security(state).ofClient(name) : Map.of();
    }

    private KafkaSecurity security(ClusterState state) throws IOException {
        return KafkaSecurity.prepare(Path.of(state.home()), directory.kafkaAuth(), Secrets.in(directory.secrets()));
    }

    public FlinkRest flink() {
        return new FlinkRest(endpoints().flink());
    }

    public Jobs jobs() {
        return new Jobs(state(), directory, flink());
    }

    /** Signs tokens that the gateways accept. */
    public TokenIssuer tokens() throws IOException, GeneralSecurityException {
        return TokenIssuer.of(directory.root());
    }

    /** Ends every process of the cluster, and no other. The state stays for the next {@link #up}. */
    public void down() throws InterruptedException {
        down(line -> {});
    }

    void down(Consumer<String> progress) throws InterruptedException {
        // Who watches first, so that nobody cries; then against the way of an event, so that nobody waits for one that
        // has gone.
        List<String> groups = new ArrayList<>(MonitoringRoles.NAMES);
        Collections.reverse(groups);
        groups.addAll(List.of(
                Roles.REDIS_EXPORT,
                Roles.REDIS,
                Roles.NGINX,
                Roles.GATEWAY,
                Roles.JOB_MANAGER,
                Roles.TASK_MANAGER,
                Roles.CLICKHOUSE,
                Roles.BROKER,
                Roles.ZOOKEEPER));
        for (String group : groups) {
            List<Role> roles = running(name -> Roles.isOf(name, group));
            // Together: a broker hands over to the others, and the last ones have nobody left to hand over to.
            roles.forEach(Role::askToEnd);
            for (Role role : roles) {
                role.terminate();
                progress.accept(role.name() + " has ended");
            }
        }
    }

    private void prepare(ClusterSettings settings) throws IOException {
        Optional<ClusterState> before = file.read();
        boolean runs = before.isPresent() && !running(name -> true).isEmpty();
        Map<String, Integer> ports = ports(settings, before, runs);
        try {
            TokenIssuer.of(settings.dir());
        } catch (GeneralSecurityException e) {
            throw new IOException("No signing key in " + settings.dir() + ": " + e.getMessage(), e);
        }
        Additions known = before.map(ClusterState::additions).orElse(Additions.NONE);
        if (runs && settings.additions().secure() && !known.secure()) {
            throw new IOException("secure: the cluster in " + settings.dir() + " runs without; stop it first");
        }
        Roles specs = new Roles(settings, directory, ports, settings.additions().and(known));
        List<RoleState> roles = new ArrayList<>();
        for (RoleState role : specs.prepare()) {
            RoleState merged = before.flatMap(state -> state.role(role.role()))
                    .map(old -> old.runAs(role))
                    .orElse(role);
            roles.add(merged);
            if (!merged.process().isAlive()) {
                requireFree(role.role(), ports);
            }
        }
        file.write(new ClusterState(
                settings.home().toString(),
                ports,
                roles,
                specs.kafka(),
                "http://" + ClusterPorts.HOST + ":" + ports.get(Roles.NGINX),
                ClusterPorts.HOST + ":" + ports.get(Roles.NGINX + ".grpc"),
                specs.gateways(),
                specs.flink(),
                specs.engines(),
                specs.stores(),
                settings.jobArguments(),
                specs.kafkaAdministration(),
                specs.security()
                        .map(security -> security.administrator().toString())
                        .orElse("")));
    }

    private static Map<String, Integer> ports(ClusterSettings settings, Optional<ClusterState> before, boolean runs)
            throws IOException {
        if (settings.basePort() == ClusterSettings.PORTS_OF_BEFORE) {
            return before.map(state -> ClusterPorts.completed(state.ports()))
                    .orElseGet(() -> ClusterPorts.of(ClusterSettings.DEFAULT_BASE_PORT));
        }
        Map<String, Integer> wanted = ClusterPorts.of(settings.basePort());
        if (runs && !wanted.equals(ClusterPorts.completed(before.orElseThrow().ports()))) {
            throw new IOException(
                    "base-port: the cluster in " + settings.dir() + " runs on other ports; stop it first");
        }
        return wanted;
    }

    private static void requireFree(String role, Map<String, Integer> ports) throws IOException {
        for (Map.Entry<String, Integer> port : ports.entrySet()) {
            boolean itsOwn = port.getKey().equals(role) || port.getKey().startsWith(role + ".");
            if (itsOwn && LoopbackPort.isTaken(port.getValue())) {
                throw new IOException("Port " + port.getValue() + " of " + port.getKey()
                        + " is taken; choose others with --base-port");
            }
        }
    }

    private void start(ClusterSettings settings, Consumer<String> progress)
            throws IOException, StartException, InterruptedException {
        progress.accept("Starting ZooKeeper, three brokers and two ClickHouse engines");
        launch(Roles.ZOOKEEPER, Roles.BROKER, Roles.CLICKHOUSE);
        awaitReady(progress, Roles.ZOOKEEPER, Roles.CLICKHOUSE);
        for (URI engine : endpoints().clickhouse()) {
            Migrations.apply(engine, settings.home().resolve("sql/clickhouse"));
        }
        progress.accept("The schema is up to date on both shards");
        // They need nobody but ZooKeeper until a job comes.
        launch(Roles.JOB_MANAGER, Roles.TASK_MANAGER);
        awaitReady(progress, Roles.BROKER);
        if (state().additions().secure()) {
            security(state()).apply(kafkaClient());
            progress.accept("The brokers know everybody's name and rights");
        }
        TopicSetup.ensure(kafkaClient(), settings.partitions(), REPLICAS, IN_SYNC);
        progress.accept("The topics are there");
        launch(Roles.GATEWAY, Roles.NGINX);
        awaitReady(progress, Roles.JOB_MANAGER, Roles.TASK_MANAGER);
        if (settings.submitJobs()) {
            Jobs jobs = jobs();
            List<String> submitted = jobs.submitMissing();
            progress.accept(submitted.isEmpty() ? "The jobs are back" : "Submitted " + String.join(", ", submitted));
        }
        awaitReady(progress, Roles.GATEWAY, Roles.NGINX);
        if (settings.submitJobs()) {
            jobs().awaitRunning(Jobs.names(), JOBS_LIMIT);
            progress.accept("All jobs are running");
            archiveClasses(settings, progress);
        }
        for (String group : List.of(Roles.REDIS, Roles.REDIS_EXPORT)) {
            launch(group);
            awaitReady(progress, group);
        }
        if (state().additions().monitoring()
                && !LoopbackPort.isTaken(state().ports().get(Roles.NGINX + ".status"))) {
            // It was started before anybody wanted to know.
            role(Roles.NGINX).restart();
        }
        // Last: what is still starting isn't missing.
        for (String group : MonitoringRoles.NAMES) {
            launch(group);
            awaitReady(progress, group);
        }
    }

    /** Once per build, of a TaskManager with all that its jobs need: the next one is ready for them sooner. */
    private void archiveClasses(ClusterSettings settings, Consumer<String> progress)
            throws IOException, InterruptedException {
        ClassArchive archive = Roles.flinkClasses(settings.home());
        if (archive.exists()) {
            return;
        }
        Role taskManager = role(Roles.TASK_MANAGER + 1);
        try {
            archive.make(taskManager.pid(), taskManager.output());
            progress.accept("Flink's classes are archived for the processes that start from now on");
        } catch (IOException e) {
            progress.accept("Flink's classes can't be archived, its processes start slower: " + e.getMessage());
        }
    }

    private void launch(String... groups) throws IOException {
        for (String group : groups) {
            for (Role role : roles()) {
                if (Roles.isOf(role.name(), group)) {
                    role.launch();
                }
            }
        }
    }

    private void awaitReady(Consumer<String> progress, String... groups) throws StartException, InterruptedException {
        for (String group : groups) {
            for (Role role : roles()) {
                if (Roles.isOf(role.name(), group)) {
                    role.awaitReady();
                    progress.accept(role.name() + " is ready");
                }
            }
        }
    }

    private List<Role> running(Predicate<String> names) {
        return roles().stream()
                .filter(role -> names.test(role.name()) && role.isRunning())
                .toList();
    }

    private ClusterState state() {
        try {
            return file.read()
                    .orElseThrow(() -> new IOException(
                            "There is no cluster in " + directory.root() + "; scripts/cluster up makes one"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
