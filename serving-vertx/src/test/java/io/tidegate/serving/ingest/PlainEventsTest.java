package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The short way against the long one, which is the contract. */
class PlainEventsTest {

    private static final long NOW = Instant.parse("2026-11-22T12:00:00Z").toEpochMilli();
    private static final IngestTerms TERMS = new IngestTerms(
                    NOW,
                    NOW - Duration.ofDays(30).toMillis(),
                    NOW + Duration.ofMinutes(5).toMillis(),
                    "acmé")
            // Or ids made by chance would differ.
            .repeatableAs(new RepeatKey("acmé", "sender", "key"));

    private static final int BODIES = 2_000;
    private static final int MAX_EVENTS = 5;

    private final EventJsonDecoder decoder = new EventJsonDecoder(MAX_EVENTS);

    /** Values by field, the first ones plain, then ever stranger ones; some belong to no event at all. */
    private static final Map<String, List<String>> VALUES = new LinkedHashMap<>();

    static {
        for (String id :
                List.of("userId", "eventId", "deviceId", "postId", "authorId", "commentId", "betId", "gameId")) {
            VALUES.put(id, ids(id));
        }
        for (String id : List.of("betType", "channel", "city", "deviceType", "method")) {
            VALUES.put(id, ids("some " + id));
        }
        VALUES.put("tenant", List.of("\"acmé\"", "\"acm\\u00e9\"", "\"other\"", "\"\"", "null", "\"acme\""));
        VALUES.put(
                "occurredAt",
                List.of(
                        String.valueOf(NOW),
                        "\"2026-11-22T11:59:59.123Z\"",
                        "\"2026-11-22T12:59:59+01:00\"",
                        "0",
                        "-1",
                        NOW + ".0",
                        NOW + "e0",
                        "0" + NOW,
                        "\"yesterday\"",
                        "\"\"",
                        "null",
                        "1234567890123456789",
                        "true"));
        VALUES.put(
                "ip",
                List.of(
                        "\"203.0.113.7\"",
                        "\"2001:DB8::7\"",
                        "\"::ffff:192.0.2.1\"",
                        "\"203.0.113.007\"",
                        "\"203.0.113.256\"",
                        "\"1.2.3\"",
                        "\"1.2.3.4.5\"",
                        "\"1..3.4\"",
                        "\"localhost\"",
                        "\"\"",
                        "null",
                        "7"));
        VALUES.put("country", List.of("\"PT\"", "\"pt\"", "\"P\"", "\"PRT\"", "\"P1\"", "\"\"", "null", "[]"));
        VALUES.put("currency", List.of("\"EUR\"", "\"eur\"", "\"EU\"", "\"E R\"", "\"\"", "null"));
        for (String decimal : List.of("amount", "odds", "payout")) {
            VALUES.put(
                    decimal,
                    List.of(
                            "\"12.50\"",
                            "12.5",
                            "7",
                            "\"0.0001\"",
                            "1e1",
                            "0",
                            "\"0\"",
                            "-1",
                            "\"-1\"",
                            "1.",
                            "\"1.\"",
                            "\".5\"",
                            "\"01\"",
                            "01",
                            "\"1.23456\"",
                            "1.00000",
                            "1000000000000",
                            "\"1000000000000.0001\"",
                            "\"99999999999999999999\"",
                            "\"\"",
                            "\" 1\"",
                            "null",
                            "\"1e1\"",
                            "{}"));
        }
        VALUES.put("result", List.of("\"win\"", "\"loss\"", "\"void\"", "\"draw\"", "\"Win\"", "\"\"", "null", "1"));
        VALUES.put(
                "attributes",
                List.of("{}", "{\"a\":\"b\"}", "{\"a\":\"b\",\"a\":\"c\"}", "{\"a\":1}", "null", "\"\"", "\"x\""));
        VALUES.put("unknown", List.of("1"));
    }

    private static List<String> ids(String plain) {
        return List.of(
                "\"" + plain + "-1\"",
                "\"" + "x".repeat(128) + "\"",
                "\"São Paulo\"",
                "\"北京\"",
                "\"👍\"",
                "\"" + "é".repeat(128) + "\"",
                "\"" + "é".repeat(129) + "\"",
                "\"" + "x".repeat(129) + "\"",
                "\"with \\\"quotes\\\"\"",
                "\"\\u0041\"",
                "\"\\ud83d\"",
                "\"tab\\t\"",
                "\"\u0085\"",
                "\"\u007f\"",
                "\"\u0001\"",
                "\"  \"",
                "\" \u2003\"",
                "\" a \"",
                "\"\"",
                "null",
                "17",
                "true");
    }

    @Test
    void randomBodiesComeOutTheSameBothWays() {
        Random random = new Random(42);
        int plain = 0;
        for (int i = 0; i < BODIES; i++) {
            byte[] body = body(random).getBytes(StandardCharsets.UTF_8);

            plain += new PlainEvents(body, TERMS).read(body.length, MAX_EVENTS) == null ? 0 : 1;

            assertThat(outcome(body, true)).as(() -> text(body)).isEqualTo(outcome(body, false));
        }
        // Both ways were gone, often.
        assertThat(plain).isBetween(BODIES / 10, BODIES * 9 / 10);
    }

