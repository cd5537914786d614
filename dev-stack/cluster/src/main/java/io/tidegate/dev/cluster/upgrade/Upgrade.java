package io.tidegate.dev.cluster.upgrade;

import io.tidegate.dev.cluster.upgrade.JobControl.Checkpoints;
import io.tidegate.dev.cluster.upgrade.JobControl.JobState;
import io.tidegate.dev.cluster.upgrade.JobControl.Submission;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One upgrade: stop with a savepoint, start the new version from it, watch it, and put the old one back from the same savepoint
 * where the new one doesn't do. Says what it does, a line a step.
 */
final class Upgrade {

    /** How it ended, and the exit status that says so. */
    enum Outcome {
        /** The new version runs. */
        DONE(0),
        /** The old version runs again, from the savepoint. */
        ROLLED_BACK(1),
        /** Nothing was changed. */
        REFUSED(2),
        /** No version runs. */
        DOWN(3);

        private final int exitStatus;

        Outcome(int exitStatus) {
            this.exitStatus = exitStatus;
        }

        int exitStatus() {
            return exitStatus;
        }
    }

    /**
     * @param job its name
     * @param jar the new version; empty for the jar that runs, with other arguments or another parallelism
     * @param oldJar what to put back; empty for the jar that the running job was started from, which the cluster must still have
     * @param arguments of the new version; empty for those of the running job
     * @param parallelism of the new version; empty for that of the running job
     * @param savepoints where the savepoint goes; empty for the cluster's own directory
     * @param limit for each of: the savepoint, the start until the first checkpoint
     * @param watch how long the new version must run without a restart after that
     */
    record Plan(
            String job,
            Optional<Path> jar,
            Optional<Path> oldJar,
            Optional<List<String>> arguments,
            Optional<Integer> parallelism,
            Optional<String> savepoints,
            Duration limit,
            Duration watch) {}

    /** A reader that is this far behind is near enough: a second or so of a busy topic. */
    private static final long SMALL_LAG = 10_000;

    private static final Duration POLL = Duration.ofMillis(250);

    private final JobControl flink;
    private final Plan plan;
    private final PrintStream out;

    Upgrade(JobControl flink, Plan plan, PrintStream out) {
        this.flink = flink;
        this.plan = plan;
        this.out = out;
    }

    Outcome run() {
        JobState job;
        Submission before;
        Submission after;
        String oldJar;
        String newJar;
        try {
            job = find();
            before = flink.submission(job.id())
                    .orElseThrow(() -> new IOException("it doesn't say how it was submitted: no Tidegate job"));
            say(
                    "1/6 found",
                    plan.job() + " " + job.id() + ", parallelism " + before.parallelism() + ", jar " + before.jar());
            oldJar = oldJar(before);
            newJar = plan.jar().isPresent() ? flink.upload(plan.jar().get()) : oldJar;
            after = new Submission(
                    before.mainClass(),
                    newJar,
                    plan.arguments().orElse(before.arguments()),
                    plan.parallelism().orElse(before.parallelism()),
                    before.configuration());
            flink.plan(newJar, after);
            say("2/6 checked", "the new version " + newJar + " makes a job with its arguments");
        } catch (IOException e) {
            say("refused", plan.job() + ": " + e.getMessage() + ". Nothing was changed.");
            return Outcome.REFUSED;
        }
        String savepoint;
        try {
            savepoint = stop(job.id());
            say("3/6 stopped", "savepoint " + savepoint);
        } catch (IOException e) {
            return notStopped(job, e);
        }
        Optional<String> started = Optional.empty();
        try {
            started = Optional.of(flink.run(newJar, after, savepoint));
            say("4/6 started", started.get() + ", parallelism " + after.parallelism());
            verify(started.get(), savepoint);
            say("6/6 done", plan.job() + " runs as " + started.get());
            return Outcome.DONE;
        } catch (IOException e) {
            say("failed", "the new version: " + e.getMessage());
            return rollBack(started, oldJar, before, savepoint);
        }
    }

    private JobState find() throws IOException {
        List<JobState> running = flink.jobs().stream()
                .filter(job -> job.name().equals(plan.job()) && !job.isTerminal())
                .toList();
        if (running.size() != 1) {
            throw new IOException(running.isEmpty() ? "no such job runs" : running.size() + " jobs of this name run");
        }
        if (!running.get(0).state().equals("RUNNING")) {
            throw new IOException("it is " + running.get(0).state() + ", not RUNNING");
        }
        return running.get(0);
    }

    /** Before anything is stopped: without a way back there is no way forward. */
    private String oldJar(Submission before) throws IOException {
        if (plan.oldJar().isPresent()) {
            return flink.upload(plan.oldJar().get());
        }
        if (!flink.jars().contains(before.jar())) {
            throw new IOException("its jar " + before.jar()
                    + " is no longer in the cluster, so there would be no way back; give it with --old-jar");
        }
        return before.jar();
    }

