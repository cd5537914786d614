package io.tidegate.dev.deploy.files;

import static java.util.Map.entry;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.tidegate.dev.deploy.files.KubernetesFiles.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;

/** Holds a resource against the class that its API's own project publishes for its kind: nothing of it may get lost there. */
final class KubernetesApi {

    private static final Map<String, Class<?>> CLASSES = Map.ofEntries(
            entry("v1 Namespace", Namespace.class),
            entry("v1 Service", Service.class),
            entry("apps/v1 Deployment", Deployment.class),
            entry("autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            entry("networking.k8s.io/v1 Ingress", Ingress.class),
            entry("networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class),
            entry("policy/v1 PodDisruptionBudget", PodDisruptionBudget.class),
            entry("kafka.strimzi.io/v1 Kafka", Kafka.class),
            entry("kafka.strimzi.io/v1 KafkaNodePool", KafkaNodePool.class),
            entry("kafka.strimzi.io/v1 KafkaTopic", KafkaTopic.class),
            entry("flink.apache.org/v1beta1 FlinkDeployment", FlinkDeployment.class));

    /** Altinity's operator is written in Go, so there are no classes; but what it only passes on to Kubernetes has some. */
    private static final Set<String> WITHOUT_CLASSES = Set.of(
            "clickhouse.altinity.com/v1 ClickHouseInstallation",
            "clickhouse-keeper.altinity.com/v1 ClickHouseKeeperInstallation");

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new FieldsOfToday())
            .build();

    private KubernetesApi() {}

    static ObjectNode tree(Document document) {
        return JSON.valueToTree(document.fields());
    }

    /** A line for each field that isn't known, or isn't what it should be; none if the API takes all of it. */
    static List<String> mistakes(String file, ObjectNode resource) {
        String kind = resource.path("apiVersion").asText() + " "
                + resource.path("kind").asText();
        List<String> mistakes = new ArrayList<>();
        if (WITHOUT_CLASSES.contains(kind)) {
            comparePassedOn(PodSpec.class, resource, "podTemplates", mistakes);
            comparePassedOn(PersistentVolumeClaimSpec.class, resource, "volumeClaimTemplates", mistakes);
        } else if (CLASSES.containsKey(kind)) {
            compare(CLASSES.get(kind), whatIsComparable(resource), mistakes);
        } else {
            mistakes.add("no class for this apiVersion and kind");
        }
        String name = resource.at("/metadata/name").asText();
        return mistakes.stream()
                .map(mistake -> file + ", " + kind + " " + name + ": " + mistake)
                .toList();
    }

    private static ObjectNode whatIsComparable(ObjectNode resource) {
        ObjectNode copy = resource.deepCopy();
        // They chose the class; some of Strimzi's write the version before v1, which they stand for as well.
        copy.remove(List.of("apiVersion", "kind"));
        // The operator's classes that could be had know Flink up to 1.20: this one value, and no other, isn't held
        // against them.
        if (copy.at("/spec/flinkVersion").asText().equals("v2_3")) {
            ((ObjectNode) copy.get("spec")).remove("flinkVersion");
        }
        return copy;
    }

    private static void comparePassedOn(Class<?> type, ObjectNode resource, String templates, List<String> mistakes) {
        JsonNode all = resource.at("/spec/templates/" + templates);
        for (int i = 0; i < all.size(); i++) {
            List<String> its = new ArrayList<>();
            compare(type, all.get(i).path("spec"), its);
            String path = "spec.templates." + templates + "[" + i + "].spec.";
            its.forEach(mistake -> mistakes.add(path + mistake));
        }
    }

    private static void compare(Class<?> type, JsonNode written, List<String> mistakes) {
        try {
            compare("", written, JSON.valueToTree(JSON.treeToValue(written, type)), mistakes);
        } catch (JsonMappingException e) {
            mistakes.add(path(e) + ": " + e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * What was read is written again, and everything that was there has to be there still. Classes of Flink's operator skip what they don't
     * know, enums of Strimzi become null, and Jackson takes "2" for 2, all of which an API server refuses.
     */
    private static void compare(String path, JsonNode written, JsonNode read, List<String> mistakes) {
        if (written.isObject() && read.isObject()) {
            written.properties()
                    .forEach(field -> compare(
                            path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                            field.getValue(),
                            read.path(field.getKey()),
                            mistakes));
        } else if (written.isArray() && written.size() == read.size()) {
            for (int i = 0; i < written.size(); i++) {
                compare(path + "[" + i + "]", written.get(i), read.path(i), mistakes);
            }
        } else if (written.isNumber() && read.isNumber()) {
            if (written.decimalValue().compareTo(read.decimalValue()) != 0) {
                mistakes.add(path + ": " + written + " is read as " + read);
            }
        } else if (!written.equals(read)) {
            mistakes.add(path + ": " + (read.isMissingNode() ? "not known" : written + " is read as " + read));
        }
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference reference : e.getPath()) {
            if (reference.getFieldName() == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
            }
        }
        return path.toString();
    }

    /** What is compared has to have a field of its own, and one that isn't left out when it is written. */
    private static final class FieldsOfToday extends JacksonAnnotationIntrospector {
        /** Classes of Kubernetes and Strimzi keep what they don't know in a map. */
        @Override
        public Boolean hasAnySetter(Annotated method) {
            return false;
        }

        /** Strimzi's still have what went with the versions before v1. */
        @Override
        public boolean hasIgnoreMarker(AnnotatedMember member) {
            return member.hasAnnotation(Deprecated.class) || super.hasIgnoreMarker(member);
        }

        /** Also what is as it is by default. */
        @Override
        public JsonInclude.Value findPropertyInclusion(Annotated property) {
            return JsonInclude.Value.empty();
        }
    }
}
