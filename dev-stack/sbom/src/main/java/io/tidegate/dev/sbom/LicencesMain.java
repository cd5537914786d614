package io.tidegate.dev.sbom;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * {@code BOM NPM_LOCK POLICY OUT}: writes the list of licences, and fails where a component has none that is allowed. Runs in the build.
 */
public final class LicencesMain {

    private LicencesMain() {}

    public static void main(String[] args) throws IOException {
        List<Component> components = new ArrayList<>(Components.ofBom(Path.of(args[0])));
        components.addAll(Components.ofNpmLock(Path.of(args[1])));
        components.sort(Comparator.comparing(Component::name).thenComparing(Component::version));
        Policy policy = Policy.read(Path.of(args[2]));
        Files.writeString(Path.of(args[3]), report(components, policy));
    }

    /** @throws IllegalStateException naming every component that isn't allowed, and every line that is no longer needed */
    static String report(List<Component> components, Policy policy) {
        StringBuilder report = new StringBuilder("| part | version | licence |\n|---|---|---|\n");
        List<String> refused = new ArrayList<>();
        for (Component component : components) {
            Optional<String> licence = policy.licence(component);
            if (licence.isEmpty()) {
                refused.add(component.name() + " " + component.version() + ": "
                        + (component.licences().isEmpty() ? "states no licence" : component.licences()));
            }
            report.append("| ")
                    .append(component.name())
                    .append(" | ")
                    .append(component.version())
                    .append(" | ")
                    .append(licence.orElse("?"))
                    .append(" |\n");
        }
        policy.stale(components).forEach(part -> refused.add(part + ": isn't there any more"));
        if (!refused.isEmpty()) {
            throw new IllegalStateException(
                    "dev-stack/sbom/licences.txt doesn't allow:\n" + String.join("\n", refused));
        }
        return report.toString();
    }
}
