package io.tidegate.dev.cluster.upgrade;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidegate.dev.cluster.FlinkRest;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What an upgrade asks of Flink, and tells it. Every method throws {@link IOException} with what Flink answered. */
final class JobControl {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CHECKPOINTS = "execution.checkpointing.dir";
    /** A jar is uploaded and a job's graph is made within a request. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final FlinkRest flink;

    JobControl(FlinkRest flink) {
        this.flink = flink;
    }

    /** A job of the cluster. */
    record JobState(String id, String name, String state) {

        boolean isTerminal() {
            return switch (state) {
                case "FINISHED", "CANCELED", "FAILED" -> true;
                default -> false;
            };
        }
    }

    /**
     * How a job was submitted, as its {@code main} has noted it.
     *
     * @param jar id of the uploaded jar
     * @param configuration what was its own in Flink's configuration: where its checkpoints go
     */
    record Submission(
            String mainClass, String jar, List<String> arguments, int parallelism, Map<String, String> configuration) {

        Submission {
            arguments = List.copyOf(arguments);
            configuration = Map.copyOf(configuration);
        }
    }

    /**
     * @param completed since the job was started
     * @param restoredFrom path of the savepoint or checkpoint; empty for none
     */
    record Checkpoints(int completed, String restoredFrom) {}

    List<JobState> jobs() throws IOException {
        List<JobState> jobs = new ArrayList<>();
        for (JsonNode job : get("/jobs/overview").path("jobs")) {
            jobs.add(new JobState(text(job, "jid"), text(job, "name"), text(job, "state")));
        }
        return jobs;
    }

    JobState job(String id) throws IOException {
        JsonNode job = get("/jobs/" + id);
        return new JobState(id, text(job, "name"), text(job, "state"));
    }

    /** Whether every task of the job runs; a reader for which there was nothing to read has finished. */
    boolean allTasksRun(String id) throws IOException {
        JsonNode job = get("/jobs/" + id);
        boolean all = text(job, "state").equals("RUNNING");
        for (JsonNode vertex : job.path("vertices")) {
            JsonNode tasks = vertex.path("tasks");
            all &= tasks.path("RUNNING").asInt() + tasks.path("FINISHED").asInt()
                    == vertex.path("parallelism").asInt();
        }
        return all;
    }

    /** Empty for a job that hasn't noted it: it is of a version before 0.1.0, or isn't one of Tidegate's. */
    Optional<Submission> submission(String id) throws IOException {
        JsonNode config = get("/jobs/" + id + "/config").path("execution-config");
        JsonNode noted = config.path("user-config");
        if (!noted.has("tidegate.main")) {
            return Optional.empty();
        }
        return Optional.of(new Submission(
                text(noted, "tidegate.main"),
                text(noted, "tidegate.jar"),
                text(noted, "tidegate.arguments").lines().toList(),
                config.path("job-parallelism").asInt(1),
                noted.has(CHECKPOINTS) ? Map.of(CHECKPOINTS, text(noted, CHECKPOINTS)) : Map.of()));
    }

    /** Ids of the jars that were uploaded and are still there. */
    List<String> jars() throws IOException {
        List<String> ids = new ArrayList<>();
        get("/jars").path("files").forEach(file -> ids.add(text(file, "id")));
        return ids;
    }

    /** @return the jar's id */
    String upload(Path jar) throws IOException {
        return asked(() -> flink.upload(jar));
    }

    /** Runs the jar's {@code main} up to the point where the job would be submitted. */
    void plan(String jar, Submission submission) throws IOException {
        post("/jars/" + encode(jar) + "/plan", program(submission));
    }

    /** Submits; state that no operator of the job claims is an error. @return the job's id */
    String run(String jar, Submission submission, String savepoint) throws IOException {
        ObjectNode body = program(submission);
        body.put("savepointPath", savepoint);
        // Said here, so that execution.state-recovery.ignore-unclaimed-state of the cluster doesn't decide.
        body.put("allowNonRestoredState", false);
        return text(post("/jars/" + encode(jar) + "/run", body), "jobid");
    }

