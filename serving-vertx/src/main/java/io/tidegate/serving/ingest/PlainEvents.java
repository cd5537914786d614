package io.tidegate.serving.ingest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what nearly all senders send, several times faster than {@link EventJsonDecoder}: values go from the body into the record as the
 * bytes that they are, without being characters, texts and a message in between.
 *
 * <p>It turns nothing away. At whatever isn't plain (an escape, attributes, a lower-case country, any mistake) it gives up, and the
 * caller reads it again in the way that knows all of it and what to say. What it does accept, that way accepts too, with the very same
 * record; {@code PlainEventsTest} holds the two against each other.
 *
 * <p>One for each request; not for several threads.
 */
final class PlainEvents {

    /** Bytes of a text that stand for themselves: printable ASCII but the quote and the backslash. */
    private static final boolean[] PLAIN = new boolean[256];

    static {
        Arrays.fill(PLAIN, ' ', 0x7f, true);
        PLAIN['"'] = false;
        PLAIN['\\'] = false;
    }

    /** So many digits can't overflow, and no permitted amount has more before its point. */
    private static final int MAX_WHOLE_DIGITS = 13;

    private static final int MAX_TIME_DIGITS = 18;
    private static final long[] SCALE = {10_000, 1_000, 100, 10, 1};
    private static final EventType[] TYPES = EventType.values();
    private static final byte[][] TYPE_NAMES = Arrays.stream(TYPES)
            .map(type -> type.wireName().getBytes(StandardCharsets.US_ASCII))
            .toArray(byte[][]::new);
    private static final FieldNames NAMES = new FieldNames();

    private final byte[] body;
    private final PlainRecord record;
    private int at;
    private int end;

    PlainEvents(byte[] body, IngestTerms terms) {
        this.body = body;
        this.record = new PlainRecord(body, terms);
    }

    /**
     * Reads one object or an array of objects.
     *
     * @return null where not all of it is plain
     */
    EventBatch read(int length, int maxEvents) {
        EventBatch batch = new EventBatch();
        at = 0;
        end = length;
        skipSpace();
        if (at == end) {
            return null;
        }
        if (body[at] == '[') {
            do {
                at++;
                skipSpace();
                if (batch.size() == maxEvents || !readEvent(batch)) {
                    return null;
                }
                skipSpace();
            } while (at < end && body[at] == ',');
            if (at == end || body[at++] != ']') {
                return null;
            }
        } else if (!readEvent(batch)) {
            return null;
        }
        skipSpace();
        return at == end ? batch : null;
    }

    /**
     * Reads the object on a line.
     *
     * @return false where it isn't plain; then the batch is as before
     */
    boolean readLine(int from, int to, EventBatch batch) {
        at = from;
        end = to;
        skipSpace();
        if (!readObject()) {
            return false;
        }
        skipSpace();
        if (at < end || !record.isAcceptable()) {
            return false;
        }
        record.finish(batch);
        return true;
    }

    private boolean readEvent(EventBatch batch) {
        if (!readObject() || !record.isAcceptable()) {
            return false;
        }
        record.finish(batch);
        return true;
    }

    private boolean readObject() {
        if (at == end || body[at] != '{') {
            return false;
        }
        record.clear();
        do {
            at++;
            skipSpace();
            EventField field = readName();
            if (field == null || !record.give(field)) {
                return false;
            }
            skipSpace();
            if (at == end || body[at++] != ':') {
                return false;
            }
            skipSpace();
            if (at == end || !readValue(field)) {
                return false;
            }
            skipSpace();
        } while (at < end && body[at] == ',');
        return at < end && body[at++] == '}';
    }

    private EventField readName() {
        if (at == end || body[at] != '"') {
            return null;
        }
        int start = ++at;
        skipPlain();
        return at < end && body[at] == '"' ? NAMES.find(body, start, at++ - start) : null;
    }

