package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.auth.Role;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alerts",
                "alerts:fraud",
                "alerts:surge",
                "leaderboard:posts",
                "user:u1",
                "user:auth0|5f7c8ec7c33c6c004bbafe82",
                "user:somebody@example.com",
                "post:2026-03-01_x:1~2=3+4",
                "post:a.b",
                "user:0",
            })
    void aNameOfTheGrammarIsAChannelAndKeepsItsName(String name) {
        assertThat(Channel.parse(name))
                .hasValueSatisfying(channel -> assertThat(channel.name()).isEqualTo(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "*",
                "Alerts",
                "alerts ",
                " alerts",
                "alerts:",
                "alerts:*",
                "alerts:system",
                "alerts:fraud:x",
                "leaderboard:",
                "leaderboard:games",
                "user",
                "user:",
                "user:*",
                "user:a b",
                "user:a..b",
                "user:..",
                "user:../u2",
                "user:a/b",
                "user:a%2fb",
                "user:a\nb",
                "user:a\u0000b",
                "user:\u202eu1",
                "user:ü1",
                "user:\ud83d\ude00",
                "user:a\"b",
                "user:a\\b",
                "user:a>b",
                "post:",
                "post:{id}",
                "USER:u1",
                "events:u1",
            })
    void anythingElseIsNoChannel(String name) {
        assertThat(Channel.parse(name)).isEmpty();
    }

    @Test
    void anIdIsAtMost128CharactersLong() {
        assertThat(Channel.parse("user:" + "x".repeat(128))).isPresent();
        assertThat(Channel.parse("user:" + "x".repeat(129))).isEmpty();
        assertThat(Channel.parse("x".repeat(1_000_000))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "alerts,            ANALYST,  true",
        "alerts,            ADMIN,    true",
        "alerts,            PRODUCER, false",
        "alerts,            IMPORTER, false",
        "alerts,            ,         false",
        "alerts:fraud,      ANALYST,  true",
        "alerts:fraud,      ,         false",
        "alerts:surge,      ADMIN,    true",
        "alerts:surge,      PRODUCER, false",
        "user:me,           ,         true",
        "user:me,           PRODUCER, true",
        "user:Me,           ,         false",
        "user:me2,          ,         false",
        "user:other,        ANALYST,  false",
        "user:other,        ADMIN,    true",
        "post:p1,           ,         true",
        "leaderboard:posts, ,         true",
    })
    void whoMayRead(String name, Role role, boolean allowed) {
        Principal me = new Principal("me", role == null ? Set.of() : Set.of(role), "", Instant.MAX);

        assertThat(Channel.parse(name).orElseThrow().readableBy(me)).isEqualTo(allowed);
    }
}
