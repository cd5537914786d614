package io.tidegate.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** openapi.yaml against the routes of the gateway as it is assembled. */
class ApiDescriptionTest {

    /** Files of the pages, and the console itself, which is only there where Maven has built it. */
    private static final List<String> PAGES = List.of("get /console/", "get /docs/");

    private static final String CONSOLE = "get /";

    @TempDir
    static Path directory;

    @Test
    void everyRouteIsDescribedAndEveryDescribedRouteIsThereUnlessItIsCalledPlanned() throws IOException {
        Set<String> described = new TreeSet<>();
        Set<String> planned = new TreeSet<>();
        openapi().getJsonObject("paths").forEach(path -> ((JsonObject) path.getValue()).forEach(member -> {
            if (member.getValue() instanceof JsonObject operation) {
                (operation.containsKey("x-tidegate-status") ? planned : described)
                        .add(member.getKey() + " " + path.getKey());
            }
        }));
        Set<String> mounted = mounted();
        described.remove(CONSOLE);
        mounted.remove(CONSOLE);

        assertThat(described).isEqualTo(mounted);
        assertThat(planned).doesNotContainAnyElementsOf(mounted);
    }

    private static Set<String> mounted() throws IOException {
        TestTokens.withKeyIn(directory);
        Path yaml = Files.writeString(
                directory.resolve("gateway.yaml"),
                "kafka: {bootstrapServers: '127.0.0.1:9'}\nclickhouse: {url: 'http://127.0.0.1:9'}\n"
                        + "auth: {publicKeyFile: public.pem, issuer: tidegate, audience: tidegate}\n");
        Set<String> mounted = new TreeSet<>();
        for (Route route : Gateway.routes(GatewayConfig.load(yaml))) {
            if (route.getPath() != null && route.methods() != null) {
                String path = route.getPath().replaceAll(":(\\w+)", "{$1}");
                route.methods().forEach(method -> mounted.add(method.name().toLowerCase(Locale.ROOT) + " " + path));
            }
        }
        mounted.removeIf(route -> PAGES.stream().anyMatch(route::startsWith));
        return mounted;
    }

    @Test
    void everyReferenceLeadsSomewhereAndEveryOperationHasANameOfItsOwn() throws IOException {
        JsonObject openapi = openapi();
        List<String> references = new ArrayList<>();
        List<String> operations = new ArrayList<>();
        collect(openapi, references, operations);

        assertThat(references).hasSizeGreaterThan(50).allSatisfy(reference -> {
            Object at = openapi;
            for (String step : reference.substring(2).split("/")) {
                assertThat(at).as(reference).isInstanceOf(JsonObject.class);
                at = ((JsonObject) at).getValue(step);
            }
            assertThat(at).as(reference).isNotNull();
        });
        assertThat(new HashSet<>(operations)).hasSameSizeAs(operations);
        assertThat(openapi.getString("openapi")).startsWith("3.1");
    }

    private static void collect(Object node, List<String> references, List<String> operations) {
        if (node instanceof JsonArray array) {
            array.forEach(item -> collect(item, references, operations));
        } else if (node instanceof JsonObject object) {
            for (Map.Entry<String, Object> member : object) {
                if (member.getKey().equals("$ref")) {
                    references.add((String) member.getValue());
                } else if (member.getKey().equals("operationId")) {
                    operations.add((String) member.getValue());
                } else {
                    collect(member.getValue(), references, operations);
                }
            }
        }
    }

    private static JsonObject openapi() throws IOException {
        try (InputStream in = Gateway.class.getResourceAsStream("console/openapi.yaml")) {
            Map<String, Object> loaded = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            return new JsonObject(loaded);
        }
    }
}
