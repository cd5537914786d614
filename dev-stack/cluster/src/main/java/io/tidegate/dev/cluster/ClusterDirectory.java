package io.tidegate.dev.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a cluster keeps everything.
 *
 * <pre>
 * cluster.json             what runs where
 * auth/                    the signing key; passwords, and kafka/ with certificates, where there are any
 * conf/ROLE/               files that were made for a role
 * data/ROLE/               its state
 * flink/checkpoints/JOB/   and savepoints/, ha/, upload/: what stands for an object store
 * logs/ROLE.log, ROLE.out  what it wrote, what it printed
 * </pre>
 */
record ClusterDirectory(Path root) {

    Path secrets() {
        return root.resolve("auth/passwords.properties");
    }

    Path kafkaAuth() {
        return root.resolve("auth/kafka");
    }

    Path conf(String role) throws IOException {
        return made("conf/" + role);
    }

    Path data(String role) throws IOException {
        return made("data/" + role);
    }

    Path flink(String name) throws IOException {
        return made("flink/" + name);
    }

    Path log(String role) throws IOException {
        return made("logs").resolve(role + ".log");
    }

    Path output(String role) throws IOException {
        return made("logs").resolve(role + ".out");
    }

    private Path made(String name) throws IOException {
        return Files.createDirectories(root.resolve(name));
    }
}
