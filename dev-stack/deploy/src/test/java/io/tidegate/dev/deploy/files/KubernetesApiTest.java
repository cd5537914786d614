package io.tidegate.dev.deploy.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidegate.dev.deploy.files.KubernetesFiles.Document;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code deploy/kubernetes} against the classes of Kubernetes' client, of Strimzi and of Flink's operator. */
class KubernetesApiTest {

    /** Maps whose keys are ours to choose. */
    private static final Set<String> OURS = Set.of(
            "labels", "annotations", "matchLabels", "selector", "config", "flinkConfiguration", "requests", "limits");

    /** All that is checked of ClickHouse's. */
    private static final Pattern PASSED_ON =
            Pattern.compile("/spec/templates/(pod|volumeClaim)Templates/\\d+/spec\\b.*");

    @Test
    void everyResourceIsWhatItsApiTakes() throws IOException {
        // Given
        List<Document> documents = KubernetesFiles.documents();

        // When
        List<String> mistakes = new ArrayList<>();
        for (Document document : documents) {
            mistakes.addAll(KubernetesApi.mistakes(document.file(), KubernetesApi.tree(document)));
        }

        // Then
        assertThat(mistakes).isEmpty();
    }

    /** Each field of each resource, one at a time: what a class lets pass would be seen here. */
    @Test
    void aMisspeltFieldIsRefusedAndNamed() throws IOException {
        for (Document document : KubernetesFiles.documents()) {
            ObjectNode resource = KubernetesApi.tree(document);
            boolean ofClickHouse = document.file().equals("20-clickhouse.yaml");
            for (Field field : fields("", resource)) {
                if (ofClickHouse && !PASSED_ON.matcher(field.parent()).matches()) {
                    continue;
                }
                // Given
                ObjectNode misspelt = resource.deepCopy();
                ObjectNode parent = (ObjectNode) misspelt.at(field.parent());
                parent.set(field.name() + "x", parent.remove(field.name()));

                // When
                List<String> mistakes = KubernetesApi.mistakes(document.file(), misspelt);

                // Then
                assertThat(mistakes)
                        .as("%s %s", document.file(), field)
                        .anyMatch(mistake -> mistake.startsWith(document.file()) && mistake.contains(field.name()));
            }
        }
    }

    /** Texts for numbers and numbers for texts, names that an enum lacks, and Kafka's replicas, which went with the versions before v1. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            FlinkDeployment | archive | /spec/jobManager/replicas | "two" | spec.jobManager.replicas
            FlinkDeployment | archive | /spec/job/upgradeMode | "savepoints" | spec.job.upgradeMode
            FlinkDeployment | archive | /spec/flinkVersion | "v2_33" | spec.flinkVersion
            FlinkDeployment | archive | /spec/flinkConfiguration/heartbeat.rpc-failure-threshold | 3 | spec.flinkConfiguration.heartbeat.rpc-failure-threshold
            Kafka | tidegate | /spec/kafka/listeners/0/type | "inner" | spec.kafka.listeners[0].type
            Kafka | tidegate | /spec/kafka/replicas | 3 | spec.kafka.replicas
            KafkaNodePool | brokers | /spec/storage/volumes/0/type | "persistent" | spec.storage.volumes[0]
            KafkaTopic | events | /spec/partitions | "12" | spec.partitions
            KafkaTopic | events | /apiVersion | "kafka.strimzi.io/v1beta2" | apiVersion
            ClickHouseInstallation | tidegate | /spec/templates/podTemplates/0/spec/containers | "one" | spec.templates.podTemplates[0].spec.containers
            Deployment | gateway | /spec/template/spec/containers/0/env/0/value | 9092 | spec.template.spec.containers[0].env[0].value
            Service | gateway | /spec/ports | {"port": 8080} | spec.ports
            """)
    void whatAnApiDoesNotTakeIsRefusedAndNamed(String kind, String name, String pointer, String value, String path)
            throws IOException {
        // Given
        Document document = KubernetesFiles.documents().stream()
                .filter(one -> one.fields().get("kind").equals(kind)
                        && KubernetesApi.tree(one).at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow();
        ObjectNode resource = KubernetesApi.tree(document);
        int last = pointer.lastIndexOf('/');
        ((ObjectNode) resource.at(pointer.substring(0, last)))
                .set(pointer.substring(last + 1), new ObjectMapper().readTree(value));

        // When
        List<String> mistakes = KubernetesApi.mistakes(document.file(), resource);

        // Then
        assertThat(mistakes).singleElement().asString().contains(document.file(), kind + " " + name, path);
    }

    private record Field(String parent, String name) {}

    private static List<Field> fields(String pointer, JsonNode node) {
        List<Field> fields = new ArrayList<>();
        node.properties().forEach(entry -> {
            fields.add(new Field(pointer, entry.getKey()));
            if (!OURS.contains(entry.getKey())) {
                fields.addAll(fields(pointer + "/" + entry.getKey(), entry.getValue()));
            }
        });
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            fields.addAll(fields(pointer + "/" + i, node.get(i)));
        }
        return fields;
    }
}
