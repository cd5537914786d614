package io.tidegate.bench.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * A file of {@code bench/workloads}: whole numbers by name, in two sizes.
 *
 * <pre>
 * full:  {users: 10000, events: 400000}
 * smoke: {users: 100, events: 4000}
 * </pre>
 */
public final class Workload {

    private final String name;
    private final Map<String, Long> numbers;

    private Workload(String name, Map<String, Long> numbers) {
        this.name = name;
        this.numbers = numbers;
    }

    /**
     * @param size {@code full}, or {@code smoke} for a run that only shows that it works
     * @throws IllegalArgumentException naming file and field
     */
    public static Workload read(Path directory, String name, String size) throws IOException {
        Path file = directory.resolve(name + ".yaml");
        Object document;
        try {
            document = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
        } catch (YAMLException e) {
            throw new IllegalArgumentException(file + ": no YAML: " + e.getMessage(), e);
        }
        if (!(document instanceof Map<?, ?> sizes) || !(sizes.get(size) instanceof Map<?, ?> fields)) {
            throw new IllegalArgumentException(file + ": " + size + ": a mapping is expected");
        }
        Map<String, Long> numbers = new TreeMap<>();
        fields.forEach((field, value) -> {
            if (!(value instanceof Integer || value instanceof Long)) {
                throw new IllegalArgumentException(
                        file + ": " + size + "." + field + ": a whole number is expected, got " + value);
            }
            numbers.put(String.valueOf(field), ((Number) value).longValue());
        });
        return new Workload(name, numbers);
    }

    /** @throws IllegalArgumentException where the workload doesn't say */
    public int number(String field) {
        Long number = numbers.get(field);
        if (number == null) {
            throw new IllegalArgumentException("workload " + name + ": " + field + " is missing");
        }
        return Math.toIntExact(number);
    }
}
