package io.tidegate.jobs.clickhouse.client;

import java.util.Set;

/**
 * Which answers of ClickHouse can't turn into success by repeating the request. The codes are ClickHouse's ({@code
 * system.errors}), as header {@code X-ClickHouse-Exception-Code} carries them; texts change between versions and
 * aren't looked at. What isn't listed may heal: it costs time until the retry policy's limit, whereas a healing
 * error taken for a hopeless one would cost a restart.
 */
final class ClickHouseErrors {

    /** An insert under the query id of one that still runs. */
    static final int QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING = 216;

    private static final Set<Integer> HOPELESS = Set.of(
            8, // THERE_IS_NO_COLUMN
            10, // NOT_FOUND_COLUMN_IN_BLOCK
            16, // NO_SUCH_COLUMN_IN_TABLE
            20, // NUMBER_OF_COLUMNS_DOESNT_MATCH
            36, // BAD_ARGUMENTS
            43, // ILLEGAL_TYPE_OF_ARGUMENT
            44, // ILLEGAL_COLUMN
            46, // UNKNOWN_FUNCTION
            47, // UNKNOWN_IDENTIFIER
            48, // NOT_IMPLEMENTED
            50, // UNKNOWN_TYPE
            53, // TYPE_MISMATCH
            60, // UNKNOWN_TABLE
            62, // SYNTAX_ERROR
            70, // CANNOT_CONVERT_TYPE
            73, // UNKNOWN_FORMAT
            81, // UNKNOWN_DATABASE
            115, // UNKNOWN_SETTING
            164, // READONLY
            192, // UNKNOWN_USER
            193, // WRONG_PASSWORD
            194, // REQUIRED_PASSWORD
            195, // IP_ADDRESS_NOT_ALLOWED
            349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
            392, // QUERY_IS_PROHIBITED
            452, // SETTING_CONSTRAINT_VIOLATION
            469, // VIOLATED_CONSTRAINT
            497, // ACCESS_DENIED
            516); // AUTHENTICATION_FAILED

    private ClickHouseErrors() {}

    static boolean isHopeless(int httpStatus, int code) {
        if (code != 0) {
            return HOPELESS.contains(code);
        }
        // No code: something in front of ClickHouse answered.
        return httpStatus == 401 || httpStatus == 403;
    }
}
