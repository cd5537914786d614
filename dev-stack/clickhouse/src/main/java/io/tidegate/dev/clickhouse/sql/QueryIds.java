package io.tidegate.dev.clickhouse.sql;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The engine gives statements ids of its own; the id that a client chose travels in the setting {@code log_comment}. So
 * that KILL QUERY finds it there, {@code query_id} in its condition is replaced.
 */
final class QueryIds {

    private static final byte[] REPLACEMENT = "Settings['log_comment']".getBytes(StandardCharsets.UTF_8);

    private QueryIds() {}

    static byte[] rewriteKill(byte[] text, int length) {
        ByteArrayOutputStream rewritten = new ByteArrayOutputStream(length + REPLACEMENT.length);
        SqlTokens tokens = new SqlTokens(text, length);
        int copied = 0;
        while (tokens.next() != SqlTokens.Kind.END) {
            String name = tokens.text();
            if (tokens.isWord("QUERY_ID")
                    || (tokens.kind() == SqlTokens.Kind.QUOTED_NAME
                            && name.length() > 2
                            && name.substring(1, name.length() - 1).equals("query_id"))) {
                rewritten.write(text, copied, tokens.start() - copied);
                rewritten.write(REPLACEMENT, 0, REPLACEMENT.length);
                copied = tokens.end();
            }
        }
        rewritten.write(text, copied, length - copied);
        return rewritten.toByteArray();
    }
}
