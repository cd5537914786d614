package io.tidegate.dev.kafka.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.contracts.KafkaAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With what every client of ours begins. */
class KafkaAccessTest {

    @TempDir
    Path folder;

    @AfterEach
    void forget() {
        System.clearProperty(KafkaAccess.PROPERTY);
    }

    @Test
    void withoutAFileAClientHasItsOwnSettingsOnly() {
        assertThat(KafkaAccess.with(Map.of("client.id", "c"))).isEqualTo(Map.of("client.id", "c"));
        assertThat(KafkaAccess.properties()).isEmpty();
    }

    @Test
    void aClientBeginsWithTheFileAndItsOwnSettingsWin() throws IOException {
        Path file = Files.writeString(
                folder.resolve("client.properties"),
                "security.protocol=SASL_SSL\nclient.id=file\nsasl.jaas.config=x password=\"${env:KAFKA_PASSWORD}\";\n");
        System.setProperty(KafkaAccess.PROPERTY, file.toString());

        assertThat(KafkaAccess.with(Map.of("client.id", "own", "linger.ms", 5)))
                .isEqualTo(Map.of(
                        "security.protocol",
                        "SASL_SSL",
                        "client.id",
                        "own",
                        "linger.ms",
                        5,
                        // Not what it stands for: that is known where the client connects.
                        "sasl.jaas.config",
                        "x password=\"${env:KAFKA_PASSWORD}\";"));
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        System.setProperty(KafkaAccess.PROPERTY, folder.resolve("nowhere").toString());

        assertThatThrownBy(KafkaAccess::settings)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(KafkaAccess.VARIABLE)
                .hasMessageContaining("nowhere");
    }
}
