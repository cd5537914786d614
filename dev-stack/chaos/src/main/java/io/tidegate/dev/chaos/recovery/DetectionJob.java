package io.tidegate.dev.chaos.recovery;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidegate.dev.cluster.Cluster;
import io.tidegate.dev.cluster.FlinkRest;
import io.tidegate.dev.cluster.Role;
import java.io.IOException;

/** Job {@code fraud}, as Flink's REST interface shows it. */
final class DetectionJob {

    static final String NAME = "fraud";

    private final Cluster cluster;
    private final FlinkRest flink;

    DetectionJob(Cluster cluster) {
        this.cluster = cluster;
        this.flink = cluster.flink();
    }

    /** When its tasks last passed from one state to the next: epoch milliseconds. */
    record Restart(long failedMs, long deployingMs, long restoringMs, long runningMs) {}

    /** Where it runs. */
    Role taskManager() throws IOException, InterruptedException {
        JsonNode vertex = job().path("vertices").path(0);
        // taskmanager-1-3 at its third start.
        String taskManager =
                vertex(vertex).path("subtasks").path(0).path("taskmanager-id").asText();
        int dash = taskManager.lastIndexOf('-');
        if (dash < 0) {
            throw new IOException("job " + NAME + " runs nowhere");
        }
        return cluster.role(taskManager.substring(0, dash));
    }

    /** How many TaskManagers have tasks of any job. */
    int busyTaskManagers() throws IOException, InterruptedException {
        int busy = 0;
        for (JsonNode taskManager : flink.get("/taskmanagers").path("taskmanagers")) {
            if (taskManager.path("freeSlots").asInt()
                    < taskManager.path("slotsNumber").asInt()) {
                busy++;
            }
        }
        return busy;
    }

    Restart lastRestart() throws IOException, InterruptedException {
        JsonNode job = job();
        long deployingMs = Long.MAX_VALUE;
        long restoringMs = 0;
        long runningMs = 0;
        for (JsonNode vertex : job.path("vertices")) {
            for (JsonNode task : vertex(vertex).path("subtasks")) {
                // It starts when it is sent to its TaskManager.
                long startMs = task.path("start-time").asLong();
                JsonNode lasted = task.path("status-duration");
                long initializingMs = startMs + lasted.path("DEPLOYING").asLong();
                deployingMs = Math.min(deployingMs, startMs);
                restoringMs = Math.max(restoringMs, initializingMs);
                runningMs = Math.max(
                        runningMs, initializingMs + lasted.path("INITIALIZING").asLong());
            }
        }
        return new Restart(job.path("timestamps").path("RESTARTING").asLong(), deployingMs, restoringMs, runningMs);
    }

    private JsonNode job() throws IOException, InterruptedException {
        return flink.get("/jobs/" + id());
    }

    private JsonNode vertex(JsonNode vertex) throws IOException, InterruptedException {
        return flink.get("/jobs/" + id() + "/vertices/" + vertex.path("id").asText());
    }

    private String id() throws IOException, InterruptedException {
        return flink.job(NAME)
                .orElseThrow(() -> new IOException("job " + NAME + " isn't there"))
                .id();
    }
}
