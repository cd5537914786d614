package org.apache.flink.python.util;

import org.apache.commons.cli.CommandLine;
import org.apache.flink.configuration.Configuration;

/**
 * In place of flink-python, which Flink's SQL shell asks by this name for its Python options, and which would bring a hundred megabytes for
 * functions in Python. Here there are none.
 */
public final class PythonDependencyUtils {

    private PythonDependencyUtils() {}

    /** Called by the shell's {@code CliOptionsParser}, by reflection. */
    public static Configuration parsePythonDependencyConfiguration(CommandLine commandLine) {
        return new Configuration();
    }
}
