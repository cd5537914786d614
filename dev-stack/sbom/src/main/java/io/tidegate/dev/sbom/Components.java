package io.tidegate.dev.sbom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Components as the tools of others list them. */
final class Components {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OURS = "io.tidegate";
    private static final String PACKAGES = "node_modules/";

    private Components() {}

    /** Of a CycloneDX list; without parts of this project. */
    static List<Component> ofBom(Path file) throws IOException {
        List<Component> components = new ArrayList<>();
        for (JsonNode component : JSON.readTree(Files.readAllBytes(file)).path("components")) {
            String group = component.path("group").asText();
            if (group.equals(OURS)) {
                continue;
            }
            List<String> licences = new ArrayList<>();
            for (JsonNode licence : component.path("licenses")) {
                JsonNode stated = licence.path("license");
                String text = licence.path("expression")
                        .asText(stated.path("id").asText(stated.path("name").asText()));
                licences.addAll(alternatives(text));
            }
            components.add(new Component(
                    group + ":" + component.path("name").asText(),
                    component.path("version").asText(),
                    licences));
        }
        return components;
    }

    /** Of npm's lock file; without what is only needed to build and test, and without packages of this project. */
    static List<Component> ofNpmLock(Path file) throws IOException {
        List<Component> components = new ArrayList<>();
        JsonNode packages = JSON.readTree(Files.readAllBytes(file)).path("packages");
        packages.properties().forEach(entry -> {
            JsonNode part = entry.getValue();
            int name = entry.getKey().lastIndexOf(PACKAGES);
            if (name >= 0 && !part.path("dev").asBoolean() && !part.path("link").asBoolean()) {
                components.add(new Component(
                        "npm:" + entry.getKey().substring(name + PACKAGES.length()),
                        part.path("version").asText(),
                        alternatives(part.path("license").asText())));
            }
        });
        return components;
    }

    /** What may be chosen from: {@code (MIT OR Apache-2.0)} are two. */
    private static List<String> alternatives(String expression) {
        String inner = expression.startsWith("(") && expression.endsWith(")")
                ? expression.substring(1, expression.length() - 1)
                : expression;
        return Arrays.stream(inner.split(" OR "))
                .map(String::strip)
                .filter(licence -> !licence.isEmpty())
                .toList();
    }
}
