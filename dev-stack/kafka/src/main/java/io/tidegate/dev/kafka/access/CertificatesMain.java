package io.tidegate.dev.kafka.access;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@link Certificates} as a command; environment variable {@code KAFKA_TLS_PASSWORD} becomes the key stores' password. Exit codes: 0 done,
 * 1 failed, 2 bad options.
 */
@Command(
        name = "kafka-certificates",
        description = "Makes ca.pem, node.p12 and admin.p12 of a Kafka cluster.",
        mixinStandardHelpOptions = true)
public final class CertificatesMain implements Callable<Integer> {

    private static final int LEAST = 6;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "Made if it isn't there.")
    private Path folder;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "HOST", description = "By which the nodes are reached.")
    private List<String> hosts;

    public static void main(String[] args) {
        System.exit(new CommandLine(new CertificatesMain()).execute(args));
    }

    @Override
    public Integer call() {
        String password = System.getenv("KAFKA_TLS_PASSWORD");
        if (password == null || password.length() < LEAST) {
            System.err.println("kafka-certificates: KAFKA_TLS_PASSWORD: at least " + LEAST + " characters expected");
            return 1;
        }
        try {
            Certificates.make(folder, password, hosts);
            return 0;
        } catch (IOException e) {
            System.err.println("kafka-certificates: " + e.getMessage());
            return 1;
        }
    }
}
