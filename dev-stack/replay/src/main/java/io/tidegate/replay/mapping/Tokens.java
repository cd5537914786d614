package io.tidegate.replay.mapping;

/** Reads the tokens that expressions and conditions share. White space between tokens means nothing. */
final class Tokens {

    private final String text;
    private int position;

    Tokens(String text) {
        this.text = text;
    }

    boolean atEnd() {
        skipSpace();
        return position == text.length();
    }

    /** Takes the symbol where it comes next. */
    boolean accept(String symbol) {
        skipSpace();
        if (text.startsWith(symbol, position)) {
            position += symbol.length();
            return true;
        }
        return false;
    }

    /** Takes the word where it comes next as a whole word. */
    boolean acceptWord(String word) {
        skipSpace();
        int end = position + word.length();
        boolean isWhole = end >= text.length() || !isNamePart(text.charAt(end));
        if (text.startsWith(word, position) && isWhole) {
            position = end;
            return true;
        }
        return false;
    }

    void expect(String symbol) {
        if (!accept(symbol)) {
            throw error("expected '" + symbol + "'");
        }
    }

    /** A column: a name of letters, digits and {@code _}, or anything else in square brackets; {@code null} where none comes. */
    String acceptColumn() {
        skipSpace();
        if (accept("[")) {
            int end = text.indexOf(']', position);
            if (end <= position) {
                throw error("expected a column's name and ']'");
            }
            String name = text.substring(position, end);
            position = end + 1;
            return name;
        }
        int start = position;
        if (position < text.length() && Character.isDigit(text.charAt(position))) {
            return null;
        }
        while (position < text.length() && isNamePart(text.charAt(position))) {
            position++;
        }
        return position == start ? null : text.substring(start, position);
    }

    /** An unsigned decimal number; {@code null} where none comes. */
    String acceptNumber() {
        skipSpace();
        int start = position;
        while (position < text.length()
                && (Character.isDigit(text.charAt(position)) || (text.charAt(position) == '.' && position > start))) {
            position++;
        }
        return position == start ? null : text.substring(start, position);
    }

    /** Text in single quotes, a quote inside doubled; {@code null} where none comes. */
    String acceptText() {
        skipSpace();
        if (!accept("'")) {
            return null;
        }
        StringBuilder value = new StringBuilder();
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == '\'') {
                if (position == text.length() || text.charAt(position) != '\'') {
                    return value.toString();
                }
                position++;
            }
            value.append(c);
        }
        throw error("expected a closing '");
    }

    SyntaxException error(String what) {
        return new SyntaxException("'" + text.strip() + "': " + what + " at position " + (position + 1)
                + (position < text.length() ? ", found '" + text.charAt(position) + "'" : ", found the end"));
    }

    private void skipSpace() {
        while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
            position++;
        }
    }

    private static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }
}
