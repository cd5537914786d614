package io.tidegate.sql.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {

    @TempDir
    Path directory;

    @Test
    void aClusterWhoseBrokersBelieveEverybodyIsReachedWhereItSays() throws IOException {
        Files.writeString(directory.resolve("cluster.json"), """
                {"kafka": "127.0.0.1:1", "clickhouse": ["http://127.0.0.1:2", "http://127.0.0.1:3"],
                 "kafkaAdministration": "127.0.0.1:1", "kafkaAdministrator": ""}
                """);

        Installation installation = Installation.cluster(directory);

        assertThat(installation.kafka()).isEqualTo("127.0.0.1:1");
        assertThat(installation.kafkaAccess()).isEmpty();
        assertThat(installation.shards()).containsExactly("http://127.0.0.1:2", "http://127.0.0.1:3");
    }

    @Test
    void oneWhoseBrokersAskForNamesIsReachedAsItsAdministrator() throws IOException {
        Path administrator = Files.writeString(
                directory.resolve("admin.properties"), "security.protocol=SSL\nssl.keystore.password=secret\n");
        Files.writeString(directory.resolve("cluster.json"), """
                {"kafka": "127.0.0.1:1", "clickhouse": ["http://127.0.0.1:2"],
                 "kafkaAdministration": "127.0.0.1:94", "kafkaAdministrator": "%s"}
                """.formatted(administrator));

        Installation installation = Installation.cluster(directory);

        assertThat(installation.kafka()).isEqualTo("127.0.0.1:94");
        assertThat(installation.kafkaAccess())
                .containsEntry("security.protocol", "SSL")
                .containsEntry("ssl.keystore.password", "secret");
    }
}
