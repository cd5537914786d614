package io.tidegate.replay.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MappingFileTest {

    private static final String MINIMAL = """
            format:
              type: csv
            time:
              column: at
              format: epoch-millis
            events:
              - type: like
                fields:
                  userId: "{who}"
                  postId: "{what}"
            """;

    @TempDir
    Path folder;

    private Mapping read(String yaml) throws IOException {
        Path file = folder.resolve("m.yaml");
        Files.writeString(file, yaml);
        return MappingFile.read(file);
    }

    @Test
    void whatIsLeftOutHasItsDefault() throws IOException {
        Mapping mapping = read(MINIMAL);

        assertThat(mapping.format()).isEqualTo(new Format.Csv(List.of(), ',', '"'));
        assertThat(mapping.charset()).isEqualTo(StandardCharsets.UTF_8);
        assertThat(mapping.missing()).containsExactly("");
        assertThat(mapping.sort()).isEqualTo(Mapping.Sort.NONE);
        assertThat(mapping.events()).hasSize(1);
        assertThat(mapping.events().get(0).offset()).isEqualTo(Duration.ZERO);
        assertThat(mapping.columns()).extracting(Mapping.ColumnUse::column).containsExactly("at", "who", "what");
    }

    @Test
    void everyKeyIsRead() throws IOException {
        Mapping mapping = read("""
                format: {type: csv, header: false, columns: [a, b], delimiter: ";", quote: "'"}
                charset: ISO-8859-1
                missing: [NA, "-"]
                time: {column: a, format: iso-8601, zone: Europe/Berlin}
                sort: time
                events:
                  - type: like
                    when: b is present
                    offset: 250ms
                    fields: {userId: "{b}", postId: p}
                    attributes: {free name: "{a}"}
                """);

        assertThat(mapping.format()).isEqualTo(new Format.Csv(List.of("a", "b"), ';', '\''));
        assertThat(mapping.charset()).isEqualTo(StandardCharsets.ISO_8859_1);
        assertThat(mapping.missing()).containsExactlyInAnyOrder("", "NA", "-");
        assertThat(mapping.time().zone()).hasToString("Optional[Europe/Berlin]");
        assertThat(mapping.sort()).isEqualTo(Mapping.Sort.TIME);
        EventTemplate event = mapping.events().get(0);
        assertThat(event.offset()).isEqualTo(Duration.ofMillis(250));
        assertThat(event.attributes()).extracting(EventTemplate.Field::name).containsExactly("free name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bustabit.yaml", "college-messages.yaml", "events.yaml"})
    void theMappingsOfTheProjectAreValid(String name) throws IOException {
        assertThat(MappingFile.read(Path.of("mappings", name)).events()).isNotEmpty();
    }

    @Test
    void theExampleOfTheDocumentationIsValid() throws IOException {
        String page = Files.readString(Path.of("..", "..", "docs", "replay.md"));
        Matcher example = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(example.find()).isTrue();

        Mapping mapping = read(example.group(1));

        mapping.requireColumns(List.of("when", "player", "stake", "multiplier"));
        assertThat(mapping.events()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "type: csv          | type: xml                      | m.yaml:2:9: format.type: 'xml' is none of csv, whitespace, ndjson",
                "type: csv          | type: csv\\n  seperator: ;     | m.yaml:3:3: format.seperator: unknown key; known: type, header, columns, delimiter, quote",
                "type: csv          | type: csv\\n  delimiter: ;;    | m.yaml:3:14: format.delimiter: expected one character",
                "type: csv          | type: csv\\n  header: no       | m.yaml:3:11: format.header: 'no' is none of true, false",
                "type: csv          | type: csv\\n  columns: [a]     | m.yaml:3:12: format.columns: the header names the columns; 'header: false' where there is none",
                "type: csv          | type: csv\\n  header: false    | m.yaml:2:3: format.columns: missing",
                "type: csv          | type: whitespace               | m.yaml:2:3: format.columns: missing",
                "type: csv          | type: csv\\n  quote: ','       | m.yaml:2:3: format: delimiter and quote are the same character",
                "type: csv          | type: ndjson\\n  header: true  | m.yaml:3:3: format.header: unknown key; known: type",
                "column: at         | column: [at]                   | m.yaml:4:11: time.column: expected one value",
                "format: epoch-millis | format: rfc822               | m.yaml:5:11: time.format: 'rfc822' is none of iso-8601, epoch-seconds, epoch-millis",
                "format: epoch-millis | format: epoch-millis\\n  zone: UTC  | m.yaml:6:9: time.zone: only ISO times have a zone",
                "format: epoch-millis | format: iso-8601\\n  zone: Mars     | m.yaml:6:9: time.zone: no time zone is called 'Mars'",
                "events:            | sorted: time\\nevents:           | m.yaml:6:1: sorted: unknown key; known: format, charset, missing, time, sort, events",
                "events:            | sort: yes\\nevents:              | m.yaml:6:7: sort: 'yes' is none of none, time",
                "events:            | charset: UTF-9\\nevents:         | m.yaml:6:10: charset: no character set is called 'UTF-9'",
                "events:            | missing: [NA, NA]\\nevents:      | m.yaml:6:15: missing[1]: 'NA' is given twice",
                "events:            | sort: time\\nsort: none\\nevents: | m.yaml:7:1: sort: given twice",
                "type: like         | type: likes                    | m.yaml:7:11: events[0].type: 'likes' is none of bet, bet_outcome, comment, deposit, like, login, post, share, unlike, withdrawal",
                "type: like         | type: like\\n    when: who is there     | m.yaml:8:11: events[0].when: 'who is there': expected 'present' or 'missing' at position 8, found 't'",
                "type: like         | type: like\\n    offset: 1 day          | m.yaml:8:13: events[0].offset: '1 day' is no duration like 250ms, 1s, 5m or 2h",
                "postId:            | amount: 1\\n      postId:           | m.yaml:10:7: events[0].fields.amount: unknown key; known: authorId, country, deviceId, eventId, ip, postId, userId",
                "postId:            | occurredAt: 1\\n      postId:       | m.yaml:10:7: events[0].fields.occurredAt: unknown key; known: authorId, country, deviceId, eventId, ip, postId, userId",
                "postId:            | authorId:                      | m.yaml:9:7: events[0].fields.postId: missing",
                "{what}             | {what                          | m.yaml:10:15: events[0].fields.postId: '{what': a { at position 1 without a column's name and a }; a brace itself is written twice",
                "{what}             | what}                          | m.yaml:10:15: events[0].fields.postId: 'what}': a } at position 5 that closes nothing; a brace itself is written twice",
                "{what}             | = 1 +                          | m.yaml:10:15: events[0].fields.postId: '1 +': expected a number, a column, round(…) or a parenthesis at position 5, found the end",
            })
    void aSlipIsNamedWithFileLineColumnAndPath(String part, String replacement, String message) {
        String yaml = MINIMAL.replace(part, replacement.replace("\\n", "\n"));

        assertThat(yaml).isNotEqualTo(MINIMAL);
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(MappingException.class)
                .hasMessage(message);
    }

    @Test
    void whatIsNoYamlIsNamedWithItsLine() {
        assertThatThrownBy(() -> read("format:\n  type: [csv\n"))
                .isInstanceOf(MappingException.class)
                .hasMessageStartingWith("m.yaml:3:1: not YAML: ");
        assertThatThrownBy(() -> read(""))
                .isInstanceOf(MappingException.class)
                .hasMessage("m.yaml:1:1: the file is empty");
        assertThatThrownBy(() -> read("just a text"))
                .isInstanceOf(MappingException.class)
                .hasMessage("m.yaml:1:1: expected keys and values");
        assertThatThrownBy(() -> read("a: &a [*a, *a]\n"))
                .isInstanceOf(MappingException.class)
                .hasMessageStartingWith("m.yaml:1:1: a: unknown key");
    }

    @Test
    void aColumnThatTheFileDoesNotHaveIsNamedWithThePlaceThatUsesIt() throws IOException {
        Mapping mapping = read(MINIMAL);

        assertThatThrownBy(() -> mapping.requireColumns(Arrays.asList("at", "who", "post")))
                .isInstanceOf(MappingException.class)
                .hasMessage(
                        "m.yaml:10:15: events[0].fields.postId: the file has no column 'what'; it has at, who, post");
    }
}
