package io.tidegate.dev.clickhouse.engine;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the engine answered instead of a result, in ClickHouse's words: {@code Code: N. DB::Exception: …}. */
public final class EngineException extends Exception {

    private static final long serialVersionUID = 1L;
    private static final Pattern CODE = Pattern.compile("^Code: (\\d+)\\.");
    private static final int UNKNOWN_EXCEPTION = 1002;

    private final int code;

    /** @param message the engine's text; a text without a code gets ClickHouse's code for an unknown exception */
    public EngineException(String message) {
        this(codeOf(message), message);
    }

    private EngineException(int code, String message) {
        super(CODE.matcher(message).find() ? message : "Code: " + code + ". DB::Exception: " + message);
        this.code = code;
    }

    /** An error of the front itself, told the way the server would. */
    public static EngineException of(int code, String name, String text) {
        return new EngineException(code, "Code: " + code + ". DB::Exception: " + text + " (" + name + ")");
    }

    /** ClickHouse's error code, as in {@code system.errors}. */
    public int code() {
        return code;
    }

    private static int codeOf(String message) {
        Matcher matcher = CODE.matcher(message);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : UNKNOWN_EXCEPTION;
    }
}
