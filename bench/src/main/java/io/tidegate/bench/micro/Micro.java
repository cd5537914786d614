package io.tidegate.bench.micro;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Codecs and operators by themselves, by JMH: nanoseconds and bytes an operation. They say where to look, the ratios say what it is worth. */
public final class Micro {

    private static final int SECONDS = 2;
    private static final int ITERATIONS = 5;

    private Micro() {}

    /**
     * @param names parts of class or method names; none for all
     * @param smoke once each, in this JVM, for no time at all
     * @return how many there were
     */
    public static int run(List<String> names, boolean smoke) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .shouldFailOnError(true);
        if (names.isEmpty()) {
            options.include("Micro");
        }
        names.forEach(options::include);
        if (smoke) {
            options.forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(1))
                    .verbosity(VerboseMode.SILENT);
        } else {
            options.forks(2)
                    .warmupIterations(ITERATIONS)
                    .warmupTime(TimeValue.seconds(SECONDS))
                    .measurementIterations(ITERATIONS)
                    .measurementTime(TimeValue.seconds(SECONDS))
                    .addProfiler("gc");
        }
        return new Runner(options.build()).run().size();
    }
}
