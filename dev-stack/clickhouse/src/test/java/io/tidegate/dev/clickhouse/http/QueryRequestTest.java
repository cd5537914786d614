package io.tidegate.dev.clickhouse.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.dev.clickhouse.engine.EngineException;
import io.tidegate.dev.clickhouse.http.QueryRequest.SessionRequest;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryRequestTest {

    @Test
    void parametersSettingsAndTheProtocolsOwnNamesAreToldApart() throws Exception {
        // When
        QueryRequest request =
                request("query=SELECT+1&query_id=q1&database=d&default_format=CSV&compress=1&decompress=1"
                        + "&enable_http_compression=1&param_a=%27x%27&max_threads=2&user=default&password=&log_comment=mine"
                        + "&wait_end_of_query=1&insert_deduplication_token=t");

        // Then
        assertThat(request)
                .isEqualTo(new QueryRequest(
                        "SELECT 1",
                        "q1",
                        "d",
                        "CSV",
                        Map.of("a", "'x'"),
                        Map.of("max_threads", "2", "insert_deduplication_token", "t"),
                        java.util.Optional.empty(),
                        true,
                        true,
                        true));
    }

    @Test
    void theUrlWinsOverHeadersAndAMissingIdIsMadeUp() throws Exception {
        QueryRequest request = QueryRequest.of(QueryRequest.decode("database=url"), "header", "JSON", null);
        assertThat(request.database()).isEqualTo("url");
        assertThat(request.defaultFormat()).isEqualTo("JSON");
        assertThat(request.queryId()).hasSize(36);
    }

    @Test
    void aSessionHasAMinuteUnlessItSays() throws Exception {
        assertThat(request("session_id=s").session())
                .contains(new SessionRequest("s", Duration.ofMinutes(1), false, false));
        assertThat(request("session_id=s&session_timeout=5&session_check=1&close_session=1")
                        .session())
                .contains(new SessionRequest("s", Duration.ofSeconds(5), true, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"session_id=s&session_timeout=soon", "session_id=s&session_timeout=3601", "a=%zz"})
    void badValuesAreBadArguments(String url) {
        assertThatThrownBy(() -> request(url)).isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.code())
                .isEqualTo(36));
    }

    @ParameterizedTest
    @CsvSource({
        "TSV, true, 'a\tb\n1\t2\n', 0",
        "TSVWithNames, true, 'a\"\tb\n1\t2\n', 5",
        "CSVWithNames, true, '\"a\nb\"\n1\n', 6",
        "TSVWithNamesAndTypes, true, 'a\nInt32\n1\n', 8",
        "JSONCompactEachRowWithNames, true, '[\"a\"]\n[1]\n', 6",
        "JSON, false, '{}', 0",
        "PrettyCompact, false, 'x', 0",
        "ArrowStream, false, 'x', 0"
    })
    void onlyFormatsThatConcatenateAreStreamedBehindTheirHeader(
            String name, boolean streamed, String chunk, int header) {
        OutputFormat format = OutputFormat.named(name);
        assertThat(format.streamed()).isEqualTo(streamed);
        assertThat(format.header(chunk.getBytes(UTF_8))).hasSize(header);
    }

    @Test
    void theBinaryHeaderIsCountedByItsLengths() {
        byte[] chunk = {2, 1, 'a', 1, 'b', 5, 'I', 'n', 't', '3', '2', 4, 'D', 'a', 't', 'e', 9, 9};
        assertThat(OutputFormat.named("RowBinaryWithNamesAndTypes").header(chunk))
                .hasSize(16);
        assertThat(OutputFormat.named("RowBinaryWithNames").header(chunk)).hasSize(5);
        assertThat(OutputFormat.named("RowBinary").header(chunk)).isEmpty();
    }

    @Test
    void aFormsPartsAreParameters() throws Exception {
        // Given
        String form = "--b\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\nSELECT '\r\n--'\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"param_x\"\r\nContent-Type: text/plain\r\n\r\n\r\n--b--\r\n";

        // When
        Map<String, String> parts = MultipartForm.read(
                "multipart/form-data; boundary=\"b\"", new ByteArrayInputStream(form.getBytes(UTF_8)));

        // Then
        assertThat(parts).isEqualTo(Map.of("query", "SELECT '\r\n--'", "param_x", ""));
    }

    @Test
    void aBodyShorterThanAnnouncedIsAnError() {
        var body = new RequestBody.ExactLengthInputStream(new ByteArrayInputStream(new byte[9]), 10);
        assertThatThrownBy(body::readAllBytes).isInstanceOf(EOFException.class);
    }

    private static QueryRequest request(String url) throws EngineException {
        return QueryRequest.of(QueryRequest.decode(url), null, null, null);
    }
}
