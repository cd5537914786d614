package io.tidegate.jobs.clickhouse.client;

import io.tidegate.jobs.clickhouse.BatchLimits;
import io.tidegate.jobs.clickhouse.TableSchema;
import io.tidegate.jobs.clickhouse.WriteMode;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import io.tidegate.jobs.clickhouse.committer.CommitTarget;
import io.tidegate.jobs.clickhouse.committer.CommitTargetException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The store over ClickHouse's HTTP interface, on the JDK's client: a commit is one POST of bytes that are encoded
 * already, so a driver would only add its own buffering and, worse, its own retries.
 *
 * <p>Errors are told apart by the header {@code X-ClickHouse-Exception-Code}. A request is sent once: the JDK
 * doesn't repeat a POST on its own, and this class doesn't either.
 */
public final class ClickHouseClient implements CommitTarget {

    private static final String EXCEPTION_CODE = "X-ClickHouse-Exception-Code";
    private static final int QUOTED_ANSWER_CHARS = 500;

    private final ClickHouseClientConfig config;
    private final HttpClient http;
    private final Replicas replicas;

    public ClickHouseClient(ClickHouseClientConfig config) {
        this.config = config;
        this.replicas = new Replicas(config.endpoints(), System::nanoTime);
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(config.connectTimeout())
                .build();
    }

    @Override
    public void insert(ClickHouseCommittable batch, String token) throws CommitTargetException, InterruptedException {
        Map<String, String> settings = insertSettings();
        settings.put("insert_deduplicate", "1");
        // Without a token ClickHouse would compare the rows' hash and drop a repeat, also one that is meant.
        // (Switching de-duplication off has another name in each generation of servers, and the older ones don't
        // know the newer.)
        settings.put(
                "insert_deduplication_token",
                batch.mode() == WriteMode.UPSERT ? UUID.randomUUID().toString() : token);
        // A server refuses a second query under the id of one that still runs, so no retry overtakes an insert in
        // doubt.
        settings.put("query_id", batch.batchId().toString());
        String sql = "INSERT INTO " + batch.qualifiedTable() + " (" + batch.columns() + ") FORMAT RowBinary";
        send(sql, settings, HttpRequest.BodyPublishers.ofByteArray(batch.payload()));
    }

    @Override
    public long count(ClickHouseCommittable batch) throws CommitTargetException, InterruptedException {
        if (config.replicated()) {
            query("SYSTEM SYNC REPLICA " + batch.qualifiedTable() + " LIGHTWEIGHT", Map.of());
        }
        String answer = query("SELECT count() FROM " + batch.qualifiedTable() + where(batch), Map.of());
        try {
            return Long.parseLong(answer.trim());
        } catch (NumberFormatException e) {
            throw CommitTargetException.mayHeal("The answer to a count is no number: " + quote(answer), e);
        }
    }

    @Override
    public void delete(ClickHouseCommittable batch) throws CommitTargetException, InterruptedException {
        String parts =
                query("SELECT DISTINCT _part FROM " + batch.qualifiedTable() + where(batch) + " FORMAT TSV", Map.of());
        if (parts.isBlank()) {
            return;
        }
        // Only from the parts that hold it now: the name of a part never comes back with other rows in it, so this
        // very request, should it arrive a second time or late, can't hit the rows that take the place of these.
        String names = "'" + String.join("','", parts.strip().split("\n")) + "'";
        String sql = "ALTER TABLE " + batch.qualifiedTable() + " DELETE IN PARTITION ID '" + batch.partition() + "'"
                + where(batch) + " AND _part IN (" + names + ")";
        query(sql, Map.of("mutations_sync", "2"));
    }

