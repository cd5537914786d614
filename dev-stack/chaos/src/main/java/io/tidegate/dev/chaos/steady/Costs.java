package io.tidegate.dev.chaos.steady;

import io.tidegate.dev.cluster.Cluster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the events of a run have cost on disks, for whoever has to size a cluster.
 *
 * @param topicBytes of topic {@code events} on one broker, ticks included; each of the three has all of it
 * @param tableBytes of table {@code events} over both shards
 * @param tableRows in it
 * @param checkpointBytes of each job's last checkpoint
 */
record Costs(long topicBytes, long tableBytes, long tableRows, Map<String, Long> checkpointBytes) {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String PARTS = "SELECT sum(bytes_on_disk), sum(rows) FROM system.parts"
            + " WHERE active AND database = 'tidegate' AND table = 'events' FORMAT TSV";

    static Costs of(Cluster cluster, HttpClient http, Prometheus prometheus) throws IOException, InterruptedException {
        long bytes = 0;
        long rows = 0;
        for (URI engine : cluster.endpoints().clickhouse()) {
            HttpRequest request = HttpRequest.newBuilder(engine)
                    .timeout(LIMIT)
                    .POST(HttpRequest.BodyPublishers.ofString(PARTS))
                    .build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException(engine + ": " + answer.body());
            }
            String[] sums = answer.body().strip().split("\t");
            bytes += Long.parseLong(sums[0]);
            rows += Long.parseLong(sums[1]);
        }
        Map<String, Long> checkpoints = new TreeMap<>();
        for (Prometheus.Series series :
                prometheus.query("max by (job_name) (flink_jobmanager_job_lastCheckpointSize)")) {
            checkpoints.put(series.labels().getOrDefault("job_name", ""), (long) series.value());
        }
        return new Costs(topicBytes(cluster.directory().resolve("data/kafka-1")), bytes, rows, checkpoints);
    }

    private static long topicBytes(Path broker) throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> partitions = Files.newDirectoryStream(broker, "events-*")) {
            for (Path partition : partitions) {
                try (DirectoryStream<Path> segments = Files.newDirectoryStream(partition, "*.log")) {
                    for (Path segment : segments) {
                        bytes += Files.size(segment);
                    }
                }
            }
        }
        return bytes;
    }
}
