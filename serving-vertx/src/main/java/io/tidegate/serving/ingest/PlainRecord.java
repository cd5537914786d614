package io.tidegate.serving.ingest;

import static io.tidegate.serving.ingest.EventField.AMOUNT;
import static io.tidegate.serving.ingest.EventField.AUTHOR_ID;
import static io.tidegate.serving.ingest.EventField.BET_ID;
import static io.tidegate.serving.ingest.EventField.BET_TYPE;
import static io.tidegate.serving.ingest.EventField.CHANNEL;
import static io.tidegate.serving.ingest.EventField.CITY;
import static io.tidegate.serving.ingest.EventField.COMMENT_ID;
import static io.tidegate.serving.ingest.EventField.COUNTRY;
import static io.tidegate.serving.ingest.EventField.CURRENCY;
import static io.tidegate.serving.ingest.EventField.DEVICE_ID;
import static io.tidegate.serving.ingest.EventField.DEVICE_TYPE;
import static io.tidegate.serving.ingest.EventField.EVENT_ID;
import static io.tidegate.serving.ingest.EventField.GAME_ID;
import static io.tidegate.serving.ingest.EventField.IP;
import static io.tidegate.serving.ingest.EventField.METHOD;
import static io.tidegate.serving.ingest.EventField.OCCURRED_AT;
import static io.tidegate.serving.ingest.EventField.ODDS;
import static io.tidegate.serving.ingest.EventField.PAYOUT;
import static io.tidegate.serving.ingest.EventField.POST_ID;
import static io.tidegate.serving.ingest.EventField.RESULT;
import static io.tidegate.serving.ingest.EventField.TENANT;
import static io.tidegate.serving.ingest.EventField.USER_ID;

import io.tidegate.contracts.v1.BetResult;
import io.tidegate.contracts.v1.Event;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An event as places in the body that it came with, and its record made of them: {@code tidegate.v1.Event} byte for byte as protobuf
 * writes it, fields in the order of their numbers, without what isn't given.
 *
 * <p>Reused for every event of a request; not for several threads.
 */
final class PlainRecord {

    private static final int VARINT = 0;
    private static final int BYTES = 2;

    /** The fields of a type's own message; the first has number 1, and so on. See {@code contracts/}. */
    private static final EventField[][] FIELDS = new EventField[EventType.values().length][];

    /** Numbers of those messages in the event. */
    private static final int[] NUMBERS = new int[EventType.values().length];

    static {
        message(EventType.POST, Event.POST_FIELD_NUMBER, POST_ID);
        message(EventType.LIKE, Event.LIKE_FIELD_NUMBER, POST_ID, AUTHOR_ID);
        message(EventType.UNLIKE, Event.UNLIKE_FIELD_NUMBER, POST_ID, AUTHOR_ID);
        message(EventType.SHARE, Event.SHARE_FIELD_NUMBER, POST_ID, AUTHOR_ID);
        message(EventType.COMMENT, Event.COMMENT_FIELD_NUMBER, POST_ID, AUTHOR_ID, COMMENT_ID);
        message(
                EventType.BET,
                Event.BET_FIELD_NUMBER,
                GAME_ID,
                AMOUNT,
                BET_ID,
                CURRENCY,
                ODDS,
                BET_TYPE,
                CHANNEL,
                CITY,
                DEVICE_TYPE);
        message(EventType.BET_OUTCOME, Event.BET_OUTCOME_FIELD_NUMBER, BET_ID, GAME_ID, RESULT, PAYOUT, CURRENCY);
        message(EventType.DEPOSIT, Event.DEPOSIT_FIELD_NUMBER, AMOUNT, CURRENCY, METHOD);
        message(EventType.WITHDRAWAL, Event.WITHDRAWAL_FIELD_NUMBER, AMOUNT, CURRENCY, METHOD);
        message(EventType.LOGIN, Event.LOGIN_FIELD_NUMBER);
    }

    private static void message(EventType type, int number, EventField... fields) {
        FIELDS[type.ordinal()] = fields;
        NUMBERS[type.ordinal()] = number;
    }

    private final byte[] body;
    private final IngestTerms terms;
    private final byte[] tenant;
    private final long tenantHash;

