package io.tidegate.bench.workload;

import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.Event;
import java.nio.charset.StandardCharsets;

/**
 * Bets, the same ones whoever asks: as the JSON that a client sends, and as the record that stands for it on topic {@code events}.
 * About 300 bytes of JSON each, and more with padding.
 *
 * @param users over whom they are spread evenly
 * @param padding bytes of an attribute; 0 for none
 * @param occurredAtMs of the first one; each is a millisecond after the one before
 */
public record BetEvents(int users, int padding, long occurredAtMs) {

    private static final String CITY = "Lisbon";

    public String userId(int i) {
        return "user-%06d".formatted(Math.floorMod(mix(i), users));
    }

    public byte[] key(int i) {
        return userId(i).getBytes(StandardCharsets.US_ASCII);
    }

    public String json(int i) {
        String event =
                ("{\"type\":\"bet\",\"eventId\":\"event-number-%06d\",\"userId\":\"%s\",\"occurredAt\":%d,\"gameId\":\"game-%04d\","
                                + "\"amount\":\"12.50\",\"betId\":\"bet-number-%08d\",\"currency\":\"EUR\",\"odds\":\"1.85\","
                                + "\"betType\":\"single\",\"channel\":\"mobile\",\"city\":\"" + CITY
                                + "\",\"deviceType\":\"phone\",\"ip\":\"203.0.113.7\",\"deviceId\":\"device-%06d\",\"country\":\"PT\"")
                        .formatted(i, userId(i), occurredAtMs + i, i % 1_000, i, i);
        return event + (padding == 0 ? "}" : ",\"attributes\":{\"note\":\"" + note(i) + "\"}}");
    }

    /** Byte for byte what the gateway writes for {@link #json}, but for the time at which it does. */
    public Event event(int i) {
        Event.Builder event = Event.newBuilder()
                .setEventId("event-number-%06d".formatted(i))
                .setUserId(userId(i))
                .setOccurredAtMs(occurredAtMs + i)
                .setIngestedAtMs(occurredAtMs + i)
                .setIp("203.0.113.7")
                .setDeviceId("device-%06d".formatted(i))
                .setCountry("PT")
                .setBet(Bet.newBuilder()
                        .setGameId("game-%04d".formatted(i % 1_000))
                        .setAmountE4(125_000)
                        .setBetId("bet-number-%08d".formatted(i))
                        .setCurrency("EUR")
                        .setOddsE4(18_500)
                        .setBetType("single")
                        .setChannel("mobile")
                        .setCity(CITY)
                        .setDeviceType("phone"));
        if (padding > 0) {
            event.putAttributes("note", note(i));
        }
        return event.build();
    }

    /** Text that compresses about as well as text does. */
    private String note(int i) {
        StringBuilder note = new StringBuilder(padding);
        for (long seed = i; note.length() < padding; seed++) {
            note.append(Long.toString(mix(seed) & Long.MAX_VALUE, 36)).append(" and so on ");
        }
        note.setLength(padding);
        return note.toString();
    }

    /** Of SplitMix64. */
    static long mix(long seed) {
        long z = seed * 0x9E3779B97F4A7C15L + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
