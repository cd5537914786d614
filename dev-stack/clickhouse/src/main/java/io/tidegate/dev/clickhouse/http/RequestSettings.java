package io.tidegate.dev.clickhouse.http;

import io.tidegate.dev.clickhouse.engine.EngineConnection;
import io.tidegate.dev.clickhouse.engine.EngineException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/** Puts a request's database and settings onto its connection, and takes them off a session's again. */
final class RequestSettings {

    private static final int UNKNOWN_SETTING = 115;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final EngineConnection connection;
    private final Map<String, String> before = new LinkedHashMap<>();

    RequestSettings(EngineConnection connection) {
        this.connection = connection;
    }

    /** @param readOnly as for GET: nothing may be changed, settings may */
    void apply(QueryRequest request, boolean readOnly) throws EngineException {
        if (!request.database().isEmpty()) {
            connection.execute("USE " + identifier(request.database()));
        }
        Map<String, String> settings = new LinkedHashMap<>(request.settings());
        settings.put("log_comment", request.queryId());
        if (readOnly) {
            settings.putIfAbsent("readonly", "2");
        }
        for (String name : settings.keySet()) {
            if (!NAME.matcher(name).matches()) {
                throw EngineException.of(UNKNOWN_SETTING, "UNKNOWN_SETTING", "Unknown setting '" + name + "'");
            }
        }
        if (request.session().isPresent()) {
            remember(settings);
        }
        set(settings);
    }

    /** Only for sessions: what the URL set holds for one request. */
    void restore() throws EngineException {
        set(before);
    }

    private void remember(Map<String, String> settings) throws EngineException {
        StringJoiner names = new StringJoiner(", ");
        settings.keySet().forEach(name -> names.add(literal(name)));
        String rows = connection.execute(
                "SELECT name, value FROM system.settings WHERE name IN (" + names + ") FORMAT TSVRaw");
        for (String row : rows.split("\n")) {
            int tab = row.indexOf('\t');
            if (tab > 0) {
                before.put(row.substring(0, tab), row.substring(tab + 1));
            }
        }
    }

    private void set(Map<String, String> settings) throws EngineException {
        if (settings.isEmpty()) {
            return;
        }
        StringJoiner assignments = new StringJoiner(", ", "SET ", "");
        settings.forEach((name, value) -> assignments.add(name + " = " + literal(value)));
        connection.execute(assignments.toString());
    }

    private static String literal(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static String identifier(String name) {
        return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`";
    }
}
