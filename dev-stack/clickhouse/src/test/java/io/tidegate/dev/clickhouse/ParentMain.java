package io.tidegate.dev.clickhouse;

import java.io.IOException;
import java.nio.file.Path;

/** A process that starts an engine, prints the engine's process id and waits to be killed. */
final class ParentMain {

    private ParentMain() {}

    public static void main(String... arguments) throws IOException, InterruptedException {
        ClickHouseProcess clickHouse = ClickHouseProcess.start(Path.of(arguments[0]));
        System.out.println(clickHouse.pid());
        Thread.currentThread().join();
    }
}