    private boolean readValue(EventField field) {
        switch (body[at]) {
            case '"' -> {
                int start = ++at;
                skipPlain();
                if (at < end && body[at] < 0 && field.kind() == EventField.Kind.ID) {
                    return readUnicode(field, start);
                }
                if (at == end || body[at] != '"') {
                    return false;
                }
                return putText(field, start, at++ - start);
            }
            case 'n' -> {
                // The same as leaving the field out.
                boolean isNull = end - at >= 4 && body[at + 1] == 'u' && body[at + 2] == 'l' && body[at + 3] == 'l';
                at += 4;
                return isNull;
            }
            default -> {
                return readNumber(field);
            }
        }
    }

    private boolean readNumber(EventField field) {
        int start = at;
        while (at < end && (isDigit(body[at]) || body[at] == '.')) {
            at++;
        }
        // An exponent or a sign stops it, and then what follows isn't the end of a value.
        return switch (field.kind()) {
            case TIME -> putEpochMillis(field, start, at - start);
            case MONEY, ODDS -> putDecimal(field, start, at - start);
            default -> false;
        };
    }

    /** Names in other scripts. Checked as characters, kept as the bytes that they are. */
    private boolean readUnicode(EventField field, int start) {
        while (at < end && (PLAIN[body[at] & 0xff] || body[at] < 0)) {
            at++;
        }
        if (at == end || body[at] != '"') {
            return false;
        }
        int length = at++ - start;
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body, start, length))
                    .toString();
            if (text.length() > EventDraft.MAX_ID_LENGTH || text.isBlank() || !EventDraft.isPrintable(text)) {
                return false;
            }
        } catch (CharacterCodingException e) {
            // No UTF-8: the other way says so.
            return false;
        }
        record.text(field, start, length);
        return true;
    }

    private boolean putText(EventField field, int start, int length) {
        EventField.Kind kind = field.kind();
        if (kind == EventField.Kind.MONEY || kind == EventField.Kind.ODDS) {
            return putDecimal(field, start, length);
        }
        if (length == 0) {
            // As good as not given.
            return true;
        }
        switch (kind) {
            case ID -> {
                if (length > EventDraft.MAX_ID_LENGTH || isBlank(start, length)) {
                    return false;
                }
            }
            case TYPE -> {
                return putType(start, length);
            }
            case TIME -> {
                long millis = Timestamps.parse(new String(body, start, length, StandardCharsets.ISO_8859_1));
                record.number(field, millis);
                return millis != Timestamps.INVALID;
            }
            case IP -> {
                if (!isPlainAddress(start, length)) {
                    return putAddress(new String(body, start, length, StandardCharsets.ISO_8859_1));
                }
            }
            case COUNTRY -> {
                if (length != 2 || !isUpperCase(start, length)) {
                    return false;
                }
            }
            case CURRENCY -> {
                if (length != 3 || !isUpperCase(start, length)) {
                    return false;
                }
            }
            case RESULT -> {
                if (PlainRecord.result(body, start, length) == 0) {
                    return false;
                }
            }
            default -> {
                return false;
            }
        }
        record.text(field, start, length);
        return true;
    }

    private boolean putType(int start, int length) {
        for (int i = 0; i < TYPES.length; i++) {
            byte[] name = TYPE_NAMES[i];
            if (name.length == length && Arrays.equals(name, 0, length, body, start, start + length)) {
                record.type(TYPES[i]);
                return true;
            }
        }
        return false;
    }

    private boolean putAddress(String value) {
        String address = EventDraft.canonicalIp(value);
        if (address == null) {
            return false;
        }
        record.address(address.getBytes(StandardCharsets.US_ASCII));
        return true;
    }

    private boolean putEpochMillis(EventField field, int start, int length) {
        if (length == 0 || length > MAX_TIME_DIGITS || body[start] == '0') {
            return false;
        }
        long millis = 0;
        for (int i = start; i < start + length; i++) {
            if (body[i] == '.') {
                return false;
            }
            millis = millis * 10 + body[i] - '0';
        }
        record.number(field, millis);
        return true;
    }

    /** As {@link TenThousandths}, where there is neither sign nor exponent. */
    private boolean putDecimal(EventField field, int start, int length) {
        int limit = start + length;
        int i = start;
        long value = 0;
        while (i < limit && isDigit(body[i])) {
            value = value * 10 + body[i++] - '0';
            if (i - start > MAX_WHOLE_DIGITS) {
                return false;
            }
        }
        int whole = i - start;
        if (whole == 0 || whole > 1 && body[start] == '0') {
            return false;
        }
        int decimals = 0;
        if (i < limit) {
            if (body[i++] != '.') {
                return false;
            }
            decimals = limit - i;
            if (decimals == 0 || decimals >= SCALE.length) {
                return false;
            }
            while (i < limit) {
                if (!isDigit(body[i])) {
                    return false;
                }
                value = value * 10 + body[i++] - '0';
            }
        }
        value *= SCALE[decimals];
        if (value > (field.kind() == EventField.Kind.ODDS ? EventDraft.MAX_ODDS_E4 : EventDraft.MAX_MONEY_E4)) {
            return false;
        }
        record.number(field, value);
        return true;
    }

    /** Four numbers up to 255, written as one would: then it is in the one form that addresses are kept in. */
    private boolean isPlainAddress(int start, int length) {
        int number = 0;
        int digits = 0;
        int dots = 0;
        for (int i = start; i < start + length; i++) {
            byte c = body[i];
            if (c == '.') {
                if (digits == 0 || ++dots > 3) {
                    return false;
                }
                number = 0;
                digits = 0;
            } else if (!isDigit(c) || digits > 0 && number == 0) {
                return false;
            } else {
                number = number * 10 + c - '0';
                digits++;
                if (number > 255) {
                    return false;
                }
            }
        }
        return dots == 3 && digits > 0;
    }

    private boolean isUpperCase(int start, int length) {
        for (int i = start; i < start + length; i++) {
            if (body[i] < 'A' || body[i] > 'Z') {
                return false;
            }
        }
        return true;
    }

    private boolean isBlank(int start, int length) {
        int i = start;
        while (i < start + length && body[i] == ' ') {
            i++;
        }
        return i == start + length;
    }

    private void skipPlain() {
        byte[] bytes = body;
        int i = at;
        while (i < end && PLAIN[bytes[i] & 0xff]) {
            i++;
        }
        at = i;
    }

    private void skipSpace() {
        while (at < end && (body[at] == ' ' || body[at] == '\n' || body[at] == '\r' || body[at] == '\t')) {
            at++;
        }
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    /** The names of fields by their bytes. Names of equal length that begin and end alike are few. */
    private static final class FieldNames {

        private static final int SLOTS = 256;

        private final EventField[] fields = new EventField[SLOTS];
        private final byte[][] names = new byte[SLOTS][];

        FieldNames() {
            for (EventField field : EventField.values()) {
                byte[] name = field.jsonName().getBytes(StandardCharsets.US_ASCII);
                int slot = slot(name, 0, name.length);
                while (fields[slot] != null) {
                    slot = slot + 1 & SLOTS - 1;
                }
                fields[slot] = field;
                names[slot] = name;
            }
        }

        /** Null if there is no such field. */
        EventField find(byte[] bytes, int start, int length) {
            if (length == 0) {
                return null;
            }
            int slot = slot(bytes, start, length);
            while (fields[slot] != null) {
                byte[] name = names[slot];
                if (name.length == length && Arrays.equals(name, 0, length, bytes, start, start + length)) {
                    return fields[slot];
                }
                slot = slot + 1 & SLOTS - 1;
            }
            return null;
        }

        private static int slot(byte[] bytes, int start, int length) {
            return length * 31 + bytes[start] * 7 + bytes[start + length - 1] & SLOTS - 1;
        }
    }
}