    private final int[] starts = new int[EventField.COUNT];
    private final int[] lengths = new int[EventField.COUNT];
    private final long[] numbers = new long[EventField.COUNT];
    /** Where the address isn't written as it is kept; else null. */
    private byte[] address;

    private EventType type;
    private long given;
    private long present;

    /** What is being written, and where its next byte goes. */
    private byte[] out;

    private int position;

    PlainRecord(byte[] body, IngestTerms terms) {
        this.body = body;
        this.terms = terms;
        this.tenant = terms.tenant().getBytes(StandardCharsets.UTF_8);
        this.tenantHash = ContentHash.text(ContentHash.SEED, tenant, 0, tenant.length);
    }

    void clear() {
        type = null;
        given = 0;
        present = 0;
        address = null;
    }

    /** False if the field was given before. */
    boolean give(EventField field) {
        boolean first = (given & field.bit()) == 0;
        given |= field.bit();
        return first;
    }

    void type(EventType value) {
        type = value;
        present |= EventField.TYPE.bit();
    }

    /** The value is these bytes of the body; of valid form, not empty. */
    void text(EventField field, int start, int length) {
        starts[field.ordinal()] = start;
        lengths[field.ordinal()] = length;
        present |= field.bit();
    }

    void number(EventField field, long value) {
        numbers[field.ordinal()] = value;
        present |= field.bit();
    }

    void address(byte[] canonical) {
        address = canonical;
        text(IP, 0, canonical.length);
    }

    /** Whether {@link EventAssembler#check} has nothing against it. */
    boolean isAcceptable() {
        if (type == null || (given & ~type.allowed()) != 0 || (type.required() & ~present) != 0) {
            return false;
        }
        if ((type.required() & AMOUNT.bit()) != 0 && numbers[AMOUNT.ordinal()] == 0) {
            return false;
        }
        if (has(OCCURRED_AT)) {
            long occurredAt = numbers[OCCURRED_AT.ordinal()];
            if (occurredAt < terms.earliestMs() || occurredAt > terms.latestMs()) {
                return false;
            }
        }
        return !has(TENANT)
                || Arrays.equals(
                        tenant,
                        0,
                        tenant.length,
                        body,
                        starts[TENANT.ordinal()],
                        starts[TENANT.ordinal()] + lengths[TENANT.ordinal()]);
    }

    /** Puts the event, which is acceptable, into its batch. */
    void finish(EventBatch batch) {
        if (has(EVENT_ID)) {
            int start = starts[EVENT_ID.ordinal()];
            int length = lengths[EVENT_ID.ordinal()];
            String id = new String(body, start, length, StandardCharsets.UTF_8);
            batch.accept(id, new EncodedEvent(key(), value(body, start, length), identity(), content()));
        } else {
            String id = EventAssembler.newEventId(terms, batch.size());
            byte[] bytes = id.getBytes(StandardCharsets.US_ASCII);
            batch.accept(id, new EncodedEvent(key(), value(bytes, 0, bytes.length), 0, 0));
        }
    }

    private byte[] key() {
        int start = starts[USER_ID.ordinal()];
        return Arrays.copyOfRange(body, start, start + lengths[USER_ID.ordinal()]);
    }

    /** As {@link EventDraft#identity}. */
    private long identity() {
        return ContentHash.identity(textHash(textHash(tenantHash, USER_ID), EVENT_ID));
    }

    /** As {@link EventDraft#content}. */
    private long content() {
        long hash = ContentHash.number(ContentHash.SEED, type.ordinal());
        for (long rest = present & ~EventDraft.NO_CONTENT; rest != 0; rest &= rest - 1) {
            int field = Long.numberOfTrailingZeros(rest);
            hash = ContentHash.number(hash, field);
            hash = (EventDraft.NUMBERS >> field & 1) == 0
                    ? textHash(hash, EventField.byOrdinal(field))
                    : ContentHash.number(hash, numbers[field]);
        }
        return hash;
    }

    private long textHash(long hash, EventField field) {
        return ContentHash.text(hash, source(field), starts[field.ordinal()], lengths[field.ordinal()]);
    }

