package io.tidegate.dev.deploy.files;

import static io.tidegate.dev.deploy.files.KubernetesFiles.ROOT;
import static io.tidegate.dev.deploy.files.KubernetesFiles.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.Topics;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.util.TimeUtils;
import org.junit.jupiter.api.Test;

/** What can be said of {@code deploy/kubernetes} without a cluster; its README says what can't. */
class KubernetesFilesTest {

    /** Where Kubernetes differs from processes on machines. */
    private static final Set<String> OF_KUBERNETES = Set.of(
            "high-availability.type",
            "high-availability.storageDir",
            "taskmanager.numberOfTaskSlots",
            "taskmanager.memory.jvm-metaspace.size",
            "env.java.opts.all");

    private static final Set<Object> SERVED = Set.of(
            "v1",
            "apps/v1",
            "autoscaling/v2",
            "networking.k8s.io/v1",
            "policy/v1",
            "flink.apache.org/v1beta1",
            "kafka.strimzi.io/v1",
            "clickhouse.altinity.com/v1",
            "clickhouse-keeper.altinity.com/v1");

    @Test
    void everyResourceHasANameOfItsOwnInOurNamespace() throws IOException {
        Set<String> seen = new HashSet<>();
        for (Map<String, Object> resource : resources()) {
            assertThat(resource).containsKeys("apiVersion", "kind", "metadata");
            Object name = at(resource, "metadata", "name");
            assertThat(seen.add(resource.get("kind") + "/" + name))
                    .as("%s %s is there once", resource.get("kind"), name)
                    .isTrue();
            if (!resource.get("kind").equals("Namespace")) {
                assertThat(at(resource, "metadata", "namespace")).as("%s", name).isEqualTo("tidegate");
            }
        }
        assertThat(seen).hasSizeGreaterThan(30);
    }

    /** Not older ones: Strimzi 1.0 took all others away. */
    @Test
    void everyApiHasTheVersionThatIsServed() throws IOException {
        for (Map<String, Object> resource : resources()) {
            assertThat(SERVED).as("%s", resource.get("kind")).contains(resource.get("apiVersion"));
        }
    }

    @Test
    void everyPodIsUnprivilegedLimitedAndPinned() throws IOException {
        List<Map<String, Object>> pods = new ArrayList<>();
        for (Map<String, Object> resource : resources()) {
            collectPods(resource, pods);
        }
        assertThat(pods).hasSizeGreaterThanOrEqualTo(8);
        for (Map<String, Object> pod : pods) {
            assertThat(at(pod, "securityContext", "runAsNonRoot")).as("%s", pod).isEqualTo(true);
            assertThat(at(pod, "securityContext", "seccompProfile", "type"))
                    .as("%s", pod)
                    .isEqualTo("RuntimeDefault");
            for (Map<String, Object> container : maps(pod.get("containers"))) {
                String name = container.get("name").toString();
                assertThat(at(container, "securityContext", "allowPrivilegeEscalation"))
                        .as(name)
                        .isEqualTo(false);
                assertThat(at(container, "securityContext", "capabilities", "drop"))
                        .as(name)
                        .isEqualTo(List.of("ALL"));
                // Flink's are limited, and their image named, by the FlinkDeployment.
                if (!name.equals("flink-main-container")) {
                    assertThat(at(container, "resources", "limits", "memory"))
                            .as(name)
                            .isNotNull();
                    assertThat(container.get("image").toString()).as(name).matches(".*:[0-9][0-9.]*.*");
                }
            }
        }
    }

    @Test
    void whatIsReferredToIsThere() throws IOException {
        Map<String, Object> deployment = one("Deployment", "gateway");
        Object labels = at(deployment, "spec", "template", "metadata", "labels");
        for (String service : List.of("gateway", "gateway-ops")) {
            assertThat(at(one("Service", service), "spec", "selector")).isEqualTo(labels);
        }
        assertThat(at(one("PodDisruptionBudget", "gateway"), "spec", "selector", "matchLabels"))
                .isEqualTo(labels);
        assertThat(at(one("HorizontalPodAutoscaler", "gateway"), "spec", "scaleTargetRef", "name"))
                .isEqualTo("gateway");
        Set<Object> ports = new HashSet<>();
        for (Map<String, Object> container : maps(at(deployment, "spec", "template", "spec", "containers"))) {
            for (Map<String, Object> port : maps(container.get("ports"))) {
                ports.add(port.get("name"));
            }
            for (String probe : List.of("readinessProbe", "livenessProbe", "startupProbe")) {
                assertThat(ports).as(probe).contains(at(container, probe, "httpGet", "port"));
            }
        }
        for (Map<String, Object> port : maps(at(one("Service", "gateway"), "spec", "ports"))) {
            assertThat(ports).contains(port.get("targetPort"));
        }
        // The longest that a gateway takes to leave: deploy/gateway/gateway.yaml.
        assertThat(at(deployment, "spec", "template", "spec", "terminationGracePeriodSeconds"))
                .isEqualTo(20);
    }

