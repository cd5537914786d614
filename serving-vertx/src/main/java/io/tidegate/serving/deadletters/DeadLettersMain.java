package io.tidegate.serving.deadletters;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code scripts/dlq}. Exit codes: 0 done, 1 it failed (one line says why), 2 unusable arguments.
 */
@Command(
        name = "dlq",
        description = "Records that the jobs couldn't process: topic events.dlq.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {DeadLettersMain.ListThem.class, DeadLettersMain.Show.class, DeadLettersMain.SendBack.class})
public final class DeadLettersMain {

    private static final String LOGGING = "log4j2.configurationFile";

    private DeadLettersMain() {}

    public static void main(String[] args) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "classpath:io/tidegate/serving/log4j2-gateway.properties");
        }
        System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
    }

    /** As the process, with other writers and without exiting. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine commandLine =
                new CommandLine(new DeadLettersMain()).setOut(out).setErr(err);
        commandLine.registerConverter(Instant.class, DeadLettersMain::time);
        commandLine.registerConverter(Place.class, text -> Place.parse(text)
                .orElseThrow(() -> new CommandLine.TypeConversionException("PARTITION/OFFSET expected, got " + text)));
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof KafkaException || failure instanceof IOException) {
                err.println("dlq: " + failure.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
            }
            throw failure;
        });
        return commandLine.execute(args);
    }

    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new CommandLine.TypeConversionException("a time such as 2026-01-31T12:00:00Z expected, got " + text);
        }
    }

    /** Which platform. */
    static final class Platform {

        @ArgGroup(multiplicity = "1")
        private Where where;

        static final class Where {
            @Option(names = "--kafka", paramLabel = "HOST:PORT[,…]", description = "bootstrap servers")
            private String kafka;

            @Option(names = "--dir", paramLabel = "DIR", description = "directory of a cluster or demo on this machine")
            private Path directory;
        }

        String bootstrapServers() throws IOException {
            return where.kafka != null ? where.kafka : BrokerAddress.in(where.directory);
        }
    }

    /** Which dead letters. */
    static final class Filter {

        @Option(names = "--reason", description = "only this reason, for example undecodable")
        private String reason;

        @Option(names = "--stage", description = "only this stage, for example archive/decode")
        private String stage;

        @Option(names = "--from", paramLabel = "TIME", description = "only those given up then or later")
        private Instant from;

        @Option(names = "--to", paramLabel = "TIME", description = "only those given up before then")
        private Instant to;

        Selection selection() {
            return new Selection(
                    Optional.ofNullable(reason),
                    Optional.ofNullable(stage),
                    Optional.ofNullable(from),
                    Optional.ofNullable(to));
        }
    }

    @Command(
            name = "list",
            description = "How many there are of each kind, and the newest.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class ListThem implements Callable<Integer> {

        @Mixin
        private Platform platform;

        @Mixin
        private Filter filter;

        @Option(
                names = "--newest",
                defaultValue = "10",
                paramLabel = "N",
                description = "how many of the newest (default: ${DEFAULT-VALUE})")
        private int newest;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            DeadLetterLog log = new DeadLetterLog(platform.bootstrapServers());
            Selection selection = filter.selection();
            Summary summary = new Summary(log.redriven(), newest);
            log.forEach(letter -> {
                if (selection.includes(letter)) {
                    summary.add(letter);
                }
            });
            summary.print(spec.commandLine().getOut());
            return CommandLine.ExitCode.OK;
        }
    }

    @Command(
            name = "show",
            description = "One of them: headers, bytes, and its fields where they can be read.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Show implements Callable<Integer> {

        @Parameters(paramLabel = "PARTITION/OFFSET", description = "its place, as list prints it")
        private Place place;

        @Mixin
        private Platform platform;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            DeadLetterLog log = new DeadLetterLog(platform.bootstrapServers());
            Optional<DeadLetter> letter = log.at(place);
            if (letter.isEmpty()) {
                spec.commandLine().getErr().println("dlq: there is no dead letter at " + place);
                return CommandLine.ExitCode.SOFTWARE;
            }
            Portrait.print(
                    letter.get(),
                    log.redriven().contains(place),
                    spec.commandLine().getOut());
            return CommandLine.ExitCode.OK;
        }
    }

    @Command(
            name = "redrive",
            description =
                    "Sends them back to where they came from, bytes and key unchanged, each once however often this is run.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class SendBack implements Callable<Integer> {

        @Mixin
        private Platform platform;

        @Mixin
        private Filter filter;

        @Option(names = "--again", description = "also those that failed again after they had been sent back")
        private boolean again;

        @Option(names = "--dry-run", description = "only say how many it would be")
        private boolean dryRun;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Redrive.Outcome outcome = new Redrive(platform.bootstrapServers(), again, dryRun).run(filter.selection());
            PrintWriter out = spec.commandLine().getOut();
            out.printf("%s %d%n", dryRun ? "Would be sent back:" : "Sent back:", outcome.redriven());
            if (outcome.before() > 0) {
                out.printf("Sent back before: %d%n", outcome.before());
            }
            if (outcome.failedAgain() > 0) {
                out.printf(
                        "Failed again after they had been sent back (--again sends them): %d%n", outcome.failedAgain());
            }
            if (outcome.homeless() > 0) {
                out.printf("Name no topic to go back to: %d%n", outcome.homeless());
            }
            return CommandLine.ExitCode.OK;
        }
    }
}
