package io.tidegate.serving.ingest;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One event while it is being read, whatever it is read from. Each {@code put…} checks the form of a value and keeps either it or
 * the first problem; {@link EventAssembler} then judges the whole.
 *
 * <p>Reused for every event of a request; not for several threads.
 */
final class EventDraft {

    /** What {@link #content} leaves out, or takes from elsewhere. */
    static final long NO_CONTENT =
            EventField.mask(EventField.EVENT_ID, EventField.TYPE, EventField.ATTRIBUTES, EventField.TENANT);

    static final long NUMBERS =
            EventField.mask(EventField.OCCURRED_AT, EventField.AMOUNT, EventField.ODDS, EventField.PAYOUT);

    static final int MAX_ID_LENGTH = 128;
    static final int MAX_ATTRIBUTES = 32;
    static final int MAX_ATTRIBUTE_NAME_LENGTH = 64;
    static final int MAX_ATTRIBUTE_VALUE_LENGTH = 512;
    /** A trillion. The sum of nine thousand such amounts still fits Decimal(18,4). */
    static final long MAX_MONEY_E4 = 1_000_000_000_000L * 10_000;

    static final long MAX_ODDS_E4 = 1_000_000_000L * 10_000;
    private static final int MAX_IP_LENGTH = 45;
    private static final int MAX_QUOTED_NAME = 64;

    private final String[] texts = new String[EventField.COUNT];
    private final long[] numbers = new long[EventField.COUNT];
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private EventType type;
    private long given;
    private long present;
    private RejectionCode problem;
    private String problemField;
    private String problemMessage;

    void clear() {
        if (!attributes.isEmpty()) {
            attributes.clear();
        }
        type = null;
        given = 0;
        present = 0;
        problem = null;
    }

    /** False, and a problem, if the field was given before. */
    boolean give(EventField field) {
        if ((given & field.bit()) != 0) {
            reject(RejectionCode.DUPLICATE_FIELD, field, "is given twice");
            return false;
        }
        given |= field.bit();
        return true;
    }

    /** Takes a textual value of any kind but money, odds and attributes. Empty text is the same as no value. */
    void putText(EventField field, String value) {
        if (value.isEmpty()) {
            return;
        }
        switch (field.kind()) {
            case TYPE -> putType(value);
            case ID -> putId(field, value);
            case TIME -> putTime(field, value);
            case IP -> putIp(field, value);
            case COUNTRY -> putLetters(field, value, 2);
            case CURRENCY -> putLetters(field, value, 3);
            case RESULT -> putResult(field, value);
            default -> reject(RejectionCode.INVALID_FIELD, field, "can't be a text");
        }
    }

    /** Takes a decimal, exactly; see {@link TenThousandths}. */
    void putDecimal(EventField field, char[] text, int offset, int length) {
        boolean odds = field.kind() == EventField.Kind.ODDS;
        long value = TenThousandths.parse(text, offset, length, odds ? MAX_ODDS_E4 : MAX_MONEY_E4);
        if (value >= 0) {
            put(field, value);
            return;
        }
        RejectionCode code = odds ? RejectionCode.INVALID_FIELD : RejectionCode.INVALID_AMOUNT;
        if (value == TenThousandths.TOO_MANY_DECIMALS) {
            reject(code, field, "has more than four decimals");
        } else if (value == TenThousandths.NEGATIVE) {
            reject(code, field, "is negative");
        } else if (value == TenThousandths.TOO_LARGE) {
            reject(code, field, "is too large");
        } else {
            reject(code, field, "is no decimal number");
        }
    }

    /** Takes money or odds as whole ten-thousandths. */
    void putTenThousandths(EventField field, long value) {
        boolean odds = field.kind() == EventField.Kind.ODDS;
        RejectionCode code = odds ? RejectionCode.INVALID_FIELD : RejectionCode.INVALID_AMOUNT;
        if (value < 0) {
            reject(code, field, "is negative");
        } else if (value > (odds ? MAX_ODDS_E4 : MAX_MONEY_E4)) {
            reject(code, field, "is too large");
        } else {
            put(field, value);
        }
    }