    private static ObjectNode program(Submission submission) {
        ObjectNode body = JSON.createObjectNode();
        body.put("entryClass", submission.mainClass());
        body.put("parallelism", submission.parallelism());
        submission.arguments().forEach(body.putArray("programArgsList")::add);
        ObjectNode configuration = body.putObject("flinkConfiguration");
        submission.configuration().forEach(configuration::put);
        return body;
    }

    /** Begins to stop a job with a savepoint. @return the id to ask {@link #savepoint} with */
    String stop(String job, Optional<String> directory) throws IOException {
        ObjectNode body = JSON.createObjectNode();
        body.put("drain", false);
        body.put("formatType", "CANONICAL");
        directory.ifPresent(target -> body.put("targetDirectory", target));
        return text(post("/jobs/" + job + "/stop", body), "request-id");
    }

    /** @return where the savepoint is; empty while it is being taken */
    Optional<String> savepoint(String job, String request) throws IOException {
        JsonNode answer = get("/jobs/" + job + "/savepoints/" + request);
        if (!text(answer.path("status"), "id").equals("COMPLETED")) {
            return Optional.empty();
        }
        JsonNode operation = answer.path("operation");
        if (operation.has("failure-cause")) {
            throw new IOException(firstLine(text(operation.path("failure-cause"), "stack-trace")));
        }
        return Optional.of(text(operation, "location"));
    }

    void cancel(String job) throws IOException {
        asked(() -> {
            flink.cancel(job);
            return null;
        });
    }

    Checkpoints checkpoints(String job) throws IOException {
        JsonNode answer = get("/jobs/" + job + "/checkpoints");
        return new Checkpoints(
                answer.path("counts").path("completed").asInt(),
                answer.path("latest").path("restored").path("external_path").asText(""));
    }

    /** What made the job or one of its tasks fail last, in one line; empty for nothing. */
    String failure(String job) throws IOException {
        JsonNode entries = get("/jobs/" + job + "/exceptions?maxExceptions=1")
                .path("exceptionHistory")
                .path("entries");
        return entries.isEmpty() ? "" : rootLine(text(entries.get(0), "stacktrace"));
    }

    /** How often the job was restarted since it was submitted. */
    long restarts(String job) throws IOException {
        JsonNode metrics = get("/jobs/" + job + "/metrics?get=numRestarts");
        return metrics.isEmpty() ? 0 : metrics.get(0).path("value").asLong();
    }

    /** Records on the topics that the job hasn't read yet; empty while its sources don't say. */
    OptionalLong lag(String job) throws IOException {
        long sum = 0;
        boolean known = false;
        for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
            String metrics = "/jobs/" + job + "/vertices/" + text(vertex, "id") + "/subtasks/metrics";
            List<String> names = new ArrayList<>();
            for (JsonNode metric : get(metrics)) {
                if (text(metric, "id").endsWith(".pendingRecords")) {
                    names.add(text(metric, "id"));
                }
            }
            if (!names.isEmpty()) {
                for (JsonNode value : get(metrics + "?agg=sum&get=" + encode(String.join(",", names)))) {
                    sum += value.path("sum").asLong();
                    known = true;
                }
            }
        }
        return known ? OptionalLong.of(sum) : OptionalLong.empty();
    }

    private JsonNode get(String path) throws IOException {
        return asked(() -> flink.get(path));
    }

    private JsonNode post(String path, ObjectNode body) throws IOException {
        return asked(() -> flink.post(path, body, LIMIT));
    }

    private static <T> T asked(Question<T> question) throws IOException {
        try {
            return question.ask();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private interface Question<T> {
        T ask() throws IOException, InterruptedException;
    }

    /** The last cause of a stack trace is what says something. */
    private static String rootLine(String stackTrace) {
        return stackTrace
                .lines()
                .filter(line -> line.startsWith("Caused by: "))
                .reduce((first, last) -> last)
                .map(line -> line.substring("Caused by: ".length()))
                .orElseGet(() -> firstLine(stackTrace));
    }

    private static String firstLine(String text) {
        return text.lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("no reason given")
                .strip();
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asText("");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
