package io.tidegate.dev.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {

    @TempDir
    private Path directory;

    @Test
    void aPasswordIsMadeOnceAndIsNobodyElses() throws IOException {
        Path file = directory.resolve("auth/passwords.properties");
        Secrets secrets = Secrets.in(file);

        String gateway = secrets.of("kafka.gateway");

        assertThat(gateway).hasSizeGreaterThan(20).isNotEqualTo(secrets.of("kafka.jobs"));
        assertThat(Secrets.in(file).of("kafka.gateway")).isEqualTo(gateway);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void theFileOfTheClusterHasPasswordsTooAndIsClosed() throws IOException {
        new ClusterFile(directory)
                .write(FakeRoles.cluster(FakeRoles.role(directory, "kafka-1", List.of("true"), 1234)));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("cluster.json"))))
                .isEqualTo("rw-------");
    }
}
