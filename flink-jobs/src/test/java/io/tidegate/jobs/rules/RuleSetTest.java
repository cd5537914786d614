package io.tidegate.jobs.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.contracts.v1.Severity;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleSetTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            rapid-bets        | WARNING  | PT10S  | bets=20
            bet-escalation    | WARNING  | PT10M  | bets=5 factor=2
            probe-then-strike | CRITICAL | PT5M   | probes=3 factor=50
            deposit-cycle     | CRITICAL | PT1H   | withdrawnShare=0.8 wageredShare=0.1
            country-hop       | CRITICAL | PT10M  | ``
            shared-device     | WARNING  | PT10M  | users=3
            like-burst        | WARNING  | PT10S  | likes=30
            lockstep-likes    | CRITICAL | PT1M   | users=10
            post-surge        | WARNING  | PT10S  | minimum=20 factor=5 endFactor=2
            game-surge        | WARNING  | PT10S  | minimum=20 factor=5 endFactor=2
            big-win           | INFO     | PT24H  | payoutFactor=20
            take-a-break      | INFO     | PT5M   | bets=50
            """)
    void everyRuleHasItsDefaults(String id, String severity, Duration window, String thresholds) {
        Rule rule = RuleSet.load(Optional.empty()).rule(id);

        Map<String, BigDecimal> expected = new HashMap<>();
        for (String threshold : thresholds.isEmpty() ? new String[0] : thresholds.split(" ")) {
            expected.put(threshold.split("=")[0], new BigDecimal(threshold.split("=")[1]));
        }
        assertThat(rule).isEqualTo(new Rule(id, 1, true, Severity.valueOf("SEVERITY_" + severity), window, expected));
    }

    @Test
    void everyRuleIsDocumented() throws IOException {
        String manual = Files.readString(Path.of("..", "docs", "detection.md"));

        assertThat(RuleSet.defaults().all()).isNotEmpty().allSatisfy(rule -> assertThat(manual)
                .contains("**" + rule.id() + "**"));
    }

    @Test
    void aFileOverridesWhatItNamesAndNothingElse() throws IOException {
        RuleSet rules = load("""
                rules:
                  rapid-bets:
                    window: 20 s
                    thresholds: {bets: 50}
                  deposit-cycle:
                    version: 7
                    enabled: false
                    severity: info
                    thresholds:
                      wageredShare: 0.25
                """);

        assertThat(rules.rule("rapid-bets"))
                .isEqualTo(new Rule(
                        "rapid-bets",
                        2,
                        true,
                        Severity.SEVERITY_WARNING,
                        Duration.ofSeconds(20),
                        Map.of("bets", new BigDecimal("50"))));
        assertThat(rules.rule("deposit-cycle"))
                .isEqualTo(new Rule(
                        "deposit-cycle",
                        7,
                        false,
                        Severity.SEVERITY_INFO,
                        Duration.ofHours(1),
                        Map.of("withdrawnShare", new BigDecimal("0.8"), "wageredShare", new BigDecimal("0.25"))));
        assertThat(rules.rule("like-burst")).isEqualTo(RuleSet.defaults().rule("like-burst"));
    }

    /** {@code /} is a new line in the file. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rules: {rapid-bet: {}}                                       | rules.rapid-bet: unknown rule; known are rapid-bets
            limits: {}                                                   | limits: unknown field, only rules expected (line 1)
            rules: []                                                    | rules: fields expected (line 1)
            rules: {rapid-bets: 7}                                       | rules.rapid-bets: fields expected
            rules:/  rapid-bets:/    colour: red                         | rules.rapid-bets.colour: unknown field (line 3)
            rules: {rapid-bets: {window: 10}}                            | rules.rapid-bets.window: a duration with its unit such as 10s or 5min, from 1ms to 24h, expected, got '10'
            rules: {rapid-bets: {window: -5s}}                           | rules.rapid-bets.window: a duration
            rules: {rapid-bets: {window: 0s}}                            | rules.rapid-bets.window: a duration
            rules: {rapid-bets: {window: 25h}}                           | rules.rapid-bets.window: a duration
            rules: {rapid-bets: {window: 5 parsecs}}                     | rules.rapid-bets.window: a duration
            rules: {rapid-bets: {window: 5000ns}}                        | rules.rapid-bets.window: a duration
            rules: {rapid-bets: {window: [10s]}}                         | rules.rapid-bets.window: a single value expected
            rules: {rapid-bets: {version: 0}}                            | rules.rapid-bets.version: a whole number of at least 1 expected, got '0'
            rules: {rapid-bets: {version: 1.5}}                          | rules.rapid-bets.version: a whole number
            rules: {rapid-bets: {enabled: yes}}                          | rules.rapid-bets.enabled: true or false expected, got 'yes'
            rules: {rapid-bets: {severity: fatal}}                       | rules.rapid-bets.severity: info, warning or critical expected, got 'fatal'
            rules: {rapid-bets: {thresholds: {bet: 20}}}                 | rules.rapid-bets.thresholds.bet: unknown threshold
            rules: {rapid-bets: {thresholds: {bets: many}}}              | rules.rapid-bets.thresholds.bets: a whole number from 2 to 200 expected, got 'many'
            rules: {rapid-bets: {thresholds: {bets: 1}}}                 | rules.rapid-bets.thresholds.bets: a whole number from 2 to 200 expected, got '1'
            rules: {rapid-bets: {thresholds: {bets: 20.5}}}              | rules.rapid-bets.thresholds.bets: a whole number
            rules: {rapid-bets: {thresholds: {bets: 1e999999999}}}       | rules.rapid-bets.thresholds.bets: a whole number
            rules: {rapid-bets: {thresholds: {bets: {a: 1}}}}            | rules.rapid-bets.thresholds.bets: a single value expected
            rules: {bet-escalation: {thresholds: {factor: 0.5}}}         | rules.bet-escalation.thresholds.factor: a number with at most 4 decimals from 1 to 1000000 expected, got '0.5'
            rules: {bet-escalation: {thresholds: {factor: 1.00001}}}     | rules.bet-escalation.thresholds.factor: a number with at most 4 decimals
            rules: {post-surge: {thresholds: {endFactor: 6}}}            | rules.post-surge.thresholds.endFactor: at most factor (5) expected
            rules: {rapid-bets: {}, rapid-bets: {}}                      | rules.rapid-bets: given twice
            rules: {rapid-bets: {window: 1s, window: 2s}}                | rules.rapid-bets.window: given twice
            rules:/  rapid-bets: {window: 10s                            | no YAML in line
            rules:/  rapid-bets:/   a: b: c                              | no YAML in line 3
            !!javax.script.ScriptEngineManager {}                        | no YAML in line 1: Global tag is not allowed
            ''                                                           | rules: missing
            """)
    void aBrokenFileIsRefusedWithTheFieldThatIsWrong(String yaml, String message) {
        assertThatThrownBy(() -> load(yaml.replace('/', '\n')))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("rules file " + directory)
                .hasMessageContaining(": " + message);
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path missing = directory.resolve("none.yaml");

        assertThatThrownBy(() -> RuleSet.load(Optional.of(missing)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("cannot be read");
    }

    private RuleSet load(String yaml) throws IOException {
        return RuleSet.load(Optional.of(Files.writeString(directory.resolve("rules.yaml"), yaml)));
    }
}
