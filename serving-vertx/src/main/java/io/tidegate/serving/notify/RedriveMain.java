package io.tidegate.serving.notify;

import io.tidegate.serving.config.ConfigException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/**
 * {@code RedriveMain --bootstrap-servers HOST:PORT [--target TARGET] [--reason REASON] [--since TIME] [--dry-run]}: sends given-up
 * notifications again, see {@link Redrive}. Prints what it did; exit code 2 for wrong arguments, 1 where Kafka doesn't answer.
 */
public final class RedriveMain {

    private static final String USAGE =
            "usage: --bootstrap-servers HOST:PORT [--target webhook:ID] [--reason REASON] [--since 2026-03-01T10:00:00Z]"
                    + " [--dry-run]";

    private RedriveMain() {}

    public static void main(String[] args) {
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty("log4j2.configurationFile", "classpath:io/tidegate/serving/log4j2-gateway.properties");
        }
        int exitCode = run(args, System.out, System.err);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        try {
            String servers = null;
            Optional<String> target = Optional.empty();
            Optional<String> reason = Optional.empty();
            Optional<Instant> since = Optional.empty();
            boolean dryRun = false;
            List<String> words = List.of(args);
            for (int i = 0; i < words.size(); i++) {
                String option = words.get(i);
                switch (option) {
                    case "--dry-run" -> dryRun = true;
                    case "--bootstrap-servers" -> servers = value(words, ++i, option);
                    case "--target" -> target = Optional.of(target(value(words, ++i, option)));
                    case "--reason" -> reason = Optional.of(value(words, ++i, option));
                    case "--since" -> since = Optional.of(time(value(words, ++i, option)));
                    default -> throw new ConfigException(option, "unknown; " + USAGE);
                }
            }
            if (servers == null) {
                throw new ConfigException("--bootstrap-servers", "is required; " + USAGE);
            }
            Redrive.Result result =
                    new Redrive(servers, Clock.systemUTC()).run(new Redrive.Selection(target, reason, since), dryRun);
            result.byReason().forEach((why, count) -> out.println(count + "\t" + why));
            out.println(result.total()
                    + (dryRun ? " would be sent again" : " are being sent again")
                    + (result.unreadable() == 0
                            ? ""
                            : "; " + result.unreadable() + " are no deliveries and stay where they are"));
            return 0;
        } catch (ConfigException e) {
            err.println("redrive: " + e.getMessage());
            return 2;
        } catch (KafkaException | IllegalStateException e) {
            err.println("redrive: " + e.getMessage());
            return 1;
        }
    }

    private static String value(List<String> words, int index, String option) {
        if (index >= words.size()) {
            throw new ConfigException(option, "needs a value; " + USAGE);
        }
        return words.get(index);
    }

    private static String target(String text) {
        try {
            return Target.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw new ConfigException("--target", "must be webhook:ID, email:USER or push:USER:ID", e);
        }
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new ConfigException("--since", "must be a time such as 2026-03-01T10:00:00Z", e);
        }
    }
}
