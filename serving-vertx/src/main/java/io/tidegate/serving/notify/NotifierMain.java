package io.tidegate.serving.notify;

import io.tidegate.serving.config.ConfigException;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * The notifier's process: {@code NotifierMain --config FILE.yaml}.
 *
 * <p>Prints one line once it reads alerts and notifications. A broken configuration or a taken port: one line that names the field,
 * exit code 2; any other failure to start: exit code 1. SIGTERM stops it cleanly, within a second or
 * two where no receiver keeps it waiting.
 */
public final class NotifierMain {

    private static final String LOGGING = "log4j2.configurationFile";
    private static final long READY_POLL_MILLIS = 50;

    private NotifierMain() {}

    public static void main(String[] args) throws InterruptedException {
        // Before the first logger, as in GatewayMain.
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "classpath:io/tidegate/serving/log4j2-gateway.properties");
        }
        int exitCode = run(args);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    private static int run(String[] args) throws InterruptedException {
        try {
            if (args.length != 2 || !"--config".equals(args[0])) {
                throw new ConfigException("--config", "usage: NotifierMain --config FILE.yaml");
            }
            NotifierConfig config = NotifierConfig.load(Path.of(args[1]));
            Notifier notifier = Notifier.start(config);
            Runtime.getRuntime().addShutdownHook(new Thread(notifier::stop, "notifier-stop"));
            while (!notifier.ready()) {
                Thread.sleep(READY_POLL_MILLIS);
            }
            System.out.printf(
                    "Tidegate notifier is running (health and metrics: http://%s:%d)%n",
                    config.ops().host(), notifier.opsPort());
            return 0;
        } catch (ConfigException e) {
            System.err.println("tidegate notifier: " + e.getMessage());
            return 2;
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(NotifierMain.class).error("The notifier can't start", e);
            System.err.println("tidegate notifier: can't start: " + e.getMessage());
            return 1;
        }
    }
}