    @Test
    void bodiesWithAByteBrokenComeOutTheSameBothWays() {
        Random random = new Random(43);
        for (int i = 0; i < BODIES; i++) {
            byte[] body = body(random).getBytes(StandardCharsets.UTF_8);
            body[random.nextInt(body.length)] = (byte) random.nextInt(256);

            assertThat(outcome(body, true)).as(() -> text(body)).isEqualTo(outcome(body, false));
        }
    }

    @Test
    void linesComeOutAsObjectsDo() throws BodyRefusedException {
        Random random = new Random(44);
        for (int i = 0; i < BODIES; i++) {
            byte[] object = event(random).replace('\n', ' ').replace('\r', ' ').getBytes(StandardCharsets.UTF_8);
            byte[] lines = ("\n" + text(object) + "\r\n \n").getBytes(StandardCharsets.UTF_8);
            String expected = outcome(object, false);
            if (!expected.startsWith("refused")) {
                assertThat(told(decoder.decodeLines(lines, lines.length, TERMS)))
                        .as(() -> text(object))
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"like\",\"userId\":\"u\",\"postId\":\"p\"}",
                " [ { \"type\" : \"login\" ,\t\"userId\":\"u\" } ,\r\n{\"userId\":\"u\",\"type\":\"post\",\"postId\":\"p\"} ] \n",
                "{\"type\":\"login\",\"userId\":\"ünal\",\"ip\":\"2001:db8::1\",\"deviceId\":null,\"country\":\"\"}"
            })
    void plainIs(String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);

        assertThat(new PlainEvents(body, TERMS).read(body.length, MAX_EVENTS)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "{}",
                "{",
                "[",
                "[{\"type\":\"login\",\"userId\":\"u\"}",
                "[{\"type\":\"login\",\"userId\":\"u\"},]",
                "[{\"type\":\"login\",\"userId\":\"u\"}]x",
                "{\"type\":\"login\",\"userId\":\"u\"}{}",
                "{\"type\":\"login\",\"userId\":\"u\",}",
                "{\"type\":\"login\" \"userId\":\"u\"}",
                "{\"type\":\"login\",\"userId\":\"u\",\"userId\":\"u\"}",
                "{\"type\":\"login\",\"userId\":nul",
                "{\"type\":\"login\",\"userId\":\"u",
                "\uFEFF{\"type\":\"login\",\"userId\":\"u\"}"
            })
    void plainIsNot(String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);

        assertThat(new PlainEvents(body, TERMS).read(body.length, MAX_EVENTS)).isNull();
    }

    /** Mostly an array of a few events, most of them good. */
    private static String body(Random random) {
        if (random.nextInt(4) == 0) {
            return event(random);
        }
        List<String> events = new ArrayList<>();
        int count = random.nextInt(100) == 0 ? MAX_EVENTS + 1 : 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            events.add(event(random));
        }
        return events.stream().collect(Collectors.joining(space(random) + "," + space(random), "[", "]"));
    }

    private static String event(Random random) {
        EventType type = EventType.values()[random.nextInt(EventType.values().length)];
        List<String> members = new ArrayList<>();
        members.add("\"type\":\"" + type.wireName() + '"');
        // How strange an event is, is decided once: most have no strange field, some have several.
        int strange = random.nextInt(3) == 0 ? 12 : 1_000;
        for (String field : VALUES.keySet()) {
            EventField known = EventField.ofJsonName(field);
            boolean allowed = known != null && (type.allowed() & known.bit()) != 0;
            boolean required = known != null && (type.required() & known.bit()) != 0;
            boolean put = allowed
                    ? required && random.nextInt(strange) > 0 || random.nextBoolean()
                    : random.nextInt(strange * 20) == 0;
            if (put && !field.equals("attributes") || put && random.nextInt(20) == 0) {
                members.add('"' + field + '"' + space(random) + ':' + space(random) + value(field, random, strange));
            }
        }
        if (random.nextInt(50) == 0) {
            members.add(members.get(random.nextInt(members.size())));
        }
        Collections.shuffle(members, random);
        return members.stream().collect(Collectors.joining("," + space(random), "{", "}"));
    }

    private static String value(String field, RandomGenerator random, int strange) {
        List<String> values = VALUES.get(field);
        return values.get(random.nextInt(strange) < 6 ? random.nextInt(values.size()) : 0);
    }

    private static String space(RandomGenerator random) {
        return random.nextInt(10) == 0 ? " \t\r\n".substring(random.nextInt(5)) : "";
    }

    private String outcome(byte[] body, boolean shortWay) {
        try {
            return told(
                    shortWay
                            ? decoder.decodeJson(body, body.length, TERMS)
                            : decoder.decodeAnyJson(body, body.length, TERMS));
        } catch (BodyRefusedException e) {
            return "refused " + e.status() + ' ' + e.code() + ' ' + e.getMessage();
        }
    }

    private static String told(EventBatch batch) {
        return batch.eventIds()
                + "\n"
                + batch.rejected()
                + "\n"
                + batch.accepted().stream()
                        .map(event -> text(event.key())
                                + ' '
                                + new String(event.value(), StandardCharsets.ISO_8859_1)
                                + ' '
                                + event.identity()
                                + ' '
                                + event.content())
                        .collect(Collectors.joining("\n"));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
