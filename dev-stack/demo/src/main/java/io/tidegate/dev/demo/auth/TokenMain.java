package io.tidegate.dev.demo.auth;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code scripts/token}: prints a token for the demo or the cluster and nothing else. JDK only and without a command line library: people
 * call it inside {@code $(…)}, so it has to be quick.
 */
public final class TokenMain {

    static final List<String> ROLES = List.of("producer", "analyst", "admin", "importer");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(s|m|h|d)");
    private static final String USAGE = """
            usage: scripts/token --sub NAME [--role ROLE[,ROLE]] [--ttl 1h] [--data DIR]
              --sub NAME    the subject: who the token speaks for
              --role ROLES  producer, analyst, admin, importer; several with commas; none by default
              --ttl TIME    how long it is valid: 30s, 15m, 1h, 7d (default: 1h)
              --data DIR    the demo's data directory (default: .tidegate)
              --dir DIR     the same, of a cluster: .tidegate-cluster
            """;

    private TokenMain() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    private static int run(String[] args) {
        String subject = null;
        List<String> roles = List.of();
        Duration lifetime = Duration.ofHours(1);
        Path data = Path.of(System.getProperty("tidegate.home", "."), ".tidegate");
        try {
            for (int i = 0; i < args.length; i++) {
                String option = args[i];
                if (option.equals("-h") || option.equals("--help")) {
                    System.out.print(USAGE);
                    return 0;
                }
                String value;
                int equals = option.indexOf('=');
                if (equals > 0) {
                    value = option.substring(equals + 1);
                    option = option.substring(0, equals);
                } else if (i + 1 < args.length) {
                    value = args[++i];
                } else {
                    throw new IllegalArgumentException(option + ": a value is missing, or there is no such option");
                }
                switch (option) {
                    case "--sub" -> subject = subject(value);
                    case "--role" -> roles = roles(value);
                    case "--ttl" -> lifetime = lifetime(value);
                    case "--data", "--dir" -> data = Path.of(value);
                    default -> throw new IllegalArgumentException(option + ": there is no such option");
                }
            }
            if (subject == null) {
                throw new IllegalArgumentException("--sub is missing");
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(USAGE);
            return 2;
        }
        try {
            System.out.println(TokenIssuer.of(data).issue(subject, roles, lifetime));
            return 0;
        } catch (IOException | GeneralSecurityException e) {
            System.err.println("No token: " + e);
            return 1;
        }
    }

    private static String subject(String value) {
        if (value.isBlank() || value.length() > 128) {
            throw new IllegalArgumentException("--sub: 1 to 128 characters expected");
        }
        return value;
    }

    private static List<String> roles(String value) {
        List<String> roles = Stream.of(value.split(","))
                .map(String::strip)
                .filter(role -> !role.isEmpty())
                .toList();
        for (String role : roles) {
            if (!ROLES.contains(role)) {
                throw new IllegalArgumentException("--role: one of " + ROLES + " expected, got " + role);
            }
        }
        return roles;
    }

    static Duration lifetime(String value) {
        Matcher matcher = DURATION.matcher(value);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw new IllegalArgumentException("--ttl: a time such as 30s, 15m, 1h or 7d expected, got " + value);
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
