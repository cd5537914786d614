package io.tidegate.dev.kafka;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@link TopicSetup} as a command, for deployments. Exit codes: 0 the topics are there, 1 failed, 2 bad options. */
@Command(
        name = "topics",
        description = "Makes Tidegate's topics, or brings their settings up to date.",
        mixinStandardHelpOptions = true)
public final class TopicSetupMain implements Callable<Integer> {

    @Option(names = "--kafka", required = true, paramLabel = "HOST:PORT[,…]", description = "Bootstrap servers.")
    private String kafka;

    @Option(names = "--partitions", defaultValue = "12", description = "Of the keyed topics (${DEFAULT-VALUE}).")
    private int partitions;

    @Option(names = "--replication", defaultValue = "3", description = "Replicas of each (${DEFAULT-VALUE}).")
    private int replication;

    public static void main(String[] args) {
        System.exit(new CommandLine(new TopicSetupMain()).execute(args));
    }

    @Override
    public Integer call() {
        // One replica less may be away.
        TopicSetup.ensure(kafka, partitions, replication, Math.max(1, replication - 1));
        return 0;
    }
}