    @Test
    void everyTopicIsThere() throws Exception {
        Set<String> expected = new TreeSet<>();
        for (Field field : Topics.class.getFields()) {
            if (field.getType() == String.class) {
                expected.add((String) field.get(null));
            }
        }
        Set<String> topics = new TreeSet<>();
        for (Map<String, Object> resource : resources()) {
            if (resource.get("kind").equals("KafkaTopic")) {
                topics.add(at(resource, "metadata", "name").toString());
                assertThat(at(resource, "spec", "config", "message.timestamp.type"))
                        .isEqualTo("LogAppendTime");
            }
        }
        assertThat(topics).isEqualTo(expected);
    }

    @Test
    void everyJobRunsWithTheSettingsThatFlinkReads() throws IOException {
        Configuration settings = GlobalConfiguration.loadConfiguration(
                ROOT.resolve("flink-conf/kubernetes").toString());
        assertThat(settings.get(CheckpointingOptions.CHECKPOINTING_INTERVAL)).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.get(PipelineOptions.GENERIC_TYPES)).isFalse();
        assertThat(settings.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY)).startsWith("s3://");

        // As on machines, but for what Kubernetes does itself
        Map<String, String> onMachines = GlobalConfiguration.loadConfiguration(
                        ROOT.resolve("flink-conf/cluster").toString())
                .toMap();
        Map<String, String> here = settings.toMap();
        onMachines.forEach((key, value) -> {
            if (here.containsKey(key) && !OF_KUBERNETES.contains(key)) {
                assertThat(here.get(key)).as(key).isEqualTo(value);
            }
        });

        Set<String> jobs = new HashSet<>();
        for (Map<String, Object> resource : resources()) {
            if (!resource.get("kind").equals("FlinkDeployment")) {
                continue;
            }
            String name = at(resource, "metadata", "name").toString();
            jobs.add(name);
            Map<String, String> its = new HashMap<>();
            map(at(resource, "spec", "flinkConfiguration")).forEach((key, value) -> {
                if (!key.startsWith("kubernetes.operator.") && !key.startsWith("job.autoscaler.")) {
                    its.put(key, value.toString());
                }
            });
            assertThat(its).as(name).isEqualTo(here);
            String main = at(resource, "spec", "job", "entryClass").toString();
            assertThat(ROOT.resolve("flink-jobs/src/main/java").resolve(main.replace('.', '/') + ".java"))
                    .exists();
            assertThat(at(resource, "spec", "job", "upgradeMode")).isEqualTo("savepoint");
            // They go by age as well as by number, after a day if nothing else is said.
            Map<String, Object> operators = map(at(resource, "spec", "flinkConfiguration"));
            Duration every = setting(operators, "kubernetes.operator.periodic.savepoint.interval");
            long kept = Long.parseLong(operators
                    .get("kubernetes.operator.savepoint.history.max.count")
                    .toString());
            assertThat(setting(operators, "kubernetes.operator.savepoint.history.max.age"))
                    .as(name)
                    .isGreaterThanOrEqualTo(every.multipliedBy(kept));
            String options = Files.readString(ROOT.resolve("flink-jobs/src/main/java/io/tidegate/jobs/JobMain.java"));
            for (Object argument : (List<?>) at(resource, "spec", "job", "args")) {
                if (argument.toString().startsWith("--")) {
                    assertThat(options).contains("\"" + argument + "\"");
                }
            }
        }
        assertThat(jobs).containsExactlyInAnyOrder("archive", "aggregation", "fraud", "surge", "engagement");
    }

    private static Duration setting(Map<String, Object> settings, String key) {
        assertThat(settings).containsKey(key);
        return TimeUtils.parseDuration(settings.get(key).toString());
    }

    private static void collectPods(Object node, List<Map<String, Object>> pods) {
        if (node instanceof Map<?, ?>) {
            Map<String, Object> map = map(node);
            if (map.containsKey("containers")) {
                pods.add(map);
            }
            map.values().forEach(value -> collectPods(value, pods));
        } else if (node instanceof List<?> list) {
            list.forEach(value -> collectPods(value, pods));
        }
    }

    private static Map<String, Object> one(String kind, String name) throws IOException {
        return resources().stream()
                .filter(resource -> resource.get("kind").equals(kind)
                        && at(resource, "metadata", "name").equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }

    private static Object at(Map<String, Object> map, String... path) {
        Object node = map;
        for (String key : path) {
            node = node instanceof Map<?, ?> inner ? inner.get(key) : null;
        }
        return node;
    }

    private static List<Map<String, Object>> resources() throws IOException {
        return KubernetesFiles.documents().stream()
                .map(KubernetesFiles.Document::fields)
                .toList();
    }

    private static List<Map<String, Object>> maps(Object node) {
        return ((List<?>) node).stream().map(KubernetesFiles::map).toList();
    }
}
