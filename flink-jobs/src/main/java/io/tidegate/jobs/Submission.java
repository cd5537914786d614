package io.tidegate.jobs;

import java.nio.file.Path;
import java.security.CodeSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.util.ParameterTool;

/**
 * How a job was submitted, kept with the running job: Flink's REST interface shows it at {@code /jobs/ID/config}. An upgrade reads it
 * there, and can put the old version back with it. Where its checkpoints go is told too. Passwords aren't among the arguments.
 */
public final class Submission {

    /** The class whose {@code main} it was. */
    public static final String MAIN = "tidegate.main";
    /** The arguments, a line each. */
    public static final String ARGUMENTS = "tidegate.arguments";
    /** Name of the jar file; for one that was uploaded, its id. */
    public static final String JAR = "tidegate.jar";

    private Submission() {}

    static ParameterTool of(Job job, String[] arguments, ReadableConfig flink) {
        for (String argument : arguments) {
            if (argument.indexOf('\n') >= 0) {
                throw new IllegalArgumentException(job.name() + ": an argument must be one line");
            }
        }
        Map<String, String> submission = new LinkedHashMap<>();
        submission.put(MAIN, job.getClass().getName());
        submission.put(ARGUMENTS, String.join("\n", List.of(arguments)));
        submission.put(JAR, jar(job.getClass().getProtectionDomain().getCodeSource()));
        flink.getOptional(CheckpointingOptions.CHECKPOINTS_DIRECTORY)
                .ifPresent(directory -> submission.put(CheckpointingOptions.CHECKPOINTS_DIRECTORY.key(), directory));
        return ParameterTool.fromMap(submission);
    }

    private static String jar(CodeSource source) {
        if (source == null) {
            return "";
        }
        Path file = Path.of(source.getLocation().getPath()).getFileName();
        return file == null ? "" : file.toString();
    }
}