    /**
     * Frozen: a retry must run under the settings of the first attempt. They are for one block, stored when
     * acknowledged.
     */
    private Map<String, String> insertSettings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("async_insert", "0");
        settings.put("max_insert_block_size", Integer.toString(BatchLimits.MAX_ROWS + 1));
        settings.put("min_insert_block_size_rows", Integer.toString(BatchLimits.MAX_ROWS + 1));
        settings.put("min_insert_block_size_bytes", Long.toString(1L << 40));
        settings.put("input_format_parallel_parsing", "0");
        settings.put("max_insert_threads", "1");
        // A batch that spans two partitions isn't atomic: refuse it rather than find out later.
        settings.put("max_partitions_per_insert_block", "1");
        settings.put("throw_on_max_partitions_per_insert_block", "1");
        // Rows with equal keys stay until a merge, so that right after an insert the count is the batch's.
        settings.put("optimize_on_insert", "0");
        if (!config.insertQuorum().isEmpty()) {
            settings.put("insert_quorum", config.insertQuorum());
            settings.put("insert_quorum_parallel", "1");
        }
        return settings;
    }

    private static String where(ClickHouseCommittable batch) {
        return " WHERE _partition_id = '" + batch.partition() + "' AND " + TableSchema.BATCH_ID + " = toUUID('"
                + batch.batchId() + "')";
    }

    /**
     * Runs a statement without a body of its own.
     *
     * @return the answer as it came
     */
    public String query(String sql, Map<String, String> settings) throws CommitTargetException, InterruptedException {
        return send(sql, settings, HttpRequest.BodyPublishers.noBody());
    }

    /** @return the body of a success */
    private String send(String sql, Map<String, String> settings, HttpRequest.BodyPublisher body)
            throws CommitTargetException, InterruptedException {
        Replicas.Choice replica = replicas.choose();
        URI base = replica.address();
        HttpRequest request = HttpRequest.newBuilder(uri(base, sql, settings))
                .header("X-ClickHouse-User", config.user())
                .header("X-ClickHouse-Key", config.password())
                .header("Content-Type", "application/octet-stream")
                .POST(body)
                .build();
        HttpResponse<String> response;
        try {
            response = await(http.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            replicas.failed(replica);
            throw CommitTargetException.mayHeal(base + ": " + describe(e), e);
        }
        String code = response.headers().firstValue(EXCEPTION_CODE).orElse("");
        if (response.statusCode() == 200 && code.isEmpty()) {
            replicas.succeeded(replica);
            return response.body();
        }
        throw failure(replica, response, code);
    }

    /** Waits for the whole answer: the JDK's own request time-out ends with the answer's header. */
    private HttpResponse<String> await(CompletableFuture<HttpResponse<String>> exchange)
            throws IOException, InterruptedException {
        try {
            return exchange.get(config.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            exchange.cancel(true);
            throw new IOException("no answer within " + config.requestTimeout(), e);
        } catch (InterruptedException e) {
            exchange.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    private CommitTargetException failure(Replicas.Choice replica, HttpResponse<String> response, String codeHeader) {
        int code;
        try {
            code = codeHeader.isEmpty() ? 0 : Integer.parseInt(codeHeader);
        } catch (NumberFormatException e) {
            code = 0;
        }
        String message = replica.address() + " answered " + response.statusCode()
                + (code == 0 ? "" : ", ClickHouse error " + code) + ": " + quote(response.body());
        if (ClickHouseErrors.isHopeless(response.statusCode(), code)) {
            return CommitTargetException.hopeless(message, null);
        }
        if (code != ClickHouseErrors.QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING) {
            replicas.failed(replica);
        }
        return CommitTargetException.mayHeal(message, null);
    }

    private URI uri(URI base, String sql, Map<String, String> settings) {
        StringBuilder uri = new StringBuilder(512).append(base);
        if (base.getRawPath() == null || base.getRawPath().isEmpty()) {
            uri.append('/');
        }
        uri.append("?query=").append(URLEncoder.encode(sql, StandardCharsets.UTF_8));
        // The server answers only when it is done, so that an error has its status, and stops by itself what nobody
        // waits for.
        uri.append("&wait_end_of_query=1&max_execution_time=")
                .append(Math.max(1, config.requestTimeout().toSeconds()));
        settings.forEach((name, value) ->
                uri.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return URI.create(uri.toString());
    }

    private static String describe(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    private static String quote(String answer) {
        String line = answer.strip().replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= QUOTED_ANSWER_CHARS ? line : line.substring(0, QUOTED_ANSWER_CHARS) + "…";
    }

    /** The JDK's client ends with its last request; there is nothing to close on Java 17. */
    @Override
    public void close() {}
}
