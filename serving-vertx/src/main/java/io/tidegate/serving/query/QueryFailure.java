package io.tidegate.serving.query;

import com.clickhouse.client.api.ConnectionInitiationException;
import com.clickhouse.client.api.ServerException;
import io.tidegate.serving.http.Problem;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;

/** Why a query gave no answer, and what the client is told. Decided by codes and types, never by message texts. */
enum QueryFailure {
    /** Too many queries wait already. */
    BUSY(503, "query_overload", "Too many queries at the moment; try again."),
    /** The subject has kept ClickHouse busy for as long as it may. */
    BUDGET_SPENT(
            429, "query_budget_spent", "Your queries took all the time that you have per minute; ask again later."),
    UNKNOWN_ALERT(
            404,
            "alert_not_found",
            "No alert has this id. An alert can be asked for some seconds after it was raised."),
    STORE_AWAY(503, "store_unavailable", "The store for queries can't be reached; try again."),
    TIMEOUT(504, "query_timeout", "The query took too long; ask for a shorter range."),
    TOO_HEAVY(422, "query_too_heavy", "The query reads or returns too much; ask for a shorter range."),
    FAULT(500, "internal_error", "Something went wrong here; it has been logged.");

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /** Of ClickHouse: TIMEOUT_EXCEEDED, TOO_SLOW, SOCKET_TIMEOUT. */
    private static final Set<Integer> TIMEOUT_CODES = Set.of(159, 160, 209);
    /** Of ClickHouse: TOO_MANY_ROWS, TOO_MANY_BYTES, MEMORY_LIMIT_EXCEEDED, TOO_MANY_ROWS_OR_BYTES. */
    private static final Set<Integer> TOO_HEAVY_CODES = Set.of(158, 307, 241, 396);
    /** Of ClickHouse: TOO_MANY_SIMULTANEOUS_QUERIES. */
    private static final Set<Integer> BUSY_CODES = Set.of(202);

    private final int status;
    private final String code;
    private final String detail;

    QueryFailure(int status, String code, String detail) {
        this.status = status;
        this.code = code;
        this.detail = detail;
    }

    /**
     * @param failure that {@link #of} was asked about
     */
    Problem problem(Throwable failure) {
        Problem problem = Problem.of(status, code, detail);
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof QueryBudget.SpentException spent) {
                return problem.retryAfter(spent.untilNext());
            }
        }
        return status == 503 ? problem.retryAfter(RETRY_AFTER) : problem;
    }

    /** For a metric's tag. */
    String code() {
        return code;
    }

    static QueryFailure of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof QueryPool.BusyException) {
                return BUSY;
            }
            if (cause instanceof QueryModule.UnknownAlertException) {
                return UNKNOWN_ALERT;
            }
            if (cause instanceof QueryBudget.SpentException) {
                return BUDGET_SPENT;
            }
            if (cause instanceof ServerException server) {
                return ofServerCode(server.getCode());
            }
            if (cause instanceof SQLException sql && sql.getErrorCode() > 0) {
                return ofServerCode(sql.getErrorCode());
            }
            if (cause instanceof SocketTimeoutException) {
                return TIMEOUT;
            }
            if (cause instanceof ConnectionInitiationException || cause instanceof IOException) {
                return STORE_AWAY;
            }
        }
        return FAULT;
    }

    private static QueryFailure ofServerCode(int code) {
        if (TIMEOUT_CODES.contains(code)) {
            return TIMEOUT;
        }
        if (TOO_HEAVY_CODES.contains(code)) {
            return TOO_HEAVY;
        }
        return BUSY_CODES.contains(code) ? BUSY : FAULT;
    }
}
