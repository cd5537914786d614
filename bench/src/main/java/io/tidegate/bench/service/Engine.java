package io.tidegate.bench.service;

import io.tidegate.bench.Home;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import java.io.IOException;
import java.nio.file.Path;

/** The ClickHouse engine beside the process under test, with all tables; one for this JVM, started when it is first asked for. */
public final class Engine {

    private static ClickHouseProcess only;

    private Engine() {}

    public static synchronized ClickHouseProcess get() throws IOException {
        if (only == null) {
            // It ends itself when this JVM does.
            Path directory = Directories.temporary("clickhouse", Engine::kill);
            only = ClickHouseProcess.start(directory);
            Migrations.apply(only.uri(), Home.directory().resolve("sql").resolve("clickhouse"));
        }
        return only;
    }

    private static synchronized void kill() {
        try {
            if (only != null) {
                only.kill();
            }
        } catch (IOException e) {
            System.err.println("the engine can't be killed: " + e);
        }
    }
}
