package io.tidegate.serving.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.http.RouteModule;
import io.vertx.ext.web.Router;

/**
 * {@code tidegate.http.responses}: answers of the public HTTP API by the class of their status ({@code 2xx} and so on). Availability
 * is worked out of it. Before all other features, because it counts what they answer.
 */
public final class ResponseCounts implements RouteModule {

    private static final int CLASSES = 5;

    private final Counter[] answered = new Counter[CLASSES];

    public ResponseCounts(MeterRegistry registry) {
        for (int i = 0; i < CLASSES; i++) {
            answered[i] = Counter.builder("tidegate.http.responses")
                    .description("Answers of the public HTTP API")
                    .tag("status", (i + 1) + "xx")
                    .register(registry);
        }
    }

    @Override
    public void mount(Router router, Auth auth) {
        router.route().handler(context -> {
            context.addEndHandler(done -> {
                if (done.succeeded()) {
                    count(context.response().getStatusCode());
                }
            });
            context.next();
        });
    }

    void count(int status) {
        int index = status / 100 - 1;
        if (index >= 0 && index < CLASSES) {
            answered[index].increment();
        }
    }
}
