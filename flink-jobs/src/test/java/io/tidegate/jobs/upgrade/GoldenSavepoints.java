package io.tidegate.jobs.upgrade;

import io.tidegate.contracts.Topics;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.util.MiniClusterWithClientResource;
import org.apache.flink.util.FileUtils;

/**
 * Savepoints of every job after the first chapter of {@link Story}, one directory per version of the platform, kept as test
 * resources. {@link #main} writes those of the present version; docs/upgrades.md says when.
 *
 * <p>Each is taken without a checkpoint before it and without stopping the job, so that nothing was committed: the savepoint holds
 * the rows of the first chapter too, as batches that wait for their commit.
 */
final class GoldenSavepoints {

    private static final Path DIRECTORY = Path.of("src", "test", "resources", "savepoints");

    private GoldenSavepoints() {}

    /** The directories of all versions, oldest first. */
    static List<Path> versions() throws IOException {
        try (Stream<Path> versions = Files.list(DIRECTORY.toAbsolutePath())) {
            return versions.filter(Files::isDirectory).sorted().toList();
        }
    }

    /**
     * @param args the version, for example {@code 0.1.0}; the working directory is that of this module. An existing version isn't
     *     overwritten
     */
    public static void main(String[] args) throws Exception {
        if (args.length != 1 || !args[0].matches("\\d+\\.\\d+\\.\\d+")) {
            throw new IllegalArgumentException("version: one like 0.1.0 expected");
        }
        Path target = DIRECTORY.resolve(args[0]);
        if (Files.exists(target)) {
            throw new IllegalArgumentException("version: " + target + " is there already, and golden");
        }
        // The paths of its files stay in a savepoint, for nothing: they say little.
        Path work = Files.createTempDirectory("golden");
        InMemoryReporter metrics = InMemoryReporter.create();
        Configuration configuration = metrics.addToConfiguration(new Configuration());
        // State inside the metadata, so that a savepoint is one file.
        configuration.set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, MemorySize.ofMebiBytes(1));
        MiniClusterWithClientResource flink =
                new MiniClusterWithClientResource(new MiniClusterResourceConfiguration.Builder()
                        .setConfiguration(configuration)
                        .setNumberTaskManagers(1)
                        .setNumberSlotsPerTaskManager(JobCatalog.all().size())
                        .build());
        flink.before();
        try (Platform platform = Platform.start(work, metrics)) {
            platform.changeTheRule();
            platform.send(Story.chapters().get(0));
            for (Job job : JobCatalog.all()) {
                JobClient client = platform.submit(job, 1, null, null, env -> {});
                platform.awaitRead(client, Topics.EVENTS);
                if (UpgradeTest.WITH_RULES.contains(job.name())) {
                    platform.awaitRead(client, Topics.RULES);
                }
                Path savepoint = Platform.savepoint(client, work.resolve("savepoints"));
                Path directory = Files.createDirectories(target.resolve(job.name()));
                Files.copy(
                        savepoint.resolve("_metadata"),
                        directory.resolve("_metadata"),
                        StandardCopyOption.COPY_ATTRIBUTES);
                System.out.println(job.name() + " " + Files.size(directory.resolve("_metadata")) + " bytes");
            }
        } finally {
            flink.after();
            FileUtils.deleteDirectory(work.toFile());
        }
    }
}