    /** Takes {@code occurredAt} as epoch milliseconds. */
    void putEpochMillis(EventField field, long millis) {
        put(field, millis);
    }

    /** Takes one attribute. */
    void putAttribute(String name, String value) {
        if (attributes.containsKey(name)) {
            rejectAttribute(RejectionCode.DUPLICATE_FIELD, name, "is given twice");
        } else if (attributes.size() == MAX_ATTRIBUTES) {
            reject(RejectionCode.TOO_LONG, EventField.ATTRIBUTES, "has more than " + MAX_ATTRIBUTES + " entries");
        } else if (name.isEmpty() || name.length() > MAX_ATTRIBUTE_NAME_LENGTH) {
            rejectAttribute(
                    RejectionCode.TOO_LONG,
                    name,
                    "must have a name of 1 to " + MAX_ATTRIBUTE_NAME_LENGTH + " characters");
        } else if (value.length() > MAX_ATTRIBUTE_VALUE_LENGTH) {
            rejectAttribute(
                    RejectionCode.TOO_LONG, name, "is longer than " + MAX_ATTRIBUTE_VALUE_LENGTH + " characters");
        } else if (!isPrintable(name) || !isPrintable(value)) {
            rejectAttribute(RejectionCode.INVALID_FIELD, name, "has control characters or broken Unicode");
        } else {
            attributes.put(name, value);
        }
    }

    void rejectAttribute(RejectionCode code, String name, String message) {
        reject(code, EventField.ATTRIBUTES.jsonName() + "." + quoted(name), message);
    }

    void rejectUnknownField(String name) {
        reject(RejectionCode.UNKNOWN_FIELD, quoted(name), "is no field of an event");
    }

    void reject(RejectionCode code, EventField field, String message) {
        reject(code, field.jsonName(), message);
    }

    /** Keeps the first problem; later ones may follow from it. */
    void reject(RejectionCode code, String field, String message) {
        if (problem == null) {
            problem = code;
            problemField = field;
            problemMessage = field.isEmpty() ? message : "'" + field + "' " + message + ".";
        }
    }

    boolean rejected() {
        return problem != null;
    }

    Rejection rejection(int index) {
        return new Rejection(index, problem, problemField, problemMessage);
    }

    /** Null until a valid one was put. */
    EventType type() {
        return type;
    }

    /** Fields that were named, as a set of {@link EventField#bit}, with a value or without. */
    long given() {
        return given;
    }

    /** Fields that have a value. */
    long present() {
        return present;
    }

    boolean has(EventField field) {
        return (present & field.bit()) != 0;
    }

    /** The value, or empty. */
    String text(EventField field) {
        return has(field) ? texts[field.ordinal()] : "";
    }

    /** The value, or 0. */
    long number(EventField field) {
        return has(field) ? numbers[field.ordinal()] : 0;
    }

    Map<String, String> attributes() {
        return attributes;
    }

    /** Hash of who the event belongs to and its id. Not 0. */
    long identity(String tenant) {
        long hash = ContentHash.text(ContentHash.SEED, tenant);
        hash = ContentHash.text(hash, text(EventField.USER_ID));
        return ContentHash.identity(ContentHash.text(hash, text(EventField.EVENT_ID)));
    }

    /** Hash of all that was given but the id. */
    long content() {
        long hash = ContentHash.number(ContentHash.SEED, type == null ? -1 : type.ordinal());
        for (long rest = present & ~NO_CONTENT; rest != 0; rest &= rest - 1) {
            int field = Long.numberOfTrailingZeros(rest);
            hash = ContentHash.number(hash, field);
            hash = (NUMBERS >> field & 1) == 0
                    ? ContentHash.text(hash, texts[field])
                    : ContentHash.number(hash, numbers[field]);
        }
        return attributes.isEmpty() ? hash : ContentHash.number(hash, attributes.hashCode());
    }

