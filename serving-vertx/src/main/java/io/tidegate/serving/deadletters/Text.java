package io.tidegate.serving.deadletters;

/** What came from outside, made fit for a terminal. */
final class Text {

    private static final int MAX_HEX_BYTES = 4096;
    private static final int ROW = 16;

    private Text() {}

    /** Control characters, which a terminal would obey, as question marks. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return out.toString();
    }

    /** Offset, hexadecimal and ASCII, sixteen bytes a line. */
    static String hex(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        int length = Math.min(bytes.length, MAX_HEX_BYTES);
        for (int row = 0; row < length; row += ROW) {
            out.append(String.format("  %06x ", row));
            StringBuilder ascii = new StringBuilder(ROW);
            for (int i = row; i < row + ROW; i++) {
                if (i < length) {
                    out.append(String.format(" %02x", bytes[i]));
                    ascii.append(bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char) bytes[i] : '.');
                } else {
                    out.append("   ");
                }
            }
            out.append("  ").append(ascii).append('\n');
        }
        if (length < bytes.length) {
            out.append("  … ").append(bytes.length - length).append(" more bytes\n");
        }
        return out.toString();
    }
}
