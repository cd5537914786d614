package io.tidegate.dev.demo;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;

/**
 * Runs another main class as a child of the demo: {@code SupervisedMain MAIN_CLASS ARGS…}.
 *
 * <ul>
 *   <li>SIGINT and SIGHUP are ignored: a terminal sends them to the whole process group, but the supervisor stops its
 *       children itself, in order.
 *   <li>When standard input ends, the supervisor is gone, however it died: the child stops, by its shutdown hooks if they
 *       finish in time.
 * </ul>
 *
 * <p>JDK only: it is put on the class path of every child, whatever else is there.
 */
public final class SupervisedMain {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    private static final int EXIT_ORPHANED = 143;

    private SupervisedMain() {}

    public static void main(String[] args) throws Throwable {
        if (args.length == 0) {
            System.err.println("usage: SupervisedMain MAIN_CLASS ARGS…");
            System.exit(2);
        }
        ignore("INT");
        ignore("HUP");
        exitAtEndOf(System.in);
        Method main = Class.forName(args[0]).getMethod("main", String[].class);
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** By reflection: {@code sun.misc.Signal} has no replacement, and javac warns about every mention of it. */
    private static void ignore(String signalName) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance(signalName),
                            handler.getField("SIG_IGN").get(null));
        } catch (ReflectiveOperationException e) {
            System.err.println("SIG" + signalName + " can't be ignored here: " + e);
        }
    }

    private static void exitAtEndOf(InputStream in) {
        Thread watch = new Thread(
                () -> {
                    try {
                        while (in.read() >= 0) {
                            // Nothing is ever sent; only the end matters.
                        }
                    } catch (IOException e) {
                        // A broken pipe is the end too.
                    }
                    stop();
                },
                "supervisor-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static void stop() {
        Thread hooks = new Thread(() -> System.exit(EXIT_ORPHANED), "orphan-exit");
        hooks.setDaemon(true);
        hooks.start();
        try {
            hooks.join(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            // Nobody may delay the end of an orphan.
        }
        Runtime.getRuntime().halt(EXIT_ORPHANED);
    }
}