    private String stop(String job) throws IOException {
        String request = flink.stop(job, plan.savepoints());
        Deadline deadline = new Deadline(plan.limit());
        while (true) {
            Optional<String> savepoint = flink.savepoint(job, request);
            if (savepoint.isPresent() && flink.job(job).isTerminal()) {
                return savepoint.get();
            }
            deadline.pause("the savepoint isn't complete");
        }
    }

    private Outcome notStopped(JobState job, IOException failure) {
        try {
            if (!flink.job(job.id()).isTerminal()) {
                say(
                        "refused",
                        plan.job() + " couldn't be stopped with a savepoint: " + failure.getMessage()
                                + ". It goes on as it was.");
                return Outcome.REFUSED;
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        say(
                "down",
                plan.job() + " may have ended without a savepoint: " + failure.getMessage()
                        + ". Start it from its newest checkpoint.");
        return Outcome.DOWN;
    }

    /** @throws IOException that says what is wrong with the job */
    private void verify(String job, String savepoint) throws IOException {
        Deadline deadline = new Deadline(plan.limit());
        while (!flink.allTasksRun(job) || flink.checkpoints(job).completed() == 0) {
            requireHealthy(job);
            deadline.pause("no checkpoint completes, or not all tasks run");
        }
        Checkpoints first = flink.checkpoints(job);
        if (!samePath(first.restoredFrom(), savepoint)) {
            throw new IOException("it didn't restore the savepoint but "
                    + (first.restoredFrom().isEmpty() ? "nothing" : first.restoredFrom()));
        }
        OptionalLong lagBefore = flink.lag(job);
        say(
                "5/6 restored",
                "all tasks run, first checkpoint done, lag " + text(lagBefore) + "; watching for "
                        + plan.watch().toSeconds() + " s");
        Deadline watched = new Deadline(plan.watch());
        Deadline another = new Deadline(plan.limit());
        while (!watched.isOver() || flink.checkpoints(job).completed() <= first.completed()) {
            requireHealthy(job);
            another.pause("no further checkpoint completes");
        }
        OptionalLong lagAfter = flink.lag(job);
        if (lagAfter.isPresent()
                && lagAfter.getAsLong() > SMALL_LAG
                && lagBefore.isPresent()
                && lagAfter.getAsLong() >= lagBefore.getAsLong()) {
            throw new IOException("it falls behind: lag " + text(lagBefore) + ", then " + text(lagAfter));
        }
        say("5/6 verified", flink.checkpoints(job).completed() + " checkpoints, no restart, lag " + text(lagAfter));
    }

    private void requireHealthy(String job) throws IOException {
        JobState state = flink.job(job);
        if (state.isTerminal()) {
            throw new IOException("it is " + state.state() + ": " + flink.failure(job));
        }
        if (flink.restarts(job) > 0) {
            throw new IOException("it restarts: " + flink.failure(job));
        }
    }

    private Outcome rollBack(Optional<String> started, String oldJar, Submission before, String savepoint) {
        try {
            int committed = 0;
            if (started.isPresent()) {
                committed = flink.checkpoints(started.get()).completed();
                cancel(started.get());
            }
            String back = flink.run(oldJar, before, savepoint);
            say("rolling back", "old version " + oldJar + " as " + back);
            verify(back, savepoint);
            say("rolled back", plan.job() + " runs as " + back + ", from " + savepoint);
            if (committed > 0) {
                say(
                        "look",
                        "the new version completed " + committed
                                + " checkpoints: what it wrote is written again. Rows of it have _lineage ending in "
                                + started.get() + "; docs/upgrades.md says what to do with them");
            }
            return Outcome.ROLLED_BACK;
        } catch (IOException e) {
            say(
                    "down",
                    plan.job() + " couldn't be put back: " + e.getMessage() + ". Start it by hand from " + savepoint);
            return Outcome.DOWN;
        }
    }

    private void cancel(String job) throws IOException {
        if (!flink.job(job).isTerminal()) {
            flink.cancel(job);
        }
        Deadline deadline = new Deadline(plan.limit());
        while (!flink.job(job).isTerminal()) {
            deadline.pause("the new version can't be cancelled");
        }
    }

    /** Flink writes {@code file:/a} and {@code file:///a} for one place. */
    private static boolean samePath(String one, String other) {
        return one.replaceFirst("^file:/+", "/").equals(other.replaceFirst("^file:/+", "/"));
    }

    private static String text(OptionalLong lag) {
        return lag.isPresent() ? Long.toString(lag.getAsLong()) : "unknown";
    }

    private void say(String step, String what) {
        out.println(step + ": " + what);
        out.flush();
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** A point in time, and waiting for something until then. */
    private static final class Deadline {

        private final Duration limit;
        private final long startNanos = System.nanoTime();

        Deadline(Duration limit) {
            this.limit = limit;
        }

        boolean isOver() {
            return System.nanoTime() - startNanos > limit.toNanos();
        }

        /** @throws IOException with {@code otherwise} when the time is over */
        void pause(String otherwise) throws IOException {
            if (isOver()) {
                throw new IOException(otherwise + " within " + limit.toSeconds() + " s");
            }
            Upgrade.pause();
        }
    }
}
