package io.tidegate.replay;

import io.tidegate.replay.events.EventSource;
import io.tidegate.replay.mapping.Mapping;
import io.tidegate.replay.mapping.MappingException;
import io.tidegate.replay.mapping.MappingFile;
import io.tidegate.replay.rows.RowException;
import io.tidegate.replay.send.HttpGateway;
import io.tidegate.replay.send.Progress;
import io.tidegate.replay.send.Replay;
import io.tidegate.replay.send.RetryPolicy;
import io.tidegate.replay.send.Speed;
import io.tidegate.replay.send.Tally;
import io.tidegate.replay.send.UndeliveredException;
import io.tidegate.replay.send.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Exit status: 0 everything was accepted; 1 something was rejected or couldn't be delivered; 2 the command line, the mapping
 * or the file can't be used. After Ctrl-C: 130, with the summary of what was sent.
 */
@Command(
        name = "replay",
        sortOptions = false,
        description = "Sends the rows of a file as events to a gateway, in batches, one after the other.",
        footer = {
            "",
            "Event ids are derived from the file's name and the row, so sending a file again",
            "changes nothing as long as the platform remembers ids (an hour by default).",
            "",
            "Exit status: 0 all accepted; 1 something rejected or not delivered;",
            "2 unusable arguments, mapping or file."
        })
public final class ReplayMain implements Callable<Integer> {

    private static final int EXIT_NOT_ALL_ACCEPTED = 1;
    private static final int EXIT_UNUSABLE = 2;
    private static final Duration LAST_ANSWER = Duration.ofSeconds(8);

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "CSV, white-space separated or NDJSON, as the mapping says.")
    private Path file;

    @Option(names = "--mapping", required = true, paramLabel = "MAPPING.yaml", description = "What a row means.")
    private Path mappingFile;

    @Option(names = "--url", required = true, paramLabel = "URL", description = "Of the gateway: http://127.0.0.1:8080")
    private URI url;

    @Option(
            names = "--token",
            required = true,
            paramLabel = "TOKEN",
            defaultValue = "${env:TIDEGATE_TOKEN}",
            description = "Of role importer where events are older than 30 days. Default: $TIDEGATE_TOKEN.")
    private String token;

    @Option(
            names = "--speed",
            paramLabel = "1x|1000x|max",
            defaultValue = "max",
            converter = SpeedConverter.class,
            description = "Event time per time, or as fast as the gateway takes them (default: max).")
    private Speed speed;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "9223372036854775807",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Only N rows: the first or, where the mapping sorts, the oldest.")
    private long limit;

    @Option(
            names = "--skip",
            paramLabel = "N",
            defaultValue = "0",
            description = "Leave out the first N events: go on with a replay that was interrupted.")
    private long skip;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "1000", description = "Events per request: 1000.")
    private int batchSize;

    @Option(
            names = "--give-up-after",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "How long one batch is tried while the gateway is away: 600.")
    private long giveUpAfterSeconds;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private final Waiting waiting;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;

    ReplayMain(Waiting waiting, PrintStream out, PrintStream err, boolean terminal) {
        this.waiting = waiting;
        this.out = out;
        this.err = err;
        this.terminal = terminal;
    }

    public static void main(String[] args) {
        Waiting waiting = Waiting.real();
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(waiting, done), "stop"));
        // Only the script knows whether standard error is a terminal.
        boolean terminal = Boolean.getBoolean("tidegate.terminal");
        int status = run(waiting, System.out, System.err, terminal, args);
        done.countDown();
        if (!waiting.stopped()) {
            System.exit(status);
        }
    }

    /** Runs in the shutdown: lets the batch in flight be answered and the summary be printed. */
    private static void stop(Waiting waiting, CountDownLatch done) {
        waiting.stop();
        try {
            if (!done.await(LAST_ANSWER.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("The last batch was not answered in " + LAST_ANSWER.toSeconds() + " s.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What {@code main} does, without ending the process. */
    static int run(Waiting waiting, PrintStream out, PrintStream err, boolean terminal, String... args) {
        CommandLine commandLine = new CommandLine(new ReplayMain(waiting, out, err, terminal));
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    @Override
    public Integer call() {
        checkArguments();
        try {
            Mapping mapping = MappingFile.read(mappingFile);
            try (EventSource source = EventSource.open(file, mapping, limit)) {
                return replay(source);
            }
        } catch (MappingException | RowException e) {
            err.println(e.getMessage());
        } catch (NoSuchFileException e) {
            err.println(e.getFile() + ": no such file");
        } catch (IOException e) {
            err.println(file + ": " + e.getMessage());
        }
        return EXIT_UNUSABLE;
    }

    private void checkArguments() {
        require(limit >= 0, "--limit: must not be negative");
        require(skip >= 0, "--skip: must not be negative");
        require(batchSize >= 1 && batchSize <= 10_000, "--batch-size: must be 1 to 10000");
        require(giveUpAfterSeconds >= 0, "--give-up-after: must not be negative");
        boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        require(isHttp && url.getHost() != null, "--url: must be like http://127.0.0.1:8080");
        require(!token.isBlank(), "--token: is empty");
        require(token.chars().allMatch(c -> c > ' ' && c < 127), "--token: has characters that no token has");
        require(!Files.isDirectory(file), file + ": is a directory");
    }

    private void require(boolean condition, String message) {
        if (!condition) {
            throw new CommandLine.ParameterException(spec.commandLine(), message);
        }
    }

    private int replay(EventSource source) throws IOException {
        while (source.taken() < skip && source.next() != null) {
            // What an earlier run has sent.
        }
        long skipped = source.taken();
        Tally tally = new Tally(waiting);
        Progress progress = new Progress(err, terminal, waiting, tally);
        RetryPolicy retries = new RetryPolicy(
                RetryPolicy.DEFAULT.first(), RetryPolicy.DEFAULT.longest(), Duration.ofSeconds(giveUpAfterSeconds));
        Replay replay = new Replay(new HttpGateway(url, token), speed, retries, batchSize, waiting, tally, progress);
        String failure = null;
        int status = EXIT_NOT_ALL_ACCEPTED;
        try {
            replay.run(source);
            if (waiting.stopped()) {
                failure = "stopped";
            } else if (tally.rejected() == 0) {
                status = 0;
            }
        } catch (UndeliveredException e) {
            failure = e.getMessage();
        } catch (RowException e) {
            failure = e.getMessage();
            status = EXIT_UNUSABLE;
        }
        progress.end();
        if (failure != null) {
            err.println(failure);
            err.println("Not everything was sent. To go on, repeat the command with --skip " + (skipped + tally.sent())
                    + ".");
        }
        out.printf("%-9s %d%n", "rows", source.rowsUsed());
        out.print(tally.summary());
        out.flush();
        return status;
    }

    private static final class SpeedConverter implements CommandLine.ITypeConverter<Speed> {
        @Override
        public Speed convert(String text) {
            try {
                return Speed.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(e.getMessage());
            }
        }
    }
}
