package io.tidegate.jobs.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.dev.clickhouse.ClickHouseProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hash of rows, against its specification and against the engine. */
class ShardingTest {

    @TempDir
    Path data;

    @Test
    void theHashIsXxh64WithSeedZero() {
        assertThat(Sharding.xxHash64(new byte[0])).isEqualTo(0xEF46DB3751D8E999L);
        assertThat(Sharding.xxHash64("a".getBytes(StandardCharsets.US_ASCII))).isEqualTo(0xD24EC4F1A98C6E5BL);
        assertThat(Sharding.xxHash64("abc".getBytes(StandardCharsets.US_ASCII))).isEqualTo(0x44BC2CF5AD770999L);
    }

    @Test
    void clickHouseComesToTheSameShards() throws Exception {
        // Given texts of each length up to three rounds of the hash, with letters of one to four bytes
        Random random = new Random(7);
        String letters = "abcXYZ019-_é߀漢字😀";
        int[] points = letters.codePoints().toArray();
        List<String> keys = new ArrayList<>();
        for (int length = 0; length < 110; length++) {
            StringBuilder key = new StringBuilder();
            for (int i = 0; i < length; i++) {
                key.appendCodePoint(length % 3 == 0 ? 'a' + random.nextInt(26) : points[random.nextInt(points.length)]);
            }
            keys.add(key.toString());
        }
        String rows = keys.stream().map(key -> "('" + key + "')").collect(Collectors.joining(","));

        try (ClickHouseProcess clickHouse = ClickHouseProcess.start(data)) {
            clickHouse.query("CREATE TABLE k (n UInt32, key String) ENGINE = Memory");
            for (int i = 0; i < keys.size(); i++) {
                rows = rows.replace("('" + keys.get(i) + "')", "(" + i + ",'" + keys.get(i) + "')");
            }
            clickHouse.query("INSERT INTO k VALUES " + rows);
            for (int shards : new int[] {2, 3, 7}) {
                // When
                String answer = clickHouse.query("SELECT " + Sharding.sql("key", shards) + " FROM k ORDER BY n");

                // Then
                assertThat(answer.lines().map(Integer::valueOf))
                        .containsExactlyElementsOf(keys.stream()
                                .map(key -> Sharding.shardOf(key, shards))
                                .toList());
            }
        }
    }
}
