package io.tidegate.dev.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Flink's REST interface, at whichever JobManager answers: one that stands by asks the leader itself. */
public final class FlinkRest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** The job's main method runs inside the request. */
    private static final Duration SUBMIT_TIMEOUT = Duration.ofMinutes(2);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<URI> jobManagers;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    public FlinkRest(List<URI> jobManagers) {
        this.jobManagers = List.copyOf(jobManagers);
    }

    /**
     * A job as the cluster sees it.
     *
     * @param state RUNNING, RESTARTING, CANCELED, …
     * @param running how many of its tasks run
     * @param tasks how many it has
     */
    public record JobStatus(String id, String name, String state, int running, int tasks) {

        public boolean isOver() {
            return List.of("FINISHED", "CANCELED", "FAILED", "SUSPENDED").contains(state);
        }

        /** Every task runs; a job that is RUNNING may still have tasks that are being deployed. */
        public boolean runsCompletely() {
            return state.equals("RUNNING") && tasks > 0 && running == tasks;
        }
    }

    /** All that it knows, also those that are over. */
    public List<JobStatus> jobs() throws IOException, InterruptedException {
        List<JobStatus> jobs = new ArrayList<>();
        for (JsonNode job : get("/jobs/overview").path("jobs")) {
            JsonNode tasks = job.path("tasks");
            jobs.add(new JobStatus(
                    job.path("jid").asText(),
                    job.path("name").asText(),
                    job.path("state").asText(),
                    tasks.path("running").asInt(),
                    tasks.path("total").asInt()));
        }
        return jobs;
    }

    /** The one of this name that isn't over. */
    public Optional<JobStatus> job(String name) throws IOException, InterruptedException {
        return jobs().stream()
                .filter(job -> job.name().equals(name) && !job.isOver())
                .findFirst();
    }

    /** What the JobManager was told, by its configuration file or its command line. */
    public Optional<String> configured(String key) throws IOException, InterruptedException {
        for (JsonNode entry : get("/jobmanager/config")) {
            if (entry.path("key").asText().equals(key)) {
                return Optional.of(entry.path("value").asText());
            }
        }
        return Optional.empty();
    }

    /** @return the id by which {@link #run} knows the jar */
    public String upload(Path jar) throws IOException, InterruptedException {
        String boundary = UUID.randomUUID().toString();
        byte[] head = ("--" + boundary + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\""
                        + jar.getFileName() + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        byte[] tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8);
        long length = head.length + Files.size(jar) + tail.length;
        BodyPublisher body =
                BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> concatenated(head, jar, tail)), length);
        JsonNode answer = send("/jars/upload", SUBMIT_TIMEOUT, request -> request.header(
                        "Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(body));
        String file = answer.path("filename").asText();
        return file.substring(file.lastIndexOf('/') + 1);
    }

    /**
     * What is to be run.
     *
     * @param jar as {@link #upload} calls it
     * @param jobId 32 hexadecimal digits; Flink takes each of them once, so asking again is harmless
     * @param from a checkpoint or savepoint to go on from
     * @param configuration of the job, over the cluster's
     */
    record Run(
            String jar,
            String jobId,
            String mainClass,
            List<String> arguments,
            int parallelism,
            Optional<String> from,
            Map<String, String> configuration) {}

    /** Runs the main method of a job; returns when Flink has taken it. */
    void run(Run run) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        body.put("jobId", run.jobId());
        body.put("entryClass", run.mainClass());
        body.put("parallelism", run.parallelism());
        run.arguments().forEach(body.putArray("programArgsList")::add);
        run.from().ifPresent(path -> body.put("savepointPath", path));
        ObjectNode settings = body.putObject("flinkConfiguration");
        run.configuration().forEach(settings::put);
        post("/jars/" + run.jar() + "/run", body, SUBMIT_TIMEOUT);
    }

    /** Asks for a job's end; it is over some time later. */
    public void cancel(String job) throws IOException, InterruptedException {
        send(
                "/jobs/" + job + "?mode=cancel",
                TIMEOUT,
                request -> request.method("PATCH", HttpRequest.BodyPublishers.noBody()));
    }

    public JsonNode get(String path) throws IOException, InterruptedException {
        return send(path, TIMEOUT, HttpRequest.Builder::GET);
    }

    /** @param timeout some requests run a job's main method */
    public JsonNode post(String path, JsonNode body, Duration timeout) throws IOException, InterruptedException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        return send(path, timeout, request -> request.header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(bytes)));
    }

    private JsonNode send(String path, Duration timeout, RequestForm form) throws IOException, InterruptedException {
        IOException last = new IOException("Flink has no JobManager");
        for (URI jobManager : jobManagers) {
            HttpRequest request = form.of(
                            HttpRequest.newBuilder(jobManager.resolve(path)).timeout(timeout))
                    .build();
            HttpResponse<String> answer;
            try {
                answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            } catch (IOException e) {
                // Gone, or frozen.
                last = new IOException(jobManager + " doesn't answer", e);
                continue;
            }
            if (answer.statusCode() / 100 == 2) {
                return JSON.readTree(answer.body());
            }
            if (answer.statusCode() != 503) {
                throw new IOException("Flink: " + path + ": " + reason(answer.body()));
            }
            // It knows of no leader; the other one may be it.
            last = new IOException("Flink has no leader at the moment");
        }
        throw last;
    }

    /** The line that says what was wrong, without the stack trace around it. */
    private static String reason(String body) throws IOException {
        StringBuilder errors = new StringBuilder();
        for (JsonNode error : JSON.readTree(body).path("errors")) {
            errors.append(error.asText()).append('\n');
        }
        List<String> causes = errors.toString()
                .lines()
                .filter(line -> line.startsWith("Caused by: "))
                .toList();
        return causes.isEmpty()
                ? errors.toString().lines().findFirst().orElse(body)
                : causes.get(causes.size() - 1).substring("Caused by: ".length());
    }

    private static InputStream concatenated(byte[] head, Path jar, byte[] tail) {
        try {
            return new SequenceInputStream(Collections.enumeration(List.of(
                    new ByteArrayInputStream(head), Files.newInputStream(jar), new ByteArrayInputStream(tail))));
        } catch (IOException e) {
            throw new IllegalStateException("Can't read " + jar, e);
        }
    }

    /** What makes one request differ from another. */
    private interface RequestForm {
        HttpRequest.Builder of(HttpRequest.Builder request);
    }
}