    private void putType(String value) {
        type = EventType.ofWireName(value);
        if (type == null) {
            reject(RejectionCode.UNKNOWN_TYPE, EventField.TYPE, "names no type of event");
        } else {
            present |= EventField.TYPE.bit();
        }
    }

    private void putId(EventField field, String value) {
        if (value.length() > MAX_ID_LENGTH) {
            rejectTooLong(field);
        } else if (!isPrintable(value)) {
            reject(RejectionCode.INVALID_FIELD, field, "has control characters or broken Unicode");
        } else if (value.isBlank()) {
            reject(RejectionCode.INVALID_FIELD, field, "is blank");
        } else {
            put(field, value);
        }
    }

    void rejectTooLong(EventField field) {
        reject(RejectionCode.TOO_LONG, field, "is longer than " + MAX_ID_LENGTH + " characters");
    }

    private void putTime(EventField field, String value) {
        long millis = Timestamps.parse(value);
        if (millis == Timestamps.INVALID) {
            reject(
                    RejectionCode.INVALID_FIELD,
                    field,
                    "must be a time with a zone such as 2026-01-31T12:30:05.123Z, or epoch milliseconds as a number");
        } else {
            put(field, millis);
        }
    }

    /** Only literal addresses: a name would have to be looked up. Kept in one form, so that equal addresses are equal texts. */
    private void putIp(EventField field, String value) {
        String address = canonicalIp(value);
        if (address == null) {
            reject(RejectionCode.INVALID_FIELD, field, "is no IPv4 or IPv6 address");
        } else {
            put(field, address);
        }
    }

    /** Null where it is no literal address. */
    static String canonicalIp(String value) {
        InetAddress address = null;
        if (value.length() <= MAX_IP_LENGTH && value.indexOf('%') < 0 && value.indexOf('[') < 0) {
            byte[] bytes = NetUtil.createByteArrayFromIpAddressString(value);
            address = bytes == null ? null : ofBytes(bytes);
        }
        return address == null ? null : NetUtil.toAddressString(address);
    }

    private static InetAddress ofBytes(byte[] bytes) {
        try {
            // An IPv4 address written as IPv6 (::ffff:192.0.2.1) comes back as IPv4.
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            return null;
        }
    }

    private void putLetters(EventField field, String value, int count) {
        boolean letters = value.length() == count;
        boolean upper = true;
        for (int i = 0; letters && i < count; i++) {
            char c = value.charAt(i);
            boolean lower = c >= 'a' && c <= 'z';
            letters = lower || c >= 'A' && c <= 'Z';
            upper &= !lower;
        }
        if (!letters) {
            reject(RejectionCode.INVALID_FIELD, field, "must be " + count + " letters");
        } else {
            put(field, upper ? value : value.toUpperCase(java.util.Locale.ROOT));
        }
    }

    private void putResult(EventField field, String value) {
        switch (value) {
            case "win", "loss", "void" -> put(field, value);
            default -> reject(RejectionCode.INVALID_FIELD, field, "must be win, loss or void");
        }
    }

    private void put(EventField field, String value) {
        texts[field.ordinal()] = value;
        present |= field.bit();
    }

    private void put(EventField field, long value) {
        numbers[field.ordinal()] = value;
        present |= field.bit();
    }

    /** No control characters, and no half of a surrogate pair: encoded as UTF-8 two such ids could become the same bytes. */
    static boolean isPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c >= 0x7f && c <= 0x9f) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** What a stranger wrote, short enough to be repeated. */
    private static String quoted(String name) {
        return name.length() <= MAX_QUOTED_NAME ? name : name.substring(0, MAX_QUOTED_NAME) + "…";
    }
}
