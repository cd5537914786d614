package io.tidegate.dev.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Classes of a class path as the JVM has parsed and verified them, in a file that later processes map ("class data sharing"). A TaskManager
 * loads ten thousand of them before its first record, which is most of what makes one that has just been started slow to take over jobs.
 *
 * <p>The file's name says what it was made of: class path, jars, JVM. The JVM would refuse any other.
 */
final class ClassArchive {

    private static final String PREFIX = "classes-";
    private static final String SUFFIX = ".jsa";
    private static final String OPTION = "-XX:SharedArchiveFile=";
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int HASH_BYTES = 6;

    private final String family;
    private final Path file;

    /** @param family begins the names of all that were made with this class path */
    private ClassArchive(Path directory, String family, String rest) {
        this.family = family;
        this.file = directory.resolve(family + rest);
    }

    /**
     * @param directory where it is kept, beside those of other builds
     * @param classPath as on the command line
     */
    static ClassArchive of(Path directory, String classPath) throws IOException {
        StringBuilder made = new StringBuilder(System.getProperty("java.home") + System.getProperty("java.vm.version"));
        for (Path jar : jars(classPath)) {
            made.append('\n')
                    .append(jar)
                    .append(' ')
                    .append(Files.size(jar))
                    .append(' ')
                    .append(Files.getLastModifiedTime(jar).toMillis());
        }
        return new ClassArchive(directory, PREFIX + hash(classPath) + '-', hash(made.toString()) + SUFFIX);
    }

    private static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JVM has SHA-256", e);
        }
    }

    private static List<Path> jars(String classPath) throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            if (entry.endsWith("*")) {
                try (Stream<Path> files = Files.list(Path.of(entry).getParent())) {
                    files.filter(file -> file.toString().endsWith(".jar"))
                            .sorted()
                            .forEach(jars::add);
                }
            } else {
                jars.add(Path.of(entry));
            }
        }
        return jars;
    }

    /** For the command line, where it counts from the moment on at which there is an archive: see {@link #isUseless}. */
    String option() {
        return OPTION + file;
    }

    /** With an archive that isn't there the JVM would do without its own one too. */
    static boolean isUseless(String argument) {
        return argument.startsWith(OPTION) && !Files.exists(Path.of(argument.substring(OPTION.length())));
    }

    boolean exists() {
        return Files.exists(file);
    }

    /**
     * Makes it of the classes that a process has loaded, which goes on meanwhile; takes some seconds of a processor. Removes those of
     * earlier builds with the same class path.
     *
     * @param pid runs with this class path; its working directory gets two files of what was said meanwhile
     * @param log for what the tool says
     * @throws IOException when there is none afterwards, with the reason; processes then start as before
     */
    void make(long pid, Path log) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            throw new IOException("this Java has no jcmd");
        }
        removeOthers();
        Process process = new ProcessBuilder(
                        jcmd.toString(), Long.toString(pid), "VM.cds", "static_dump", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        if (!exists()) {
            throw new IOException("see " + log);
        }
    }

    private void removeOthers() throws IOException {
        try (Stream<Path> files = Files.list(file.getParent())) {
            files.filter(other -> other.getFileName().toString().startsWith(family))
                    .forEach(ClassArchive::delete);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
