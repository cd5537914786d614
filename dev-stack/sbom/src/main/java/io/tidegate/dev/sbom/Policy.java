package io.tidegate.dev.sbom;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which licences are allowed, from a file of lines:
 *
 * <pre>
 * allow Apache-2.0                        a licence, as SPDX names it
 * also Apache License, Version 2.0 = Apache-2.0    another name for it
 * part group:artifact = MIT               what a part is under that doesn't say so itself
 * # a comment
 * </pre>
 */
final class Policy {

    private final Set<String> allowed = new HashSet<>();
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, String> parts = new HashMap<>();

    /** @throws IllegalArgumentException naming a line that isn't one */
    static Policy read(Path file) throws IOException {
        return of(Files.readAllLines(file));
    }

    static Policy of(List<String> lines) {
        Policy policy = new Policy();
        for (String line : lines) {
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            String[] sides = text.split(" = ", 2);
            if (text.startsWith("allow ") && sides.length == 1) {
                policy.allowed.add(text.substring("allow ".length()).strip());
            } else if (text.startsWith("also ") && sides.length == 2) {
                policy.names.put(sides[0].substring("also ".length()).strip(), sides[1].strip());
            } else if (text.startsWith("part ") && sides.length == 2) {
                policy.parts.put(sides[0].substring("part ".length()).strip(), sides[1].strip());
            } else {
                throw new IllegalArgumentException("Not a line of the list of licences: " + line);
            }
        }
        return policy;
    }

    /** The licence that a component is used under: the first allowed one; empty: none is. */
    Optional<String> licence(Component component) {
        Collection<String> stated =
                parts.containsKey(component.name()) ? List.of(parts.get(component.name())) : component.licences();
        return stated.stream()
                .map(name -> names.getOrDefault(name, name))
                .filter(allowed::contains)
                .findFirst();
    }

    /** Parts that the file speaks of and that aren't there any more. */
    Set<String> stale(Collection<Component> components) {
        Set<String> stale = new HashSet<>(parts.keySet());
        components.forEach(component -> stale.remove(component.name()));
        return stale;
    }
}
