package io.tidegate.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.Topics;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.source.TestStreams;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds every job to the rules that make it upgradable: a uid on each operator, none twice, a fixed number of key groups, no Kryo. */
class UidsTest {

    static Stream<Job> jobs() {
        return JobCatalog.all().stream();
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void everyOperatorHasAUidOfItsOwn(Job job) {
        for (DetectionTime time : DetectionTime.values()) {
            everyOperatorHasAUidOfItsOwn(job, time, DetectionForm.COMPILED);
            everyOperatorHasAUidOfItsOwn(job, time, DetectionForm.CEP);
        }
    }

    /** All read topic events and set aside what they can't read; if two of them wrote it down, it would be there twice. */
    @ParameterizedTest
    @MethodSource("jobs")
    void onlyTheArchiveWritesDeadLetters(Job job) {
        StreamExecutionEnvironment env = TestStreams.environment(2);

        job.define(env, JobConfig.of("127.0.0.1:9092", ClickHouseConfig.local(URI.create("http://127.0.0.1:8123"))));
        List<String> operators = env.getStreamGraph().getStreamNodes().stream()
                .map(StreamNode::getOperatorName)
                .toList();

        assertThat(operators).anyMatch(name -> name.contains("events dead letters"));
        assertThat(operators.stream().anyMatch(name -> name.contains(Topics.EVENTS_DLQ)))
                .isEqualTo(job.name().equals("archive"));
    }

    private static void everyOperatorHasAUidOfItsOwn(Job job, DetectionTime time, DetectionForm form) {
        // Given an environment that refuses generic types
        StreamExecutionEnvironment env = TestStreams.environment(2);

        // When the job is defined and its graph is built
        job.define(
                env,
                JobConfig.of("127.0.0.1:9092", ClickHouseConfig.local(URI.create("http://127.0.0.1:8123")))
                        .withDetectionTime(time)
                        .withDetectionForm(form));
        List<String> uids = new ArrayList<>();
        for (StreamNode node : env.getStreamGraph().getStreamNodes()) {
            // Then
            assertThat(node.getTransformationUID())
                    .as("%s: uid of %s", job.name(), node.getOperatorName())
                    .isNotBlank();
            uids.add(node.getTransformationUID());
            assertThat(node.getMaxParallelism())
                    .as("%s: key groups of %s", job.name(), node.getOperatorName())
                    .isIn(Job.MAX_PARALLELISM, 1);
        }
        assertThat(uids).as(job.name()).doesNotHaveDuplicates();
    }
}
