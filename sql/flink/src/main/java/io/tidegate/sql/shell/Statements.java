package io.tidegate.sql.shell;

import java.util.ArrayList;
import java.util.List;

/** Statements of a file, one by one: they end with a semicolon that stands in no text, no name and no comment. */
final class Statements {

    private Statements() {}

    /** Without their semicolons and without comments before them. */
    static List<String> of(String script) {
        List<String> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        char quote = 0;
        for (int i = 0; i < script.length(); i++) {
            char c = script.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"' || c == '`') {
                quote = c;
            } else if (script.startsWith("--", i)) {
                int end = script.indexOf('\n', i);
                i = end < 0 ? script.length() : end;
                statement.append('\n');
                continue;
            } else if (c == ';') {
                add(statements, statement);
                continue;
            }
            statement.append(c);
        }
        add(statements, statement);
        return statements;
    }

    private static void add(List<String> statements, StringBuilder statement) {
        if (!statement.toString().isBlank()) {
            statements.add(statement.toString().strip());
        }
        statement.setLength(0);
    }
}
