package io.tidegate.jobs.clickhouse.client;

import io.tidegate.jobs.JobConfig;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * How to reach one shard of ClickHouse over HTTP.
 *
 * @param endpoints at least one, {@code http} or {@code https}, without a query. Several must be replicas of one
 *     and the same shard; the client stays with one until it fails, then takes the next. Distributed tables are no
 *     target: a token's meaning there is undefined.
 * @param user not empty
 * @param password may be empty
 * @param connectTimeout positive
 * @param requestTimeout positive; from sending a request to its whole answer. Also the server's limit for running it.
 * @param replicated whether more than one replica stands behind the endpoints (or behind a balancer at one
 *     endpoint). Then a replica is brought up to date before it is asked what it holds, since it may lag behind the
 *     one that took the insert.
 * @param insertQuorum {@code insert_quorum} of each insert: {@code auto}, a number, or empty for none. Without one an
 *     acknowledged insert may lie on one replica only, and go with its disk.
 */
public record ClickHouseClientConfig(
        List<URI> endpoints,
        String user,
        String password,
        Duration connectTimeout,
        Duration requestTimeout,
        boolean replicated,
        String insertQuorum)
        implements Serializable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    public ClickHouseClientConfig {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("endpoints: at least one");
        }
        for (URI endpoint : endpoints) {
            requireHttp(endpoint);
        }
        if (user == null || user.isEmpty()) {
            throw new IllegalArgumentException("user: missing");
        }
        if (password == null) {
            throw new IllegalArgumentException("password: missing (it may be empty)");
        }
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("requestTimeout", requestTimeout);
        if (insertQuorum == null || !insertQuorum.matches("|auto|[2-9]|[1-9][0-9]")) {
            throw new IllegalArgumentException("insertQuorum: auto or 2 to 99 expected, got " + insertQuorum);
        }
    }

    /**
     * One or more endpoints with the default time-outs: 5 s to connect, 30 s for a request. Several count as
     * replicated.
     */
    public static ClickHouseClientConfig of(List<URI> endpoints, String user, String password) {
        return new ClickHouseClientConfig(
                endpoints, user, password, CONNECT_TIMEOUT, REQUEST_TIMEOUT, endpoints.size() > 1, "");
    }

    /** One endpoint as user {@code default} without a password, as the embedded engine is. */
    public static ClickHouseClientConfig of(URI endpoint) {
        return of(List.of(endpoint), "default", "");
    }

    /** One for each shard that a job is configured with, in their order, with the default time-outs. */
    public static List<ClickHouseClientConfig> ofShards(JobConfig.ClickHouseConfig job) {
        return job.shards().stream()
                .map(replicas -> of(replicas, job.user(), job.password()).withInsertQuorum(job.insertQuorum()))
                .toList();
    }

    public ClickHouseClientConfig withInsertQuorum(String quorum) {
        return new ClickHouseClientConfig(
                endpoints, user, password, connectTimeout, requestTimeout, replicated, quorum);
    }

    public ClickHouseClientConfig withRequestTimeout(Duration timeout) {
        return new ClickHouseClientConfig(endpoints, user, password, connectTimeout, timeout, replicated, insertQuorum);
    }

    private static void requireHttp(URI endpoint) {
        boolean http = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
        if (!http
                || endpoint.getHost() == null
                || endpoint.getRawQuery() != null
                || endpoint.getRawUserInfo() != null) {
            throw new IllegalArgumentException("endpoints: not a plain http or https address: " + endpoint);
        }
    }

    private static void requirePositive(String field, Duration value) {
        if (value == null || value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(field + ": not a positive duration: " + value);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "ClickHouseClientConfig[endpoints=" + endpoints + ", user=" + user + ", connectTimeout=" + connectTimeout
                + ", requestTimeout=" + requestTimeout + ", replicated=" + replicated + ", insertQuorum=" + insertQuorum
                + "]";
    }
}
