package io.tidegate.dev.sbom;

import java.util.List;

/**
 * Something of somebody else's.
 *
 * @param name {@code group:artifact}, or {@code npm:package}
 * @param licences as it states them; any one may be chosen. Empty: it states none
 */
record Component(String name, String version, List<String> licences) {

    Component {
        licences = List.copyOf(licences);
    }
}
