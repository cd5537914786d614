package io.tidegate.dev.clickhouse.http;

import io.tidegate.dev.clickhouse.engine.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code multipart/form-data}, as clients send long queries and parameters: each part is one parameter of the URL. */
final class MultipartForm {

    private static final int MAX_SIZE = 16 << 20;
    private static final int BAD_ARGUMENTS = 36;
    private static final int NOT_IMPLEMENTED = 48;
    private static final Pattern BOUNDARY =
            Pattern.compile("boundary=(?:\"([^\"]+)\"|([^;\\s]+))", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = Pattern.compile("[;\\s]name=\"([^\"]*)\"", Pattern.CASE_INSENSITIVE);

    private MultipartForm() {}

    static boolean isOne(String contentType) {
        return contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith("multipart/form-data");
    }

    static Map<String, String> read(String contentType, InputStream body) throws IOException, EngineException {
        Matcher boundary = BOUNDARY.matcher(contentType);
        if (!boundary.find()) {
            throw EngineException.of(BAD_ARGUMENTS, "BAD_ARGUMENTS", "multipart/form-data without a boundary");
        }
        byte[] bytes = body.readNBytes(MAX_SIZE + 1);
        if (bytes.length > MAX_SIZE) {
            throw EngineException.of(BAD_ARGUMENTS, "BAD_ARGUMENTS", "A form may have " + MAX_SIZE + " bytes at most");
        }
        // Latin-1 keeps every byte, so that borders are found in any content.
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String border = "--" + (boundary.group(1) != null ? boundary.group(1) : boundary.group(2));
        Map<String, String> parts = new LinkedHashMap<>();
        int from = text.indexOf(border);
        while (from >= 0) {
            int start = from + border.length();
            int end = text.indexOf("\r\n" + border, start);
            int headEnd = text.indexOf("\r\n\r\n", start);
            if (end < 0 || headEnd < 0 || headEnd > end) {
                break;
            }
            Matcher name = NAME.matcher(text.substring(start, headEnd));
            if (!name.find()) {
                throw EngineException.of(BAD_ARGUMENTS, "BAD_ARGUMENTS", "A part of the form has no name");
            }
            if (text.substring(start, headEnd).contains("filename=")) {
                throw EngineException.of(
                        NOT_IMPLEMENTED, "NOT_IMPLEMENTED", "External tables aren't supported by this server");
            }
            byte[] content =
                    text.substring(headEnd + 4, Math.max(headEnd + 4, end)).getBytes(StandardCharsets.ISO_8859_1);
            parts.put(name.group(1), new String(content, StandardCharsets.UTF_8));
            from = end + 2;
        }
        return parts;
    }
}
