package io.tidegate.dev.clickhouse.http;

import java.util.Map;

/** Which HTTP status a ClickHouse error gets. */
final class HttpStatus {

    static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int TIMEOUT = 408;
    private static final int LOCKED = 423;
    private static final int TOO_LARGE = 413;
    private static final int INTERNAL_ERROR = 500;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int UNAVAILABLE = 503;

    private static final Map<Integer, Integer> BY_CODE = Map.ofEntries(
            Map.entry(6, BAD_REQUEST), // CANNOT_PARSE_TEXT
            Map.entry(16, NOT_FOUND), // NO_SUCH_COLUMN_IN_TABLE
            Map.entry(26, BAD_REQUEST), // CANNOT_PARSE_QUOTED_STRING
            Map.entry(27, BAD_REQUEST), // CANNOT_PARSE_INPUT_ASSERTION_FAILED
            Map.entry(33, BAD_REQUEST), // CANNOT_READ_ALL_DATA
            Map.entry(36, BAD_REQUEST), // BAD_ARGUMENTS
            Map.entry(38, BAD_REQUEST), // CANNOT_PARSE_DATE
            Map.entry(41, BAD_REQUEST), // CANNOT_PARSE_DATETIME
            Map.entry(43, BAD_REQUEST), // ILLEGAL_TYPE_OF_ARGUMENT
            Map.entry(46, NOT_FOUND), // UNKNOWN_FUNCTION
            Map.entry(47, NOT_FOUND), // UNKNOWN_IDENTIFIER
            Map.entry(48, NOT_IMPLEMENTED),
            Map.entry(50, NOT_FOUND), // UNKNOWN_TYPE
            Map.entry(53, BAD_REQUEST), // TYPE_MISMATCH
            Map.entry(57, BAD_REQUEST), // TABLE_ALREADY_EXISTS
            Map.entry(60, NOT_FOUND), // UNKNOWN_TABLE
            Map.entry(62, BAD_REQUEST), // SYNTAX_ERROR
            Map.entry(69, BAD_REQUEST), // ARGUMENT_OUT_OF_BOUND
            Map.entry(72, BAD_REQUEST), // CANNOT_PARSE_NUMBER
            Map.entry(73, NOT_FOUND), // UNKNOWN_FORMAT
            Map.entry(78, NOT_FOUND), // UNKNOWN_TYPE_OF_QUERY
            Map.entry(81, NOT_FOUND), // UNKNOWN_DATABASE
            Map.entry(115, NOT_FOUND), // UNKNOWN_SETTING
            Map.entry(117, BAD_REQUEST), // INCORRECT_DATA
            Map.entry(130, BAD_REQUEST), // CANNOT_READ_ARRAY_FROM_TEXT
            Map.entry(159, TIMEOUT), // TIMEOUT_EXCEEDED
            Map.entry(164, FORBIDDEN), // READONLY
            Map.entry(202, UNAVAILABLE), // TOO_MANY_SIMULTANEOUS_QUERIES
            Map.entry(210, BAD_REQUEST), // NETWORK_ERROR: the client's body ended early
            Map.entry(223, TOO_LARGE), // QUERY_IS_TOO_LARGE
            Map.entry(236, UNAVAILABLE), // ABORTED
            Map.entry(349, BAD_REQUEST), // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
            Map.entry(372, NOT_FOUND), // SESSION_NOT_FOUND
            Map.entry(373, LOCKED), // SESSION_IS_LOCKED
            Map.entry(456, BAD_REQUEST), // UNKNOWN_QUERY_PARAMETER
            Map.entry(457, BAD_REQUEST), // BAD_QUERY_PARAMETER
            Map.entry(497, FORBIDDEN)); // ACCESS_DENIED

    private HttpStatus() {}

    static int of(int code) {
        return BY_CODE.getOrDefault(code, INTERNAL_ERROR);
    }
}
