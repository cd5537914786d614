package io.tidegate.dev.clickhouse;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Command line of {@link EngineMain}.
 *
 * @param data directory of the engine, created when missing
 * @param host to listen on
 * @param port to listen on; 0 takes a free one
 * @param library the engine's library; without it the cached one is used
 * @param untilStdinEnds whether to stop when standard input ends, that is when the parent process is gone
 */
record EngineOptions(Path data, String host, int port, Optional<Path> library, boolean untilStdinEnds) {

    static final String USAGE =
            "EngineMain --data DIR --port PORT [--host 127.0.0.1] [--library FILE] [--until-stdin-ends]";

    private static final int MAX_PORT = 65_535;

    /** @throws IllegalArgumentException with one line that names the option */
    static EngineOptions parse(String... arguments) {
        Path data = null;
        String host = "127.0.0.1";
        int port = -1;
        Path library = null;
        boolean untilStdinEnds = false;
        for (int i = 0; i < arguments.length; i++) {
            String option = arguments[i];
            if (option.equals("--until-stdin-ends")) {
                untilStdinEnds = true;
                continue;
            }
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(option + ": unknown option, or its value is missing");
            }
            String value = arguments[++i];
            switch (option) {
                case "--data" -> data = Path.of(value);
                case "--host" -> host = value;
                case "--port" -> port = port(value);
                case "--library" -> library = Path.of(value);
                default -> throw new IllegalArgumentException(option + ": unknown option");
            }
        }
        if (data == null) {
            throw new IllegalArgumentException("--data: missing");
        }
        if (port < 0) {
            throw new IllegalArgumentException("--port: missing");
        }
        return new EngineOptions(data, host, port, Optional.ofNullable(library), untilStdinEnds);
    }

    private static int port(String value) {
        try {
            int port = Integer.parseInt(value);
            if (port >= 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--port: not a number: " + value, e);
        }
        throw new IllegalArgumentException("--port: must be between 0 and " + MAX_PORT + ": " + value);
    }
}
