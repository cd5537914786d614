package io.tidegate.dev.demo;

import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.demo.auth.NotifierKeys;
import io.tidegate.dev.demo.auth.TokenIssuer;
import io.tidegate.dev.demo.supervise.PidFiles;
import io.tidegate.dev.demo.supervise.StartFailure;
import io.tidegate.dev.demo.supervise.Supervisor;
import io.tidegate.dev.demo.traffic.Traffic;
import io.tidegate.dev.kafka.TopicSetup;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Starts the parts of the demo in the order in which they need each other, and stops them in the reverse order. */
final class Demo {

    private static final int PARTITIONS = 4;

    private final DemoSettings settings;
    private final DataDirectory data;
    private final Consumer<String> say;
    private final Supervisor supervisor;

    // Guarded by this.
    private Traffic traffic;
    private boolean stopping;

    Demo(DemoSettings settings, DataDirectory data, PidFiles pids, Consumer<String> say) {
        this.settings = settings;
        this.data = data;
        this.say = say;
        this.supervisor = new Supervisor(data.logs(), pids, say);
    }

    /** Returns when every part answers, all jobs run and the traffic flows. */
    void start() throws IOException, GeneralSecurityException, StartFailure, InterruptedException {
        data.writePorts(settings.ports());
        TokenIssuer tokens = TokenIssuer.of(data.root());
        new NotifierKeys(data.root()).ensure();
        ChildSpecs children = new ChildSpecs(settings, data);

        // These two need nobody, so they start side by side.
        say.accept("Starting ClickHouse and Kafka");
        supervisor.launch(children.engine());
        supervisor.launch(children.broker());
        supervisor.awaitReady(ChildSpecs.ENGINE);
        Migrations.apply(children.clickhouse(), settings.home().resolve("sql/clickhouse"));
        say.accept("ClickHouse is ready, the schema is up to date");
        supervisor.awaitReady(ChildSpecs.BROKER);
        TopicSetup.ensure(children.kafka(), PARTITIONS);
        say.accept("Kafka is ready, the topics are there");

        say.accept("Starting the Flink jobs and the gateway");
        supervisor.launch(children.flink());
        supervisor.launch(children.gateway());
        supervisor.awaitReady(ChildSpecs.GATEWAY);
        say.accept("The gateway is ready");
        supervisor.launch(children.notifier());
        supervisor.awaitReady(ChildSpecs.NOTIFIER);
        say.accept("The notifier is ready");
        supervisor.awaitReady(ChildSpecs.FLINK);
        say.accept("All jobs are running");
        startTraffic(tokens);
    }

    /** Completes with a reason when a part is beyond help. */
    CompletableFuture<String> gaveUp() {
        return supervisor.gaveUp();
    }

    /** Traffic, notifier, gateway, Flink (with a last checkpoint), broker, engine. Returns when all processes are gone. */
    void stop() {
        Traffic flowing;
        synchronized (this) {
            stopping = true;
            flowing = traffic;
        }
        if (flowing != null) {
            flowing.stop();
        }
        supervisor.stopAll();
    }

    private synchronized void startTraffic(TokenIssuer tokens) {
        if (settings.eventsPerSecond().isEmpty() || stopping) {
            return;
        }
        URI events = URI.create("http://" + Ports.HOST + ":" + settings.ports().http() + "/api/v1/events");
        traffic = Traffic.start(events, tokens, settings.eventsPerSecond().getAsInt());
        say.accept("Demo traffic: " + settings.eventsPerSecond().getAsInt() + " events a second");
    }
}
