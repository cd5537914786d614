package io.tidegate.dev.demo.supervise;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;

/**
 * A child for tests: {@code NAME DIARY [EXIT_CODE]}. Writes {@code started NAME} and {@code stopped NAME} into the diary; with
 * an exit code it ends with it at once.
 */
public final class FakeChild {

    static final String READY = "ready";

    private FakeChild() {}

    public static void main(String[] args) throws Exception {
        String name = args[0];
        Path diary = Path.of(args[1]);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> write(diary, "stopped " + name)));
        write(diary, "started " + name);
        if (args.length > 2) {
            System.out.println("last words of " + name);
            System.exit(Integer.parseInt(args[2]));
        }
        System.out.println(READY);
        new CountDownLatch(1).await();
    }

    private static void write(Path diary, String line) {
        try {
            Files.writeString(diary, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
