package io.tidegate.serving;

import io.tidegate.serving.config.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The gateway's process: {@code GatewayMain --config FILE.yaml}.
 *
 * <p>Prints one line with its addresses once it is ready. A broken configuration or a taken port: one line that names the field,
 * exit code 2; any other failure to start: exit code 1. SIGTERM stops it cleanly within {@link Gateway#stopLimit},
 * less than ten seconds by default.
 */
public final class GatewayMain {

    private static final String LOGGING = "log4j2.configurationFile";
    private static final long READY_POLL_MILLIS = 50;

    private GatewayMain() {}

    public static void main(String[] args) throws InterruptedException {
        // Before the first logger. Under a name of its own: a log4j2.properties in this jar could shadow another's.
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "classpath:io/tidegate/serving/log4j2-gateway.properties");
        }
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        int exitCode = run(args);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    private static int run(String[] args) throws InterruptedException {
        try {
            GatewayConfig config = GatewayConfig.load(configFile(args));
            Gateway gateway = Gateway.start(config).get();
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> stop(gateway, Gateway.stopLimit(config)), "gateway-stop"));
            announce(config, gateway);
            return 0;
        } catch (ConfigException e) {
            return complain(e.getMessage(), 2);
        } catch (ExecutionException | CompletionException e) {
            if (e.getCause() instanceof ConfigException problem) {
                return complain(problem.getMessage(), 2);
            }
            log().error("The gateway can't start", e.getCause());
            return complain("can't start: " + e.getCause().getMessage(), 1);
        }
    }

    private static Path configFile(String[] args) {
        if (args.length != 2 || !"--config".equals(args[0])) {
            throw new ConfigException("--config", "usage: GatewayMain --config FILE.yaml");
        }
        return Path.of(args[1]);
    }

    private static void announce(GatewayConfig config, Gateway gateway) throws InterruptedException {
        boolean said = false;
        while (!gateway.ready()) {
            if (!said) {
                log().info("Listening; waiting for what readiness depends on, see /health/ready");
                said = true;
            }
            Thread.sleep(READY_POLL_MILLIS);
        }
        System.out.printf(
                "Tidegate gateway listens on http://%s:%d, gRPC on %s:%d (health and metrics: http://%s:%d)%n",
                config.http().host(),
                gateway.httpPort(),
                config.grpc().host(),
                gateway.grpcPort(),
                config.ops().host(),
                gateway.opsPort());
    }

    private static Logger log() {
        return LoggerFactory.getLogger(GatewayMain.class);
    }

    private static int complain(String problem, int exitCode) {
        System.err.println("tidegate gateway: " + problem);
        return exitCode;
    }

    private static void stop(Gateway gateway, Duration limit) {
        try {
            gateway.stop().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            log().warn("Stopping failed", e.getCause());
        } catch (TimeoutException e) {
            log().warn("Stopping took longer than {}; leaving", limit);
        }
    }
}
