package io.tidegate.dev.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveTest {

    private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");

    @TempDir
    private Path directory;

    @Test
    void aProcessStartsWithTheClassesThatAnotherHasLoaded() throws Exception {
        assumeThat(BIN.resolve("jcmd")).as("there are JREs without it").isExecutable();
        Path jar = jar();
        int port = ClusterPorts.of(0).get("kafka-1");
        ClassArchive archive = ClassArchive.of(directory, jar.toString());
        new ClusterFile(directory)
                .write(FakeRoles.cluster(FakeRoles.role(
                        directory,
                        "taskmanager-1",
                        List.of(
                                BIN.resolve("java").toString(),
                                "-Xmx64m",
                                "-XX:+UseSerialGC",
                                "-Xlog:class+load",
                                archive.option(),
                                "-cp",
                                jar.toString(),
                                ListeningMain.class.getName(),
                                Integer.toString(port),
                                RoleState.STARTS),
                        port)));
        Cluster cluster = Cluster.open(directory);
        try {
            // Given a first start, without
            Role role = cluster.role("taskmanager-1");
            role.restart();
            assertThat(loadedFromArchive(role)).isFalse();

            // When
            Path earlier = Files.createFile(Path.of(
                    archive.option().replace("-XX:SharedArchiveFile=", "").replace(".jsa", "0.jsa")));
            archive.make(role.pid(), directory.resolve("jcmd.log"));
            role.restart();

            // Then
            assertThat(loadedFromArchive(role)).isTrue();
            assertThat(earlier).as("of an earlier build").doesNotExist();
        } finally {
            cluster.down();
        }
    }

    @Test
    void anotherJarHasAnotherArchive() throws Exception {
        Path jar = jar();
        String before = ClassArchive.of(directory, directory + "/*").option();
        assertThat(ClassArchive.of(directory, directory + "/*").option()).isEqualTo(before);

        Files.write(jar, new byte[] {1, 2, 3});

        assertThat(ClassArchive.of(directory, directory + "/*").option()).isNotEqualTo(before);
    }

    @Test
    void whatCantBeMadeIsSaid() throws Exception {
        assumeThat(BIN.resolve("jcmd")).isExecutable();
        ClassArchive archive = ClassArchive.of(directory, jar().toString());
        long nobody = ProcessHandle.current().pid() + (1L << 30);

        assertThatThrownBy(() -> archive.make(nobody, directory.resolve("jcmd.log")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("jcmd.log");
        assertThat(archive.exists()).isFalse();
    }

    /** Whether the last start took the class from an archive, and not from the jar. */
    private static boolean loadedFromArchive(Role role) throws IOException {
        return Files.readString(role.output())
                .lines()
                .filter(line -> line.contains(ListeningMain.class.getName() + " source:"))
                .reduce((earlier, later) -> later)
                .orElseThrow()
                .contains("shared objects file");
    }

    private Path jar() throws IOException {
        Path jar = directory.resolve("listening.jar");
        String entry = ListeningMain.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream content = new JarOutputStream(file)) {
            content.putNextEntry(new JarEntry(entry));
            Files.copy(Path.of("target/test-classes").resolve(entry), content);
        }
        return jar;
    }
}
