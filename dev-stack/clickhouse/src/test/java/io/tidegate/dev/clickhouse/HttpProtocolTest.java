package io.tidegate.dev.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.dev.clickhouse.compression.BlockInputStream;
import io.tidegate.dev.clickhouse.compression.BlockOutputStream;
import io.tidegate.dev.clickhouse.compression.ContentCoding;
import io.tidegate.dev.clickhouse.engine.EngineDirectory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpProtocolTest {

    /** A loaded machine may take this long; a healthy one takes a fraction of a second. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path data;

    private static ClickHouseProcess clickHouse;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    @BeforeAll
    static void startClickHouse() throws IOException {
        clickHouse = ClickHouseProcess.start(data);
    }

    @AfterAll
    static void stopClickHouse() throws IOException {
        clickHouse.close();
    }

    @Test
    void pingAndTheRootGreet() throws Exception {
        assertThat(get("/ping").body()).isEqualTo("Ok.\n");
        assertThat(get("/").body()).isEqualTo("Ok.\n");
        assertThat(get("/nowhere").statusCode()).isEqualTo(404);
    }

    @Test
    void metricsHaveTheNamesOfAServer() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE measured (n UInt64) ENGINE = MergeTree ORDER BY n");
        clickHouse.query("INSERT INTO measured SELECT number FROM numbers(10)");

        // When
        HttpResponse<String> response = get("/metrics");

        // Then
        assertThat(header(response, "Content-Type")).startsWith("text/plain; version=0.0.4");
        assertThat(response.body())
                .contains("# TYPE ClickHouseMetrics_Query gauge\n")
                .contains("# TYPE ClickHouseProfileEvents_InsertedRows counter\n")
                .containsPattern("(?m)^ClickHouseProfileEvents_InsertedRows [1-9]")
                // Also what hasn't happened: an alert on its increase would miss the first time otherwise.
                .containsPattern("(?m)^ClickHouseProfileEvents_ZooKeeperInit 0\\.?0*$")
                .containsPattern("(?m)^ClickHouseProfileEvents_FailedInsertQuery [0-9]")
                .containsPattern("(?m)^ClickHouseAsyncMetrics_TotalRowsOfMergeTreeTables [1-9]")
                .containsPattern("(?m)^ClickHouseAsyncMetrics_MaxPartCountForPartition [1-9]")
                .containsPattern("(?m)^ClickHouseAsyncMetrics_DiskAvailable_default [1-9]")
                .doesNotContainPattern("(?m)^#.*\n(#.*\n)*\\z");
    }

    /** A merge that runs into the end of a disk loses rows: docs/adr/0043. */
    @Test
    void roomIsKeptFreeOnTheDisk() throws Exception {
        assertThat(post("/", "SELECT keep_free_space FROM system.disks").body().strip())
                .isEqualTo(Long.toString(EngineDirectory.KEEP_FREE_BYTES));
    }

    @Test
    void anAnswerHasTheHeadersThatDriversRead() throws Exception {
        // When
        HttpResponse<String> response =
                post("/?query_id=mine&default_format=JSONEachRow", "SELECT number FROM numbers(3)");

        // Then
        assertThat(response.body()).isEqualTo("{\"number\":0}\n{\"number\":1}\n{\"number\":2}\n");
        assertThat(header(response, "X-ClickHouse-Query-Id")).isEqualTo("mine");
        assertThat(header(response, "X-ClickHouse-Format")).isEqualTo("JSONEachRow");
        assertThat(header(response, "X-ClickHouse-Timezone")).isEqualTo("UTC");
        assertThat(header(response, "X-ClickHouse-Server-Display-Name")).isNotEmpty();
        assertThat(header(response, "X-ClickHouse-Summary"))
                .contains("\"read_rows\":\"3\"")
                .contains("\"result_rows\":\"3\"");
        assertThat(header(response, "Content-Type")).startsWith("application/x-ndjson");
    }

    @Test
    void aConnectionThatEndsWithItsAnswerIsAnnounced() throws Exception {
        // When
        String answer = rawAnswer("GET /?query=SELECT+1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(answer).containsIgnoringCase("\r\nConnection: close\r\n").doesNotContainIgnoringCase("Keep-Alive");
        assertThat(header(get("/ping"), "Keep-Alive")).startsWith("timeout=");
    }

    /** All that comes until the server closes. */
    private String rawAnswer(String request) throws IOException {
        URI uri = clickHouse.uri();
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void anInsertTellsHowManyRowsItWrote() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE summary_t (a Int32) ENGINE = MergeTree ORDER BY a");

        // When
        HttpResponse<String> response = post("/?query=" + encoded("INSERT INTO summary_t FORMAT TSV"), "1\n2\n3\n");

        // Then
        assertThat(header(response, "X-ClickHouse-Summary")).contains("\"written_rows\":\"3\"");
    }

    @Test
    void anErrorHasItsCodeInTheTextAndInAHeader() throws Exception {
        // When
        HttpResponse<String> response = post("/", "SELECT nothing_of_that_name");

        // Then
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(header(response, "X-ClickHouse-Exception-Code")).isEqualTo("47");
        assertThat(response.body()).startsWith("Code: 47. DB::Exception: ").contains("(UNKNOWN_IDENTIFIER) (version ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TSVWithNamesAndTypes",
                "CSVWithNames",
                "RowBinaryWithNamesAndTypes",
                "RowBinaryWithNames",
                "JSONCompactEachRowWithNamesAndTypes"
            })
    void aResultOfManyChunksHasItsHeaderOnce(String format) throws Exception {
        // Given: one chunk, which is the engine's own output, against many
        String sql =
                "SELECT number, toString(number) AS `a\"b` FROM numbers(20000) ORDER BY number SETTINGS max_block_size = ";

        // When
        byte[] whole = bytes("/?default_format=" + format, sql + "100000");
        byte[] chunked = bytes("/?default_format=" + format, sql + "1000");

        // Then
        assertThat(chunked).isEqualTo(whole);
    }

    @Test
    void formatsThatDoNotConcatenateAreWrittenAsOne() throws Exception {
        // When
        String json = post("/", "SELECT number FROM numbers(5000) SETTINGS max_block_size = 1000 FORMAT JSONCompact")
                .body();

        // Then
        assertThat(json).containsOnlyOnce("\"meta\"").contains("\"rows\": 5000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?compress=1", "?enable_http_compression=1"})
    void aLargeResultInOnePieceArrivesWhole(String compression) throws Exception {
        // Given
        HttpRequest request = HttpRequest.newBuilder(clickHouse.uri().resolve("/" + compression))
                .header("Accept-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "SELECT number, 'text' AS text FROM numbers(400000) ORDER BY number FORMAT JSONCompact"))
                .build();

        // When
        HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        InputStream body = compression.contains("http")
                ? ContentCoding.GZIP.decode(response.body())
                : compression.isEmpty() ? response.body() : new BlockInputStream(response.body());
        String json = new String(body.readAllBytes(), UTF_8);

        // Then
        assertThat(json)
                .contains("[0, \"text\"]")
                .contains("[399999, \"text\"]")
                .contains("\"rows\": 400000");
    }

    @Test
    void anErrorBehindTheFirstChunksCutsTheAnswerOff() {
        assertThatThrownBy(() -> post(
                        "/",
                        "SELECT number, throwIf(number = 900000) FROM numbers(1000000) SETTINGS max_block_size = 1000"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void parametersAreBoundByNameAndNeverSpliced() throws Exception {
        // When
        String bound = post(
                        "/?param_id=7&param_names=" + encoded("['a','b''); DROP TABLE x']") + "&param_text="
                                + encoded("tab\\tend"),
                        "SELECT {id:UInt32} + 1, {names:Array(String)}[2], {text:String} FORMAT TSVRaw")
                .body();

        // Then
        assertThat(bound).isEqualTo("8\tb'); DROP TABLE x\ttab\tend\n");
    }

    @Test
    void parametersWorkInInsertsToo() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE bound_t (a Int32, b String) ENGINE = MergeTree ORDER BY a");

        // When
        post("/?param_a=5&param_t=bound_t", "INSERT INTO {t:Identifier} VALUES ({a:Int32}, 'x')");

        // Then
        assertThat(clickHouse.query("SELECT * FROM bound_t")).isEqualTo("5\tx\n");
    }

    @Test
    void queryAndParametersMayComeAsAForm() throws Exception {
        // Given
        String form = "--b0rder\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\nSELECT {x:String}\r\n"
                + "--b0rder\r\nContent-Disposition: form-data; name=\"param_x\"\r\n\r\nzwölf\r\n--b0rder--\r\n";
        HttpRequest request = HttpRequest.newBuilder(clickHouse.uri().resolve("/"))
                .header("Content-Type", "multipart/form-data; boundary=b0rder")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();

        // When / Then
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo("zwölf\n");
    }

    @Test
    void theStatementMayBeInTheUrlInTheBodyOrInBoth() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE parts_t (a Int32) ENGINE = MergeTree ORDER BY a");

        // When
        post("/", "INSERT INTO parts_t VALUES (1)");
        post("/?query=" + encoded("INSERT INTO parts_t VALUES"), "(2), (3)");
        post("/?query=" + encoded("INSERT INTO parts_t"), "VALUES (4)");
        post("/?query=" + encoded("INSERT INTO parts_t") + "&default_format=TSV", "5\n");
        post("/", "INSERT INTO parts_t FORMAT JSONEachRow\n{\"a\":6}");
        post("/", "INSERT INTO parts_t (a) SETTINGS max_threads = 1 FORMAT CSV\n7\n");
        post("/", "INSERT INTO parts_t (SELECT 8)");
        post("/", "/* INSERT */ INSERT INTO parts_t SELECT 9");

        // Then
        assertThat(get("/?query=" + encoded("SELECT groupArray(a) FROM (SELECT a FROM parts_t ORDER BY a)"))
                        .body())
                .isEqualTo("[1,2,3,4,5,6,7,8,9]\n");
    }

    @Test
    void getChangesNothing() throws Exception {
        // When
        HttpResponse<String> response = get("/?query=" + encoded("CREATE TABLE got (a Int32) ENGINE = Memory"));

        // Then
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).contains("READONLY");
    }

    @Test
    void settingsDatabaseAndFormatComeByUrlOrHeader() throws Exception {
        // Given
        clickHouse.query("CREATE DATABASE IF NOT EXISTS other");
        HttpRequest request = HttpRequest.newBuilder(clickHouse.uri().resolve("/?max_block_size=123"))
                .header("X-ClickHouse-Database", "other")
                .header("X-ClickHouse-Format", "CSV")
                .POST(HttpRequest.BodyPublishers.ofString("SELECT currentDatabase(), getSetting('max_block_size')"))
                .build();

        // When / Then
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo("\"other\",123\n");
        assertThat(post("/?no_such_setting=1", "SELECT 1").body()).startsWith("Code: 115.");
        assertThat(post("/?max_threads=many", "SELECT 1").statusCode()).isEqualTo(400);
        assertThat(post("/?database=nowhere", "SELECT 1").body()).startsWith("Code: 81.");
    }

    @Test
    void aSessionKeepsTemporaryTablesAndSettingsEvenBehindAnError() throws Exception {
        // Given
        post("/?session_id=s1", "CREATE TEMPORARY TABLE kept (a Int32)");
        post("/?session_id=s1", "INSERT INTO kept VALUES (1), (2)");
        post("/?session_id=s1", "SET max_block_size = 77");
        post("/?session_id=s1", "SELECT number, throwIf(number = 3) FROM numbers(9) SETTINGS max_block_size = 1");

        // When
        String sum = post("/?session_id=s1&max_threads=1", "SELECT sum(a), getSetting('max_threads') FROM kept")
                .body();

        // Then
        assertThat(sum).isEqualTo("3\t1\n");
        assertThat(post("/?session_id=s1", "SELECT getSetting('max_block_size')")
                        .body())
                .isEqualTo("77\n");
        assertThat(post("/?session_id=s2&session_check=1", "SELECT 1").body()).startsWith("Code: 372.");
        assertThat(post("/", "SELECT * FROM kept").body()).startsWith("Code: 60.");
    }

    @Test
    void aClosedSessionForgets() throws Exception {
        // Given
        post("/?session_id=s3&close_session=1", "CREATE TEMPORARY TABLE gone (a Int32)");

        // When / Then
        assertThat(post("/?session_id=s3", "SELECT * FROM gone").body()).startsWith("Code: 60.");
    }

    @Test
    void aSessionServesOneRequestAtATime() throws Exception {
        // Given
        CompletableFuture<HttpResponse<String>> slow = postAsync(
                "/?session_id=s4&query_id=slow-session", "SELECT sum(sipHash64(number)) FROM numbers(1000000000000)");
        await().atMost(PATIENCE).until(() -> isRunning("slow-session"));

        // When
        HttpResponse<String> second = post("/?session_id=s4", "SELECT 1");

        // Then
        assertThat(second.body()).startsWith("Code: 373.");
        clickHouse.query("KILL QUERY WHERE query_id = 'slow-session'");
        assertThat(slow.get().body()).contains("QUERY_WAS_CANCELLED");
    }

    @Test
    void aPageInABrowserIsRefused() throws Exception {
        // Given
        HttpRequest request = HttpRequest.newBuilder(clickHouse.uri().resolve("/"))
                .header("Origin", "https://example.org")
                .POST(HttpRequest.BodyPublishers.ofString("SELECT 1"))
                .build();

        // When / Then
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(403);
    }

    @Test
    void aRunningQueryIsKilledByTheIdItsClientChose() throws Exception {
        // Given
        CompletableFuture<HttpResponse<String>> endless =
                postAsync("/?query_id=endless", "SELECT sum(sipHash64(number)) FROM numbers(1000000000000)");
        await().atMost(PATIENCE).until(() -> isRunning("endless"));

        // When
        String same = post("/?query_id=endless", "SELECT 1").body();
        clickHouse.query("KILL QUERY WHERE query_id = 'endless' SYNC");

        // Then
        assertThat(same).startsWith("Code: 216.");
        assertThat(endless.get().body()).startsWith("Code: 394.");
    }

    @Test
    void aQueryEndsAtItsTimeLimit() throws Exception {
        // When
        HttpResponse<String> response =
                post("/?max_execution_time=1", "SELECT sum(sipHash64(number)) FROM numbers(1000000000000)");

        // Then
        assertThat(response.statusCode()).isEqualTo(408);
        assertThat(response.body()).startsWith("Code: 159.");
    }

    @ParameterizedTest
    @EnumSource(ContentCoding.class)
    void bodiesAndAnswersMayBeCoded(ContentCoding coding) throws Exception {
        // Given
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (OutputStream out = coding.encode(coded)) {
            out.write("SELECT number FROM numbers(100000)".getBytes(UTF_8));
        }
        HttpRequest request = HttpRequest.newBuilder(clickHouse.uri().resolve("/?enable_http_compression=1"))
                .header("Content-Encoding", coding.token())
                .header("Accept-Encoding", coding.token())
                .POST(HttpRequest.BodyPublishers.ofByteArray(coded.toByteArray()))
                .build();

        // When
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());

        // Then
        assertThat(header(response, "Content-Encoding")).isEqualTo(coding.token());
        try (InputStream in = coding.decode(new ByteArrayInputStream(response.body()))) {
            assertThat(new String(in.readAllBytes(), UTF_8).lines()).hasSize(100_000);
        }
    }

    @Test
    void bodiesAndAnswersMayComeInCompressedBlocks() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE blocks_t (a Int64) ENGINE = MergeTree ORDER BY a");
        ByteArrayOutputStream blocks = new ByteArrayOutputStream();
        try (OutputStream out = new BlockOutputStream(blocks)) {
            for (int i = 0; i < 300_000; i++) {
                out.write((i + "\n").getBytes(UTF_8));
            }
        }

        // When
        HttpRequest insert = HttpRequest.newBuilder(
                        clickHouse.uri().resolve("/?decompress=1&query=" + encoded("INSERT INTO blocks_t FORMAT TSV")))
                .POST(HttpRequest.BodyPublishers.ofByteArray(blocks.toByteArray()))
                .build();
        int status = http.send(insert, HttpResponse.BodyHandlers.discarding()).statusCode();
        byte[] answer = bytes("/?compress=1", "SELECT a FROM blocks_t ORDER BY a");

        // Then
        assertThat(status).isEqualTo(200);
        try (InputStream in = new BlockInputStream(new ByteArrayInputStream(answer))) {
            String text = new String(in.readAllBytes(), UTF_8);
            assertThat(text).startsWith("0\n1\n").endsWith("299999\n");
            assertThat(text.lines()).hasSize(300_000);
        }
    }

    @Test
    void aBrokenBlockStoresNothing() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE broken_t (a Int64) ENGINE = MergeTree ORDER BY a");
        ByteArrayOutputStream blocks = new ByteArrayOutputStream();
        try (OutputStream out = new BlockOutputStream(blocks)) {
            out.write("1\n2\n".getBytes(UTF_8));
            out.flush();
            out.write("3\n".getBytes(UTF_8));
        }
        byte[] broken = blocks.toByteArray();
        broken[broken.length - 1] ^= 1;

        // When
        HttpRequest insert = HttpRequest.newBuilder(
                        clickHouse.uri().resolve("/?decompress=1&query=" + encoded("INSERT INTO broken_t FORMAT TSV")))
                .POST(HttpRequest.BodyPublishers.ofByteArray(broken))
                .build();
        HttpResponse<String> response = http.send(insert, HttpResponse.BodyHandlers.ofString());

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(clickHouse.query("SELECT count() FROM broken_t")).isEqualTo("0\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /?query=INSERT%%20INTO%%20cut_t%%20FORMAT%%20TSV HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n1\n2\n",
                "POST /?query=INSERT%%20INTO%%20cut_t%%20FORMAT%%20TSV HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n1\n2\n\r\n",
                "POST /?query=INSERT%%20INTO%%20cut_t%%20FORMAT%%20TSV HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n1\n2\n"
            })
    void aBodyThatIsCutOffStoresNothing(String request) throws Exception {
        // Given
        clickHouse.query("CREATE TABLE IF NOT EXISTS cut_t (a Int32) ENGINE = MergeTree ORDER BY a");

        // When
        try (Socket socket = new Socket("127.0.0.1", clickHouse.port())) {
            socket.getOutputStream().write(request.replace("%%", "%").getBytes(UTF_8));
            socket.shutdownOutput();
            socket.setSoTimeout(10_000);
            socket.getInputStream().readAllBytes();
        }

        // Then
        await().atMost(PATIENCE).until(() -> clickHouse
                .query("SELECT count() FROM system.processes WHERE query LIKE 'INSERT INTO cut_t%'")
                .equals("0\n"));
        assertThat(clickHouse.query("SELECT count() FROM cut_t")).isEqualTo("0\n");
    }

    @Test
    void theSameTokenStoresOnce() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE token_t (a Int32) ENGINE = MergeTree ORDER BY a"
                + " SETTINGS non_replicated_deduplication_window = 100");
        String url = "/?query=" + encoded("INSERT INTO token_t FORMAT TSV") + "&insert_deduplication_token=";

        // When
        post(url + "t1", "1\n2\n");
        post(url + "t1", "1\n2\n");
        post(url + "t2", "1\n2\n");

        // Then
        assertThat(clickHouse.query("SELECT count() FROM token_t")).isEqualTo("4\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1 INTO OUTFILE 'x'",
                "INSERT INTO t FROM INFILE 'x' FORMAT TSV",
                "SELECT * FROM file('/etc/passwd', 'TSV', 'a String')",
                "SELECT file('/etc/passwd')",
                "SELECT `file` /* x */ ('/etc/passwd')",
                "SELECT * FROM url('http://127.0.0.1:1/', 'TSV', 'a String')",
                "SELECT * FROM remote('127.0.0.1', system.one)",
                "SELECT * FROM s3('http://127.0.0.1:1/bucket/key', 'TSV', 'a String')",
                "SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')",
                "INSERT INTO FUNCTION file('x', 'TSV', 'a Int8') SELECT 1",
                "INSERT INTO t VALUES (file('/etc/passwd'))",
                "SELECT * FROM format(Values, 'a String', '(file(\\'/etc/passwd\\'))')",
                "CREATE TABLE refused (a Int8) ENGINE = File(TSV, '/etc/passwd')",
                "CREATE TABLE refused (a Int8) ENGINE = URL('http://127.0.0.1:1/', 'TSV')",
                "CREATE TABLE refused (a Int8) ENGINE = MergeTree ORDER BY a"
                        + " SETTINGS disk = disk(type = web, endpoint = 'http://127.0.0.1:1/')",
                "CREATE DATABASE refused ENGINE = SQLite('/tmp/refused.db')",
                "CREATE DICTIONARY refused (a UInt64) PRIMARY KEY a SOURCE(EXECUTABLE(COMMAND 'id' FORMAT 'TSV'))"
                        + " LAYOUT(FLAT()) LIFETIME(1)",
                "CREATE DICTIONARY refused (a UInt64) PRIMARY KEY a SOURCE(CLICKHOUSE(HOST 'example.org' TABLE 't'))"
                        + " LAYOUT(FLAT()) LIFETIME(1)",
                "CREATE NAMED COLLECTION refused AS a = 1",
                "SYSTEM SHUTDOWN"
            })
    void whatReachesOutOfTheDataDirectoryIsDenied(String sql) throws Exception {
        // When
        HttpResponse<String> response = post("/", sql);

        // Then
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).startsWith("Code: 497.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 1; SELECT 2", "", "1 + 1", "INSERT INTO t; SELECT 1", "INSERT INTO t"})
    void whatIsNoSingleStatementIsASyntaxError(String sql) throws Exception {
        assertThat(post("/", sql).body()).startsWith("Code: 62.");
    }

    @Test
    void aDictionaryOverATableWorks() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE dict_t (id UInt64, name String) ENGINE = MergeTree ORDER BY id");
        clickHouse.query("INSERT INTO dict_t VALUES (1, 'one'), (2, 'file (two)')");

        // When
        clickHouse.query("CREATE DICTIONARY dict_d (id UInt64, name String) PRIMARY KEY id"
                + " SOURCE(CLICKHOUSE(TABLE 'dict_t' DB 'default')) LAYOUT(FLAT()) LIFETIME(0)");

        // Then
        assertThat(clickHouse.query("SELECT dictGet('dict_d', 'name', toUInt64(2))"))
                .isEqualTo("file (two)\n");
    }

    @Test
    void aLongStatementNeedsTheSettingForIt() throws Exception {
        // Given
        String sql = "SELECT length('" + "x".repeat(300_000) + "')";

        // When / Then
        assertThat(post("/", sql).body()).startsWith("Code: 62.").contains("max_query_size");
        assertThat(post("/?max_query_size=1000000", sql).body()).isEqualTo("300000\n");
    }

    private boolean isRunning(String queryId) throws IOException {
        return clickHouse
                .query("SELECT count() FROM system.processes WHERE Settings['log_comment'] = '" + queryId + "'")
                .equals("1\n");
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = clickHouse.uri().resolve(path);
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return http.send(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    private CompletableFuture<HttpResponse<String>> postAsync(String path, String body) {
        return http.sendAsync(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    private byte[] bytes(String path, String body) throws IOException, InterruptedException {
        return http.send(request(path, body), HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    private static HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(clickHouse.uri().resolve(path))
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }
}
