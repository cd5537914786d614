package io.tidegate.jobs.fraud;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code scripts/new-pattern}, run in a copy of what it reads and writes. */
class NewPatternTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String MAIN = "flink-jobs/src/main/java/io/tidegate/jobs/fraud";
    private static final String TEST = "flink-jobs/src/test/java/io/tidegate/jobs/fraud";
    private static final String RULES = "contracts/src/main/java/io/tidegate/contracts/rules";
    private static final String RULE_RESOURCES = "contracts/src/main/resources/io/tidegate/contracts/rules";

    private record Outcome(int status, String out, String error) {}

    @TempDir
    private Path copy;

    @BeforeEach
    void copyTheSources() throws IOException {
        for (String part : List.of(
                "scripts/new-pattern",
                "scripts/lib/new-pattern",
                MAIN,
                TEST,
                RULES,
                RULE_RESOURCES,
                "docs/detection.md")) {
            copyInto(copy, part);
        }
    }

    /** Compiled with the warnings of the build as errors, against the copy's registration, and run. */
    @Test
    void whatItWritesCompilesAndItsTestPasses() throws Exception {
        // When
        Outcome outcome = generate("large-payout");

        // Then
        assertThat(outcome.status()).as(outcome.error()).isZero();
        Path classes = Files.createDirectory(copy.resolve("classes"));
        compile(classes);
        copyFiles(copy.resolve(RULE_RESOURCES), classes.resolve("io/tidegate/contracts/rules"));
        assertThat(runTests(classes, "io.tidegate.jobs.fraud.LargePayoutTest"))
                .as("tests that passed")
                .hasSizeGreaterThanOrEqualTo(4);
        assertThat(Files.readString(copy.resolve("docs/detection.md")))
                .contains("\n| `large-payout` | warning | 1 min | `amount` 1000000 | user |\n\n")
                .contains("\n- **large-payout**: ");
    }

    @Test
    void aSecondRuleGoesBesideTheFirst() throws Exception {
        assertThat(generate("large-payout").status()).isZero();
        assertThat(generate("larger-payout-2").status()).isZero();

        assertThat(Files.readString(copy.resolve(MAIN).resolve("FraudPatterns.java")))
                .contains("patterns.put(LargePayout.ID, LargePayout::new);\n"
                        + "        patterns.put(LargerPayout2.ID, LargerPayout2::new);\n");
    }

    @Test
    void theSameNameGivesTheSameFiles() throws Exception {
        Path second = Files.createDirectory(copy.resolve("second"));
        for (String part : List.of("scripts", "flink-jobs", "contracts", "docs")) {
            copyFiles(copy.resolve(part), second.resolve(part));
        }

        assertThat(generate(copy, "large-payout").status()).isZero();
        assertThat(generate(second, "large-payout").status()).isZero();

        for (String part : List.of("flink-jobs", "contracts", "docs")) {
            assertThat(contents(second.resolve(part))).isEqualTo(contents(copy.resolve(part)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "payout",
                "Large-Payout",
                "large_payout",
                "large-",
                "2-payouts",
                "large-payout;id",
                "../../payout-now",
                "a-name-that-is-longer-than-any-rule-needs",
                "rapid-bets",
                "post-surge",
                "fraud-pattern",
                "rule-set",
                "simple-condition",
                "runtime-exception"
            })
    void aNameThatCannotBeIsRefusedInOneLineAndNothingChanges(String name) throws Exception {
        Map<String, String> before = contents(copy);

        Outcome outcome = generate(name);

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.error()).startsWith("new-pattern: ").hasLineCount(1);
        assertThat(contents(copy)).isEqualTo(before);
    }

    private Outcome generate(String name) throws Exception {
        return generate(copy, name);
    }

    private static Outcome generate(Path checkout, String name) throws Exception {
        Path out = Files.createTempFile(checkout.getParent(), "out", "");
        Path error = Files.createTempFile(checkout.getParent(), "error", "");
        int status = new ProcessBuilder(checkout.resolve("scripts/new-pattern").toString(), name)
                .redirectOutput(out.toFile())
                .redirectError(error.toFile())
                .start()
                .waitFor();
        Outcome outcome = new Outcome(status, Files.readString(out), Files.readString(error));
        Files.delete(out);
        Files.delete(error);
        return outcome;
    }

    private void compile(Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Path> sources = List.of(
                copy.resolve(RULES).resolve("RuleCatalog.java"),
                copy.resolve(MAIN).resolve("FraudPatterns.java"),
                copy.resolve(MAIN).resolve("LargePayout.java"),
                copy.resolve(TEST).resolve("LargePayoutTest.java"));
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options = List.of(
                    "--release",
                    "17",
                    "-Xlint:all,-processing,-classfile,-serial,-try",
                    "-Werror",
                    "-proc:none",
                    "-d",
                    classes.toString(),
                    "-cp",
                    classPath());
            boolean compiled = compiler.getTask(
                            messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(compiled).as(messages.toString()).isTrue();
        }
    }

    /**
     * Runs the class's tests on classes of the copy wherever it has one, apart from the classes that run now.
     *
     * @return the names of those that passed; the first that fails ends it
     */
    private static List<String> runTests(Path classes, String testClass) throws Exception {
        List<URL> urls = new ArrayList<>();
        urls.add(classes.toUri().toURL());
        for (String entry : classPath().split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        List<String> passed = new ArrayList<>();
        try (URLClassLoader apart =
                new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            thread.setContextClassLoader(apart);
            Class<?> tests = apart.loadClass(testClass);
            Constructor<?> constructor = tests.getDeclaredConstructor();
            constructor.setAccessible(true);
            for (Method method : tests.getDeclaredMethods()) {
                if (Arrays.stream(method.getAnnotations())
                        .anyMatch(annotation ->
                                annotation.annotationType().getName().equals(Test.class.getName()))) {
                    method.setAccessible(true);
                    method.invoke(constructor.newInstance());
                    passed.add(method.getName());
                }
            }
        } finally {
            thread.setContextClassLoader(before);
        }
        return passed;
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static void copyInto(Path checkout, String part) throws IOException {
        copyFiles(ROOT.resolve(part), checkout.resolve(part));
    }

    /** A file, or a directory with what is below it. */
    private static void copyFiles(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    try (InputStream in = Files.newInputStream(file)) {
                        Files.copy(in, target);
                    }
                    target.toFile().setExecutable(Files.isExecutable(file));
                }
            }
        }
    }

    private static Map<String, String> contents(Path directory) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(directory.relativize(file).toString(), Files.readString(file));
            }
        }
        return contents;
    }
}
