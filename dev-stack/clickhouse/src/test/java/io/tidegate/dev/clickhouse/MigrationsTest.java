package io.tidegate.dev.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationsTest {

    @TempDir
    static Path data;

    private static ClickHouseProcess clickHouse;

    @TempDir
    Path files;

    @BeforeAll
    static void startClickHouse() throws IOException {
        clickHouse = ClickHouseProcess.start(data);
    }

    @AfterAll
    static void stopClickHouse() throws IOException {
        clickHouse.close();
    }

    @BeforeEach
    void dropEverything() throws IOException {
        clickHouse.query("DROP DATABASE IF EXISTS tidegate");
    }

    @Test
    void theProjectsFilesApplyOnceAndThenNothingIsLeftToDo() throws IOException {
        // Given
        Path projectFiles = Path.of("..", "..", "sql", "clickhouse");

        // When
        var first = Migrations.apply(clickHouse.uri(), projectFiles);
        var second = Migrations.apply(clickHouse.uri(), projectFiles);

        // Then
        assertThat(first).contains("001_events.sql", "003_windows.sql").isSorted();
        assertThat(second).isEmpty();
        assertThat(clickHouse.query("EXISTS tidegate.events")).isEqualTo("1\n");
        assertThat(clickHouse.query("SELECT count() FROM tidegate.schema_migrations"))
                .isEqualTo(first.size() + "\n");
    }

    @Test
    void asACommandItTakesTheFirstServerThatAnswersAndTellsHowItWent() throws IOException {
        // Given
        write("1_first.sql", "CREATE TABLE tidegate.a (x Int32) ENGINE = Memory;");
        String urls = "http://127.0.0.1:1," + clickHouse.uri();

        // Then
        assertThat(MigrationsMain.run("--url", urls, "--sql", files.toString())).isZero();
        assertThat(clickHouse.query("EXISTS tidegate.a")).isEqualTo("1\n");
        assertThat(MigrationsMain.run("--url", urls, "--sql", files.toString())).isZero();

        write("2_second.sql", "CREATE TABLE tidegate.b (x Nonsense) ENGINE = Memory;");
        assertThat(MigrationsMain.run("--url", urls, "--sql", files.toString())).isEqualTo(1);
        assertThat(MigrationsMain.run("--url", "http://127.0.0.1:1", "--sql", files.toString()))
                .isEqualTo(1);
        assertThat(MigrationsMain.run("--urls", urls)).isEqualTo(2);
    }

    @Test
    void aNewFileIsAppliedBehindTheOldOnesAndInTheOrderOfNumbers() throws IOException {
        // Given
        write("1_first.sql", "CREATE TABLE tidegate.a (x Int32) ENGINE = Memory; -- a comment; with a semicolon\n");
        Migrations.apply(clickHouse.uri(), files);
        write("10_third.sql", "INSERT INTO tidegate.a SELECT 10 + max(x) FROM tidegate.a;");
        write("2_second.sql", "INSERT INTO tidegate.a SELECT 2; INSERT INTO tidegate.a SELECT 3;");

        // When
        var applied = Migrations.apply(clickHouse.uri(), files);

        // Then
        assertThat(applied).containsExactly("2_second.sql", "10_third.sql");
        assertThat(clickHouse.query("SELECT x FROM tidegate.a ORDER BY x")).isEqualTo("2\n3\n13\n");
    }

    @Test
    void aChangedFileIsAnErrorThatNamesIt() throws IOException {
        // Given
        write("1_first.sql", "CREATE TABLE tidegate.a (x Int32) ENGINE = Memory");
        Migrations.apply(clickHouse.uri(), files);
        write("1_first.sql", "CREATE TABLE tidegate.a (x Int64) ENGINE = Memory");

        // When / Then
        assertThatThrownBy(() -> Migrations.apply(clickHouse.uri(), files))
                .isInstanceOf(Migrations.MigrationException.class)
                .hasMessageContaining("1_first.sql was changed");
    }

    @Test
    void lineEndsOfAnotherSystemAreNoChange() throws IOException {
        // Given
        write("1_first.sql", "CREATE TABLE tidegate.a\n(x Int32) ENGINE = Memory\n");
        Migrations.apply(clickHouse.uri(), files);
        write("1_first.sql", "CREATE TABLE tidegate.a\r\n(x Int32) ENGINE = Memory\r\n");

        // When / Then
        assertThat(Migrations.apply(clickHouse.uri(), files)).isEmpty();
    }

    @Test
    void aFailingStatementIsNamedAndItsFileNotRemembered() throws IOException {
        // Given
        write("1_first.sql", "SELECT 1; SELECT nothing_of_that_name");

        // When / Then
        assertThatThrownBy(() -> Migrations.apply(clickHouse.uri(), files))
                .hasMessageContaining("1_first.sql, statement 2: Code: 47");
        assertThat(clickHouse.query("SELECT count() FROM tidegate.schema_migrations"))
                .isEqualTo("0\n");
    }

    @Test
    void twoFilesOfOneNumberAreRefused() throws IOException {
        // Given
        write("1_first.sql", "SELECT 1");
        write("01_again.sql", "SELECT 1");

        // When / Then
        assertThatThrownBy(() -> Migrations.apply(clickHouse.uri(), files))
                .hasMessageContaining("have the same number");
    }

    private void write(String name, String sql) throws IOException {
        Files.writeString(files.resolve(name), sql);
    }
}
