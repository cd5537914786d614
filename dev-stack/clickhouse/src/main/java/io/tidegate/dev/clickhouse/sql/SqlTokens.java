package io.tidegate.dev.clickhouse.sql;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Cuts a ClickHouse statement into tokens, without understanding it: enough to see keywords outside of strings, quoted
 * names and comments. Works on bytes, because the data of an INSERT follows its head without a border.
 */
final class SqlTokens {

    enum Kind {
        /** A bare name, keyword or number. */
        WORD,
        /** A literal in single quotes or a heredoc. */
        STRING,
        /** A name in back ticks or double quotes. */
        QUOTED_NAME,
        SYMBOL,
        /** The text ended, or ended inside a string, name or comment. */
        END
    }

    /** UTF-8 of the typographic quotes, which the engine takes as quotes too: E2 80 and then one of these. */
    private static final byte QUOTE_FIRST = (byte) 0xE2;

    private static final byte QUOTE_SECOND = (byte) 0x80;
    private static final byte SINGLE_OPENING = (byte) 0x98;
    private static final byte SINGLE_CLOSING = (byte) 0x99;
    private static final byte DOUBLE_OPENING = (byte) 0x9C;
    private static final byte DOUBLE_CLOSING = (byte) 0x9D;

    private final byte[] text;
    private final int length;
    private Kind kind = Kind.END;
    private int start;
    private int position;
    private int depth;

    SqlTokens(byte[] text, int length) {
        this(text, 0, length);
    }

    /** @param length the offset behind the text's last byte */
    SqlTokens(byte[] text, int from, int length) {
        this.position = from;
        this.text = text;
        this.length = length;
    }

    /** Moves to the next token. */
    Kind next() {
        skipBlanks();
        start = position;
        if (position >= length) {
            kind = Kind.END;
            return kind;
        }
        byte b = text[position];
        if (b == '\'') {
            kind = quoted(b) ? Kind.STRING : Kind.END;
        } else if (b == '`' || b == '"') {
            kind = quoted(b) ? Kind.QUOTED_NAME : Kind.END;
        } else if (typographicQuote(SINGLE_OPENING)) {
            kind = typographic(SINGLE_CLOSING) ? Kind.STRING : Kind.END;
        } else if (typographicQuote(DOUBLE_OPENING)) {
            kind = typographic(DOUBLE_CLOSING) ? Kind.QUOTED_NAME : Kind.END;
        } else if (b == '$' && heredoc()) {
            kind = Kind.STRING;
        } else if (isWord(b)) {
            while (position < length && isWord(text[position])) {
                position++;
            }
            kind = Kind.WORD;
        } else {
            position++;
            kind = Kind.SYMBOL;
            if (b == '(' || b == '[' || b == '{') {
                depth++;
            } else if (b == ')' || b == ']' || b == '}') {
                depth--;
            }
        }
        return kind;
    }

    Kind kind() {
        return kind;
    }

    /** Offset of the token's first byte. */
    int start() {
        return start;
    }

    /** Offset behind the token. */
    int end() {
        return position;
    }

    /** How many brackets are open behind the token. */
    int depth() {
        return depth;
    }

    boolean isWord(String word) {
        if (kind != Kind.WORD || position - start != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (Character.toUpperCase((char) text[start + i]) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean isSymbol(char symbol) {
        return kind == Kind.SYMBOL && text[start] == symbol;
    }

    /** The name that a bare or quoted word spells, in upper case; empty for other tokens. */
    String name() {
        return switch (kind) {
            case WORD -> text().toUpperCase(Locale.ROOT);
            case QUOTED_NAME -> {
                int border = text[start] == QUOTE_FIRST ? 3 : 1;
                yield new String(text, start + border, position - start - 2 * border, StandardCharsets.UTF_8)
                        .toUpperCase(Locale.ROOT);
            }
            default -> "";
        };
    }

    String text() {
        return new String(text, start, position - start, StandardCharsets.UTF_8);
    }

    private void skipBlanks() {
        while (position < length) {
            byte b = text[position];
            if (b <= ' ' && !startsTypographicQuote()) {
                // Negative bytes are those of other scripts; outside of quotes the engine knows them as blanks only.
                position++;
            } else if (b == '#' && position + 1 < length && (text[position + 1] == ' ' || text[position + 1] == '!')) {
                skipLine();
            } else if (b == '-' && position + 1 < length && text[position + 1] == '-') {
                skipLine();
            } else if (b == '/' && position + 1 < length && text[position + 1] == '*') {
                skipBlockComment();
            } else {
                return;
            }
        }
    }

    private void skipLine() {
        while (position < length && text[position] != '\n') {
            position++;
        }
    }

    private void skipBlockComment() {
        position += 2;
        while (position < length) {
            if (text[position] == '*' && position + 1 < length && text[position + 1] == '/') {
                position += 2;
                return;
            }
            position++;
        }
    }

    private boolean quoted(byte quote) {
        position++;
        while (position < length) {
            byte b = text[position];
            if (b == '\\') {
                position += 2;
            } else if (b == quote) {
                position++;
                if (position >= length || text[position] != quote) {
                    return true;
                }
                position++;
            } else {
                position++;
            }
        }
        position = length;
        return false;
    }

    private boolean startsTypographicQuote() {
        return typographicQuote(SINGLE_OPENING) || typographicQuote(DOUBLE_OPENING);
    }

    private boolean typographicQuote(byte last) {
        return position + 2 < length
                && text[position] == QUOTE_FIRST
                && text[position + 1] == QUOTE_SECOND
                && text[position + 2] == last;
    }

    private boolean typographic(byte closing) {
        position += 3;
        while (position < length) {
            if (typographicQuote(closing)) {
                position += 3;
                return true;
            }
            position++;
        }
        return false;
    }

    /** {@code $tag$ … $tag$}; leaves the position alone when this is none. */
    private boolean heredoc() {
        int i = position + 1;
        while (i < length && text[i] != '$' && isWord(text[i])) {
            i++;
        }
        if (i >= length || text[i] != '$') {
            return false;
        }
        int tagLength = i + 1 - position;
        for (int j = i + 1; j + tagLength <= length; j++) {
            int same = 0;
            while (same < tagLength && text[j + same] == text[position + same]) {
                same++;
            }
            if (same == tagLength) {
                position = j + tagLength;
                return true;
            }
        }
        return false;
    }

    private static boolean isWord(byte b) {
        return b == '_' || b == '$' || (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
    }
}
