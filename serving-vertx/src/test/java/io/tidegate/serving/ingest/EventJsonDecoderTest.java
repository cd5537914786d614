package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.BetOutcome;
import io.tidegate.contracts.v1.BetResult;
import io.tidegate.contracts.v1.Comment;
import io.tidegate.contracts.v1.Deposit;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.Login;
import io.tidegate.contracts.v1.Post;
import io.tidegate.contracts.v1.Share;
import io.tidegate.contracts.v1.Unlike;
import io.tidegate.contracts.v1.Withdrawal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventJsonDecoderTest {

    private static final long NOW = Instant.parse("2026-11-22T12:00:00Z").toEpochMilli();
    private static final IngestTerms TERMS = new IngestTerms(
            NOW,
            NOW - Duration.ofDays(30).toMillis(),
            NOW + Duration.ofMinutes(5).toMillis(),
            "acme");

    private final EventJsonDecoder decoder = new EventJsonDecoder(1000);

    private EventBatch decode(String json) {
        try {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            return decoder.decodeJson(bytes, bytes.length, TERMS);
        } catch (BodyRefusedException e) {
            throw new AssertionError(e.code() + ": " + e.getMessage(), e);
        }
    }

    private EventBatch decodeLines(String lines) {
        try {
            byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
            return decoder.decodeLines(bytes, bytes.length, TERMS);
        } catch (BodyRefusedException e) {
            throw new AssertionError(e.code() + ": " + e.getMessage(), e);
        }
    }

    private BodyRefusedException refusal(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return catchThrowableOfType(BodyRefusedException.class, () -> decoder.decodeJson(bytes, bytes.length, TERMS));
    }

    private Event accepted(String json) {
        EventBatch batch = decode(json);
        assertThat(batch.rejected()).isEmpty();
        return event(batch.accepted().get(0));
    }

    private static Event event(EncodedEvent encoded) {
        try {
            Event event = Event.parseFrom(encoded.value());
            assertThat(new String(encoded.key(), StandardCharsets.UTF_8)).isEqualTo(event.getUserId());
            return event;
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private Rejection rejected(String json) {
        EventBatch batch = decode(json);
        assertThat(batch.accepted()).isEmpty();
        assertThat(batch.rejected()).hasSize(1);
        assertThat(batch.eventIds()).containsExactly((String) null);
        return batch.rejected().get(0);
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }

    @Nested
    class EveryTypeOfTheContract {

        static Stream<Arguments> events() {
            return Stream.of(
                    Arguments.of(
                            "{'type':'post','userId':'u','postId':'p'}",
                            Event.newBuilder().setPost(Post.newBuilder().setPostId("p"))),
                    Arguments.of(
                            "{'type':'like','userId':'u','postId':'p'}",
                            Event.newBuilder().setLike(Like.newBuilder().setPostId("p"))),
                    Arguments.of(
                            "{'type':'like','userId':'u','postId':'p','authorId':'a'}",
                            Event.newBuilder()
                                    .setLike(Like.newBuilder().setPostId("p").setAuthorId("a"))),
                    Arguments.of(
                            "{'type':'unlike','userId':'u','postId':'p','authorId':'a'}",
                            Event.newBuilder()
                                    .setUnlike(
                                            Unlike.newBuilder().setPostId("p").setAuthorId("a"))),
                    Arguments.of(
                            "{'type':'share','userId':'u','postId':'p','authorId':'a'}",
                            Event.newBuilder()
                                    .setShare(Share.newBuilder().setPostId("p").setAuthorId("a"))),
                    Arguments.of(
                            "{'type':'comment','userId':'u','postId':'p','commentId':'c','authorId':'a'}",
                            Event.newBuilder()
                                    .setComment(Comment.newBuilder()
                                            .setPostId("p")
                                            .setCommentId("c")
                                            .setAuthorId("a"))),
                    Arguments.of(
                            "{'type':'bet','userId':'u','gameId':'g','amount':12.34}",
                            Event.newBuilder()
                                    .setBet(Bet.newBuilder().setGameId("g").setAmountE4(123_400))),
                    Arguments.of(
                            "{'type':'bet','userId':'u','gameId':'g','amount':'0.0001','betId':'b','currency':'eur',"
                                    + "'odds':2.5,'betType':'single','channel':'web','city':'Zürich','deviceType':'phone'}",
                            Event.newBuilder()
                                    .setBet(Bet.newBuilder()
                                            .setGameId("g")
                                            .setAmountE4(1)
                                            .setBetId("b")
                                            .setCurrency("EUR")
                                            .setOddsE4(25_000)
                                            .setBetType("single")
                                            .setChannel("web")
                                            .setCity("Zürich")
                                            .setDeviceType("phone"))),
                    Arguments.of(
                            "{'type':'bet_outcome','userId':'u','betId':'b','gameId':'g','result':'loss'}",
                            Event.newBuilder()
                                    .setBetOutcome(BetOutcome.newBuilder()
                                            .setBetId("b")
                                            .setGameId("g")
                                            .setResult(BetResult.BET_RESULT_LOSS))),
                    Arguments.of(
                            "{'type':'bet_outcome','userId':'u','betId':'b','gameId':'g','result':'void','payout':0}",
                            Event.newBuilder()
                                    .setBetOutcome(BetOutcome.newBuilder()
                                            .setBetId("b")
                                            .setGameId("g")
                                            .setResult(BetResult.BET_RESULT_VOID))),
                    Arguments.of(
                            "{'type':'bet_outcome','userId':'u','betId':'b','gameId':'g','result':'win','payout':99.5,'currency':'USD'}",
                            Event.newBuilder()
                                    .setBetOutcome(BetOutcome.newBuilder()
                                            .setBetId("b")
                                            .setGameId("g")
                                            .setResult(BetResult.BET_RESULT_WIN)
                                            .setPayoutE4(995_000)
                                            .setCurrency("USD"))),
                    Arguments.of(
                            "{'type':'deposit','userId':'u','amount':100,'currency':'EUR','method':'card'}",
                            Event.newBuilder()
                                    .setDeposit(Deposit.newBuilder()
                                            .setAmountE4(1_000_000)
                                            .setCurrency("EUR")
                                            .setMethod("card"))),
                    Arguments.of(
                            "{'type':'withdrawal','userId':'u','amount':'100.5','method':'bank'}",
                            Event.newBuilder()
                                    .setWithdrawal(Withdrawal.newBuilder()
                                            .setAmountE4(1_005_000)
                                            .setMethod("bank"))),
                    Arguments.of(
                            "{'type':'login','userId':'u','ip':'192.0.2.1','deviceId':'d','country':'at'}",
                            Event.newBuilder()
                                    .setLogin(Login.getDefaultInstance())
                                    .setIp("192.0.2.1")
                                    .setDeviceId("d")
                                    .setCountry("AT")));
        }

        @ParameterizedTest
        @MethodSource("events")
        void isTakenAsItIs(String json, Event.Builder expected) {
            Event event = accepted(quoted(json));

            assertThat(event.toBuilder().clearEventId().build())
                    .isEqualTo(expected.setUserId("u")
                            .setOccurredAtMs(NOW)
                            .setIngestedAtMs(NOW)
                            .setTenant("acme")
                            .build());
        }

        static Stream<Arguments> required() {
            return Stream.of(
                            "post: postId",
                            "like: postId",
                            "unlike: postId",
                            "share: postId",
                            "comment: postId",
                            "bet: gameId amount",
                            "bet_outcome: betId gameId result",
                            "deposit: amount",
                            "withdrawal: amount",
                            "login:")
                    .flatMap(row -> {
                        String type = row.substring(0, row.indexOf(':'));
                        List<String> fields = new ArrayList<>(List.of("userId"));
                        Stream.of(row.substring(row.indexOf(':') + 1).trim().split(" "))
                                .filter(field -> !field.isEmpty())
                                .forEach(fields::add);
                        return fields.stream().map(absent -> Arguments.of(type, fields, absent));
                    });
        }

        @ParameterizedTest
        @MethodSource("required")
        void namesTheFieldThatIsMissing(String type, List<String> fields, String absent) {
            for (String given : List.of("", ",\"" + absent + "\":null", ",\"" + absent + "\":\"\"")) {
                if (given.endsWith("\"\"") && absent.equals("amount")) {
                    continue;
                }
                String json = "{\"type\":\"" + type + "\"" + given
                        + fields.stream()
                                .filter(field -> !field.equals(absent))
                                .map(field -> ",\"" + field + "\":" + valueOf(field))
                                .collect(Collectors.joining())
                        + "}";

                Rejection rejection = rejected(json);

                assertThat(rejection.code()).as(json).isEqualTo(RejectionCode.MISSING_FIELD);
                assertThat(rejection.field()).isEqualTo(absent);
                assertThat(rejection.message()).contains(absent);
            }
        }

        private static String valueOf(String field) {
            return switch (field) {
                case "amount" -> "5";
                case "result" -> "\"win\"";
                default -> "\"x\"";
            };
        }

        @Test
        void mayNameItsTypeLast() {
            Event event = accepted(quoted("{'amount':1,'gameId':'g','userId':'u','type':'bet'}"));

            assertThat(event.getBet().getAmountE4()).isEqualTo(10_000);
        }
    }

    @Nested
    class AValueOfTheWrongForm {

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                'type':'nope'                           | unknown_type            | type
                'type':'LIKE'                           | unknown_type            | type
                'type':7                                | invalid_field           | type
                'type':['like']                         | invalid_field           | type
                'userId':7                              | invalid_field           | userId
                'userId':true                           | invalid_field           | userId
                'userId':{'a':1}                        | invalid_field           | userId
                'userId':'   '                          | invalid_field           | userId
                'userId':'a\\u0000b'                    | invalid_field           | userId
                'userId':'a\\nb'                        | invalid_field           | userId
                'userId':'a\\u0085b'                    | invalid_field           | userId
                'userId':'\\ud800'                      | invalid_field           | userId
                'userId':'\\udc00\\ud800'               | invalid_field           | userId
                'eventId':12                            | invalid_field           | eventId
                'country':'AUT'                         | invalid_field           | country
                'country':'A1'                          | invalid_field           | country
                'country':'ßß'                          | invalid_field           | country
                'currency':'EU'                         | invalid_field           | currency
                'currency':'€€€'                        | invalid_field           | currency
                'ip':'localhost'                        | invalid_field           | ip
                'ip':'256.1.1.1'                        | invalid_field           | ip
                'ip':'192.0.2'                          | invalid_field           | ip
                'ip':'fe80::1%eth0'                     | invalid_field           | ip
                'ip':'[::1]'                            | invalid_field           | ip
                'ip':3221225985                         | invalid_field           | ip
                'amount':-1                             | invalid_amount          | amount
                'amount':'-0.01'                        | invalid_amount          | amount
                'amount':0                              | invalid_amount          | amount
                'amount':'0.0000'                       | invalid_amount          | amount
                'amount':1.00001                        | invalid_amount          | amount
                'amount':'1.00001'                      | invalid_amount          | amount
                'amount':'1,5'                          | invalid_amount          | amount
                'amount':'ten'                          | invalid_amount          | amount
                'amount':1e15                           | invalid_amount          | amount
                'amount':1e999999999                    | invalid_amount          | amount
                'amount':1000000000000.0001             | invalid_amount          | amount
                'amount':true                           | invalid_field           | amount
                'amount':[1]                            | invalid_field           | amount
                'odds':-2                               | invalid_field           | odds
                'odds':2.00001                          | invalid_field           | odds
                'occurredAt':'yesterday'                | invalid_field           | occurredAt
                'occurredAt':'2026-11-22T12:00:00'      | invalid_field           | occurredAt
                'occurredAt':1.5                        | invalid_field           | occurredAt
                'occurredAt':true                       | invalid_field           | occurredAt
                'occurredAt':99999999999999999999       | timestamp_out_of_bounds | occurredAt
                'attributes':'a=b'                      | invalid_field           | attributes
                'attributes':[]                         | invalid_field           | attributes
                'attributes':{'a':1}                    | invalid_field           | attributes.a
                'attributes':{'a':{'b':'c'}}            | invalid_field           | attributes.a
                'attributes':{'a':null}                 | invalid_field           | attributes.a
                'attributes':{'a':'b','a':'c'}          | duplicate_field         | attributes.a
                'attributes':{'':'b'}                   | too_long                | attributes.
                'tenant':'other'                        | forbidden_tenant        | tenant
                'colour':'red'                          | unknown_field           | colour
                'USERID':'u'                            | unknown_field           | USERID
                'payout':1                              | unknown_field           | payout
                'postId':'p'                            | unknown_field           | postId
                """)
        void isNamed(String member, String code, String field) {
            StringBuilder json = new StringBuilder("{");
            for (String given : List.of("'type':'bet'", "'userId':'u'", "'gameId':'g'", "'amount':5")) {
                if (!member.startsWith(given.substring(0, given.indexOf(':') + 1))) {
                    json.append(given).append(',');
                }
            }

            Rejection rejection =
                    rejected(quoted(json.append(member).append('}').toString()));

            assertThat(rejection.code().wireName()).isEqualTo(code);
            assertThat(rejection.field()).isEqualTo(field);
            assertThat(rejection.message()).isNotBlank();
        }

        @ParameterizedTest
        @ValueSource(strings = {"userId", "eventId", "postId", "deviceId", "authorId"})
        void mayHave128CharactersAndNoMore(String field) {
            String longest = "ü".repeat(128);
            String json = "{\"type\":\"like\",\"userId\":\"u\",\"postId\":\"p\",\"" + field + "\":\"%s\"}";
            String template = field.equals("userId")
                    ? "{\"type\":\"like\",\"postId\":\"p\",\"userId\":\"%s\"}"
                    : field.equals("postId") ? "{\"type\":\"like\",\"userId\":\"u\",\"postId\":\"%s\"}" : json;

            assertThat(decode(template.formatted(longest)).accepted()).hasSize(1);
            Rejection rejection = rejected(template.formatted(longest + "x"));
            assertThat(rejection.code()).isEqualTo(RejectionCode.TOO_LONG);
            assertThat(rejection.field()).isEqualTo(field);
        }

        @Test
        void isNotRepeatedAtLength() {
            Rejection rejection = rejected("{\"" + "x".repeat(1000) + "\":1}");

            assertThat(rejection.field()).hasSizeLessThan(70);
            assertThat(rejection.message()).hasSizeLessThan(200);
        }

        @Test
        void givenTwiceIsRefusedAndNotGuessed() {
            Rejection rejection = rejected(quoted("{'type':'bet','userId':'u','gameId':'g','amount':1,'amount':1000}"));

            assertThat(rejection.code()).isEqualTo(RejectionCode.DUPLICATE_FIELD);
            assertThat(rejection.field()).isEqualTo("amount");
        }

        @Test
        void payoutMayBeZeroButAnAmountMayNot() {
            assertThat(accepted(
                                    quoted(
                                            "{'type':'bet_outcome','userId':'u','betId':'b','gameId':'g','result':'win','payout':'0'}"))
                            .getBetOutcome()
                            .getPayoutE4())
                    .isZero();
            for (String type : List.of("deposit", "withdrawal")) {
                assertThat(rejected("{\"type\":\"" + type + "\",\"userId\":\"u\",\"amount\":0}")
                                .code())
                        .isEqualTo(RejectionCode.INVALID_AMOUNT);
            }
        }
    }

    @Nested
    class TimesAndIds {

        private String like(String occurredAt) {
            return "{\"type\":\"like\",\"userId\":\"u\",\"postId\":\"p\",\"occurredAt\":" + occurredAt + "}";
        }

        @Test
        void aTimeIsIsoOrEpochMilliseconds() {
            assertThat(accepted(like("\"2026-11-22T11:59:00.250Z\"")).getOccurredAtMs())
                    .isEqualTo(NOW - 59_750);
            assertThat(accepted(like("\"2026-11-22T12:59:00+01:00\"")).getOccurredAtMs())
                    .isEqualTo(NOW - 60_000);
            assertThat(accepted(like(Long.toString(NOW - 1))).getOccurredAtMs()).isEqualTo(NOW - 1);
        }

        @Test
        void theBoundsThemselvesAreAccepted() {
            assertThat(accepted(like(Long.toString(TERMS.earliestMs()))).getOccurredAtMs())
                    .isEqualTo(TERMS.earliestMs());
            assertThat(accepted(like(Long.toString(TERMS.latestMs()))).getOccurredAtMs())
                    .isEqualTo(TERMS.latestMs());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"1970-01-01T00:00:00Z\"",
                    "\"9999-12-31T23:59:59Z\"",
                    "0",
                    "-1",
                    "1763812800",
                    "9223372036854775807"
                })
        void aTimeOutOfBoundsIsRefused(String time) {
            Rejection rejection = rejected(like(time));

            assertThat(rejection.code()).isEqualTo(RejectionCode.TIMESTAMP_OUT_OF_BOUNDS);
            assertThat(rejection.field()).isEqualTo("occurredAt");
        }

        @Test
        void oneMillisecondBeyondABoundIsRefused() {
            assertThat(rejected(like(Long.toString(TERMS.earliestMs() - 1))).code())
                    .isEqualTo(RejectionCode.TIMESTAMP_OUT_OF_BOUNDS);
            assertThat(rejected(like(Long.toString(TERMS.latestMs() + 1))).code())
                    .isEqualTo(RejectionCode.TIMESTAMP_OUT_OF_BOUNDS);
        }

        @Test
        void theSmallestEventGetsItsIdAndTimeFromTheServer() {
            EventBatch batch = decode(quoted("{'type':'like','userId':'u1','postId':'p1'}"));

            Event event = event(batch.accepted().get(0));
            assertThat(event.getOccurredAtMs()).isEqualTo(NOW);
            assertThat(event.getEventId()).isEqualTo(batch.eventIds().get(0));
            assertThat(event.getEventId())
                    .matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        }

        @Test
        void madeIdsAreAllDifferentAndBeginWithTheTime() {
            Set<String> ids = new HashSet<>();
            IntStream.range(0, 100_000).forEach(i -> ids.add(EventIds.next(NOW)));

            assertThat(ids).hasSize(100_000);
            assertThat(ids).allSatisfy(id -> assertThat(Long.parseLong(id.substring(0, 8) + id.substring(9, 13), 16))
                    .isEqualTo(NOW));
        }

        @Test
        void theSendersIdIsKept() {
            assertThat(accepted(quoted("{'type':'login','userId':'u','eventId':'mine/1'}"))
                            .getEventId())
                    .isEqualTo("mine/1");
        }
    }

    @Nested
    class Details {

        @ParameterizedTest
        @CsvSource({
            "192.0.2.1, 192.0.2.1",
            "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
            "2001:db8::1, 2001:db8::1",
            "::ffff:192.0.2.1, 192.0.2.1",
            "::1, ::1"
        })
        void anAddressIsKeptInOneForm(String written, String kept) {
            assertThat(accepted("{\"type\":\"login\",\"userId\":\"u\",\"ip\":\"" + written + "\"}")
                            .getIp())
                    .isEqualTo(kept);
        }

        @Test
        void attributesAreKept() {
            Event event =
                    accepted(quoted("{'type':'login','userId':'u','attributes':{'browser':'Fire fox 🦊','empty':''}}"));

            assertThat(event.getAttributesMap())
                    .containsOnlyKeys("browser", "empty")
                    .containsEntry("browser", "Fire fox 🦊");
        }

        @Test
        void thirtyTwoAttributesAreEnough() {
            assertThat(decode(withAttributes(32)).accepted()).hasSize(1);
            Rejection rejection = rejected(withAttributes(33));
            assertThat(rejection.code()).isEqualTo(RejectionCode.TOO_LONG);
            assertThat(rejection.field()).isEqualTo("attributes");
        }

        private String withAttributes(int count) {
            return "{\"type\":\"login\",\"userId\":\"u\",\"attributes\":{"
                    + IntStream.range(0, count)
                            .mapToObj(i -> "\"a" + i + "\":\"v\"")
                            .collect(Collectors.joining(","))
                    + "}}";
        }

        @Test
        void anAttributeMayHave512CharactersAndItsName64() {
            String json = "{\"type\":\"login\",\"userId\":\"u\",\"attributes\":{\"%s\":\"%s\"}}";

            assertThat(decode(json.formatted("n".repeat(64), "v".repeat(512))).accepted())
                    .hasSize(1);
            assertThat(rejected(json.formatted("n".repeat(65), "v")).code()).isEqualTo(RejectionCode.TOO_LONG);
            assertThat(rejected(json.formatted("n", "v".repeat(513))).code()).isEqualTo(RejectionCode.TOO_LONG);
        }

        @Test
        void nullAndEmptyOptionalFieldsAreTheSameAsNone() {
            Event event = accepted(quoted("{'type':'like','userId':'u','postId':'p','authorId':null,'ip':null,"
                    + "'country':'','eventId':null,'occurredAt':null,'attributes':null}"));

            assertThat(event.getLike().getAuthorId()).isEmpty();
            assertThat(event.getOccurredAtMs()).isEqualTo(NOW);
            assertThat(event.getEventId()).isNotEmpty();
        }

        @Test
        void unicodeInIdsIsKeptAndIsTheKey() {
            assertThat(accepted(quoted("{'type':'login','userId':'Zoë-日本-😀'}")).getUserId())
                    .isEqualTo("Zoë-日本-😀");
            assertThat(accepted("{\"type\":\"login\",\"userId\":\"\\ud83d\\ude00\"}")
                            .getUserId())
                    .isEqualTo("😀");
        }

        @Test
        void theTenantOfTheTokenMayBeRepeatedButNotReplaced() {
            assertThat(accepted(quoted("{'type':'login','userId':'u','tenant':'acme'}"))
                            .getTenant())
                    .isEqualTo("acme");
        }
    }

    @Nested
    class Arrays {

        @Test
        void aBadEventDoesNotSpoilItsNeighbours() {
            EventBatch batch = decode(quoted("[{'type':'login','userId':'a','eventId':'1'},"
                    + "{'type':'like','userId':'b'},"
                    + "7,[[{}]],null,"
                    + "{'type':'login','userId':'c','x':[1,{'y':[2]}],'userId':'d'},"
                    + "{'type':'login','userId':'e','eventId':'6'}]"));

            assertThat(batch.accepted())
                    .extracting(encoded -> event(encoded).getUserId())
                    .containsExactly("a", "e");
            assertThat(batch.eventIds()).containsExactly("1", null, null, null, null, null, "6");
            assertThat(batch.rejected()).extracting(Rejection::index).containsExactly(1, 2, 3, 4, 5);
            assertThat(batch.rejected())
                    .extracting(Rejection::code)
                    .containsExactly(
                            RejectionCode.MISSING_FIELD,
                            RejectionCode.INVALID_JSON,
                            RejectionCode.INVALID_JSON,
                            RejectionCode.INVALID_JSON,
                            RejectionCode.UNKNOWN_FIELD);
        }

        @Test
        void nothingOfOneEventLeaksIntoTheNext() {
            EventBatch batch =
                    decode(quoted("[{'type':'bet','userId':'u','gameId':'g','amount':5,'odds':2,'ip':'192.0.2.1',"
                            + "'attributes':{'a':'b'},'occurredAt':" + (NOW - 5) + "},"
                            + "{'type':'bet','userId':'v','gameId':'h','amount':6}]"));

            Event second = event(batch.accepted().get(1));
            assertThat(second.getIp()).isEmpty();
            assertThat(second.getAttributesMap()).isEmpty();
            assertThat(second.getOccurredAtMs()).isEqualTo(NOW);
            assertThat(second.getBet())
                    .isEqualTo(
                            Bet.newBuilder().setGameId("h").setAmountE4(60_000).build());
        }

        @Test
        void oneEventAloneAndInAnArrayAreTheSameBytes() {
            String json = quoted("{'type':'bet','userId':'u','gameId':'g','amount':5,'eventId':'e'}");

            assertThat(decode(json).accepted().get(0).value())
                    .isEqualTo(decode("[" + json + "]").accepted().get(0).value());
        }

        @Test
        void aThousandAndOneEventsAreTooMany() {
            String event = quoted("{'type':'login','userId':'u'}");
            assertThat(decode("[" + (event + ",").repeat(999) + event + "]").accepted())
                    .hasSize(1000);

            BodyRefusedException refusal = refusal("[" + (event + ",").repeat(1000) + event + "]");

            assertThat(refusal.status()).isEqualTo(413);
            assertThat(refusal.code()).isEqualTo("too_many_events");
        }
    }

    @Nested
    class ABodyThatIsNoJson {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "hello",
                    "{",
                    "[",
                    "[{}",
                    "{\"type\":\"login\",\"userId\":\"u\"",
                    "{\"type\":\"login\",\"userId\":\"u\"} trailing",
                    "{\"type\":\"login\",\"userId\":\"u\"}{\"type\":\"login\",\"userId\":\"u\"}",
                    "[{\"type\":\"login\",\"userId\":\"u\"},]",
                    "[{\"type\":\"login\",\"userId\":\"u\"} {\"type\":\"login\",\"userId\":\"u\"}]",
                    "{'type':'login'}",
                    "{type:\"login\"}",
                    "{\"type\":\"login\",\"userId\":\"u\",\"amount\":NaN}",
                    "{\"type\":\"login\",\"userId\":\"u\",\"amount\":01}",
                    "\"text\"",
                    "7",
                    "null",
                    "<xml/>"
                })
        void isRefusedAsAWhole(String body) {
            BodyRefusedException refusal = refusal(body);

            assertThat(refusal.status()).isEqualTo(400);
            assertThat(refusal.code()).isEqualTo("invalid_json");
            assertThat(refusal.getMessage()).hasSizeLessThan(400).doesNotContain("\n");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "  \n ", "[]", "[ ]"})
        void orHoldsNoEventIsRefusedToo(String body) {
            assertThat(refusal(body).status()).isEqualTo(400);
        }

        @Test
        void orIsNoUtf8IsRefused() {
            byte[] latin1 = "{\"type\":\"login\",\"userId\":\"Zo\u00eb\"}".getBytes(StandardCharsets.ISO_8859_1);

            assertThatThrownBy(() -> decoder.decodeJson(latin1, latin1.length, TERMS))
                    .isInstanceOf(BodyRefusedException.class);
        }

        @Test
        void orIsNestedDeeplyIsRefusedWithoutReadingToTheEnd() {
            assertThat(refusal("[".repeat(100_000)).code()).isEqualTo("invalid_json");
            assertThat(refusal("{\"x\":" + "[".repeat(100_000)).code()).isEqualTo("invalid_json");
            assertThat(refusal("{\"a\":".repeat(100_000)).code()).isEqualTo("invalid_json");
        }

        @Test
        void orHasHugeTextsNumbersOrNamesIsRefused() {
            String huge = "9".repeat(2_000_000);

            assertThat(refusal("{\"userId\":\"" + huge + "\"}").code()).isEqualTo("invalid_json");
            assertThat(refusal("{\"type\":\"bet\",\"amount\":" + huge + "}").code())
                    .isEqualTo("invalid_json");
            assertThat(refusal("{\"" + huge + "\":1}").code()).isEqualTo("invalid_json");
        }

        @Test
        void whileALongTextOrNumberCostsOnlyItsEvent() {
            String text = "9".repeat(500);
            EventBatch batch = decode(quoted("[{'type':'login','userId':'" + text
                    + "'},{'type':'deposit','userId':'u','amount':" + text + "},{'type':'login','userId':'u'}]"));

            assertThat(batch.accepted()).hasSize(1);
            assertThat(batch.rejected())
                    .extracting(Rejection::code)
                    .containsExactly(RejectionCode.TOO_LONG, RejectionCode.INVALID_AMOUNT);
        }
    }

    @Nested
    class Lines {

        @Test
        void aLineThatIsNoJsonSpoilsOnlyThatLine() {
            EventBatch batch = decodeLines(quoted("{'type':'login','userId':'a'}\n"
                    + "oops\n"
                    + "\r\n"
                    + "   \n"
                    + "{'type':'login','userId':'b'}\r\n"
                    + "{'type':'login'\n"
                    + "{'type':'login','userId':'c'} {'type':'login','userId':'d'}\n"
                    + "[{'type':'login','userId':'e'}]\n"
                    + "{'type':'login','userId':'f'}"));

            assertThat(batch.accepted())
                    .extracting(encoded -> event(encoded).getUserId())
                    .containsExactly("a", "b", "f");
            assertThat(batch.rejected()).extracting(Rejection::index).containsExactly(1, 3, 4, 5);
            assertThat(batch.rejected()).extracting(Rejection::code).containsOnly(RejectionCode.INVALID_JSON);
            assertThat(batch.eventIds()).hasSize(7);
        }

        @Test
        void deepNestingSpoilsOnlyItsLine() {
            EventBatch batch = decodeLines("[".repeat(10_000) + "\n{\"a\":" + "[".repeat(10_000) + "\n"
                    + quoted("{'type':'login','userId':'a'}\n"));

            assertThat(batch.accepted()).hasSize(1);
            assertThat(batch.rejected()).hasSize(2);
        }

        @Test
        void onlyBlankLinesAreNoEvents() {
            byte[] blank = "\n \r\n\n".getBytes(StandardCharsets.UTF_8);

            assertThatThrownBy(() -> decoder.decodeLines(blank, blank.length, TERMS))
                    .isInstanceOf(BodyRefusedException.class)
                    .hasMessageContaining("no event");
        }

        @Test
        void tooManyLinesAreTooMany() {
            byte[] lines = "x\n".repeat(1001).getBytes(StandardCharsets.UTF_8);

            assertThatThrownBy(() -> decoder.decodeLines(lines, lines.length, TERMS))
                    .isInstanceOfSatisfying(BodyRefusedException.class, refusal -> assertThat(refusal.status())
                            .isEqualTo(413));
        }
    }
}
