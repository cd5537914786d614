package io.tidegate.dev.deploy.files;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Reads {@code deploy/kubernetes}. */
final class KubernetesFiles {

    static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

    private KubernetesFiles() {}

    /** What one {@code ---} holds. */
    record Document(String file, Map<String, Object> fields) {}

    static List<Document> documents() throws IOException {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        List<Document> documents = new ArrayList<>();
        try (Stream<Path> files = Files.list(ROOT.resolve("deploy/kubernetes"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                try (Reader reader = Files.newBufferedReader(file)) {
                    for (Object document : new Yaml(new SafeConstructor(options)).loadAll(reader)) {
                        documents.add(new Document(file.getFileName().toString(), map(document)));
                    }
                }
            }
        }
        return documents;
    }

    @SuppressWarnings("unchecked") // keys of these files are texts
    static Map<String, Object> map(Object node) {
        return (Map<String, Object>) node;
    }
}