    private byte[] value(byte[] eventId, int idStart, int idLength) {
        long occurredAt = has(OCCURRED_AT) ? numbers[OCCURRED_AT.ordinal()] : terms.nowMs();
        EventField[] own = FIELDS[type.ordinal()];
        int ownSize = 0;
        for (EventField field : own) {
            ownSize += size(field);
        }
        int size = textSize(idLength)
                + size(USER_ID)
                + numberSize(occurredAt)
                + numberSize(terms.nowMs())
                + (tenant.length == 0 ? 0 : textSize(tenant.length))
                + size(IP)
                + size(DEVICE_ID)
                + size(COUNTRY)
                + varIntSize(NUMBERS[type.ordinal()] << 3)
                + varIntSize(ownSize)
                + ownSize;
        out = new byte[size];
        position = 0;
        writeText(Event.EVENT_ID_FIELD_NUMBER, eventId, idStart, idLength);
        write(Event.USER_ID_FIELD_NUMBER, USER_ID);
        writeNumber(Event.OCCURRED_AT_MS_FIELD_NUMBER, occurredAt);
        writeNumber(Event.INGESTED_AT_MS_FIELD_NUMBER, terms.nowMs());
        if (tenant.length > 0) {
            writeText(Event.TENANT_FIELD_NUMBER, tenant, 0, tenant.length);
        }
        write(Event.IP_FIELD_NUMBER, IP);
        write(Event.DEVICE_ID_FIELD_NUMBER, DEVICE_ID);
        write(Event.COUNTRY_FIELD_NUMBER, COUNTRY);
        writeVarInt(NUMBERS[type.ordinal()] << 3 | BYTES);
        writeVarInt(ownSize);
        for (int i = 0; i < own.length; i++) {
            write(i + 1, own[i]);
        }
        return out;
    }

    private int size(EventField field) {
        if (!has(field)) {
            return 0;
        }
        return switch (field.kind()) {
            case MONEY, ODDS -> numberSize(numbers[field.ordinal()]);
            case RESULT -> 2;
            default -> textSize(lengths[field.ordinal()]);
        };
    }

    private void write(int number, EventField field) {
        if (!has(field)) {
            return;
        }
        int start = starts[field.ordinal()];
        int length = lengths[field.ordinal()];
        switch (field.kind()) {
            case MONEY, ODDS -> writeNumber(number, numbers[field.ordinal()]);
            case RESULT -> writeNumber(number, result(body, start, length));
            default -> writeText(number, source(field), start, length);
        }
    }

    private byte[] source(EventField field) {
        return field == IP && address != null ? address : body;
    }

    /** {@link BetResult}'s number; 0 where the word stands for none. */
    static int result(byte[] bytes, int start, int length) {
        if (length == 3 && bytes[start] == 'w' && bytes[start + 1] == 'i' && bytes[start + 2] == 'n') {
            return BetResult.BET_RESULT_WIN_VALUE;
        }
        if (length != 4) {
            return 0;
        }
        return switch (new String(bytes, start, length, StandardCharsets.ISO_8859_1)) {
            case "loss" -> BetResult.BET_RESULT_LOSS_VALUE;
            case "void" -> BetResult.BET_RESULT_VOID_VALUE;
            default -> 0;
        };
    }

    private boolean has(EventField field) {
        return (present & field.bit()) != 0;
    }

    /** All fields of texts and numbers have numbers below 16, so a tag of one byte. */
    private static int textSize(int length) {
        return 1 + varIntSize(length) + length;
    }

    private static int numberSize(long value) {
        return value == 0 ? 0 : 1 + varIntSize(value);
    }

    private static int varIntSize(long value) {
        return (Long.SIZE - Long.numberOfLeadingZeros(value | 1) + 6) / 7;
    }

    private void writeText(int number, byte[] bytes, int start, int length) {
        out[position++] = (byte) (number << 3 | BYTES);
        writeVarInt(length);
        System.arraycopy(bytes, start, out, position, length);
        position += length;
    }

    private void writeNumber(int number, long value) {
        if (value != 0) {
            out[position++] = (byte) (number << 3 | VARINT);
            writeVarInt(value);
        }
    }

    private void writeVarInt(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out[position++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[position++] = (byte) rest;
    }
}
