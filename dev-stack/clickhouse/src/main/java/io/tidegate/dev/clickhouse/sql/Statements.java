package io.tidegate.dev.clickhouse.sql;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A file of statements. */
public final class Statements {

    private Statements() {}

    /** Cuts at each semicolon outside of strings, quoted names and comments; parts without a token are left out. */
    public static List<String> split(String file) {
        byte[] text = file.getBytes(StandardCharsets.UTF_8);
        SqlTokens tokens = new SqlTokens(text, text.length);
        List<String> statements = new ArrayList<>();
        int from = 0;
        boolean empty = true;
        while (tokens.next() != SqlTokens.Kind.END) {
            if (!tokens.isSymbol(';')) {
                empty = false;
                continue;
            }
            if (!empty) {
                statements.add(new String(text, from, tokens.start() - from, StandardCharsets.UTF_8).strip());
            }
            from = tokens.end();
            empty = true;
        }
        if (!empty) {
            statements.add(new String(text, from, text.length - from, StandardCharsets.UTF_8).strip());
        }
        return statements;
    }
}
