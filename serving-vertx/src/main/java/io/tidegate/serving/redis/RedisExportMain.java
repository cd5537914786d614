package io.tidegate.serving.redis;

import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.ops.OpsServer;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * The Redis export's process: {@code RedisExportMain --config FILE.yaml}. Prints one line once health and metrics can be asked for; Kafka
 * and Redis are waited for. A broken configuration or a taken port: one line that names the field, exit code 2; any other failure to
 * start: 1. SIGTERM stops it.
 */
public final class RedisExportMain {

    private static final String LOGGING = "log4j2.configurationFile";
    private static final long LIMIT_SECONDS = 10;

    private RedisExportMain() {}

    public static void main(String[] args) {
        // Before the first logger, as in GatewayMain.
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "classpath:io/tidegate/serving/log4j2-gateway.properties");
        }
        int exitCode = run(args);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    private static int run(String[] args) {
        Vertx vertx = Vertx.vertx();
        try {
            if (args.length != 2 || !"--config".equals(args[0])) {
                throw new ConfigException("--config", "usage: RedisExportMain --config FILE.yaml");
            }
            RedisExportConfig config = RedisExportConfig.load(Path.of(args[1]));
            PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            RedisExport export = new RedisExport(config, registry);
            new JvmMemoryMetrics().bindTo(registry);
            new ProcessorMetrics().bindTo(registry);
            AtomicBoolean stopping = new AtomicBoolean();
            OpsServer ops = new OpsServer(config.ops(), List.of(export), stopping::get, registry);
            await(vertx.deployVerticle(ops).compose(deployed -> vertx.deployVerticle(export)));
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                stopping.set(true);
                                await(vertx.close());
                            },
                            "redis-export-stop"));
            System.out.printf(
                    "Tidegate Redis export is running (health and metrics: http://%s:%d)%n",
                    config.ops().host(), ops.port());
            return 0;
        } catch (ConfigException e) {
            System.err.println("tidegate redis export: " + e.getMessage());
            vertx.close();
            return 2;
        } catch (IllegalStateException e) {
            LoggerFactory.getLogger(RedisExportMain.class).error("The Redis export can't start", e);
            System.err.println("tidegate redis export: can't start: " + e.getMessage());
            vertx.close();
            return 1;
        }
    }

    private static void await(io.vertx.core.Future<?> future) {
        try {
            future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("took longer than " + LIMIT_SECONDS + " s", e);
        }
    }
}
