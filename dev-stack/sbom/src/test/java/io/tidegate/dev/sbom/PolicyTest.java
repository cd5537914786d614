package io.tidegate.dev.sbom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyTest {

    private static final Policy POLICY = Policy.of(List.of(
            "# comment",
            "",
            "allow MIT",
            "allow Apache-2.0",
            "also The MIT License = MIT",
            "part g:silent = Apache-2.0"));

    @TempDir
    Path directory;

    @Test
    void oneAllowedLicenceOfSeveralWillDo() {
        assertThat(POLICY.licence(part("g:a", "GPL-2.0-only", "The MIT License")))
                .contains("MIT");
        assertThat(POLICY.licence(part("g:a", "GPL-2.0-only"))).isEmpty();
        assertThat(POLICY.licence(part("g:a"))).isEmpty();
        assertThat(POLICY.licence(part("g:silent"))).contains("Apache-2.0");
    }

    @Test
    void whatIsNotAllowedFailsTheBuildByName() {
        assertThatThrownBy(() -> LicencesMain.report(
                        List.of(part("g:silent"), part("g:ok", "MIT"), part("g:bad", "AGPL-3.0"), part("g:none")),
                        POLICY))
                .hasMessageContaining("g:bad 1: [AGPL-3.0]")
                .hasMessageContaining("g:none 1: states no licence")
                .hasMessageNotContaining("g:ok");
        assertThatThrownBy(() -> LicencesMain.report(List.of(), POLICY)).hasMessageContaining("g:silent");
        assertThat(LicencesMain.report(List.of(part("g:silent")), POLICY)).contains("| g:silent | 1 | Apache-2.0 |");
    }

    @Test
    void aLineThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Policy.of(List.of("alow MIT"))).hasMessageContaining("alow MIT");
    }

    @Test
    void componentsAreThoseOfOthersThatAreDelivered() throws IOException {
        Path bom = Files.writeString(directory.resolve("bom.json"), """
                {"components": [
                  {"group": "io.tidegate", "name": "tidegate-serving", "version": "1"},
                  {"group": "g", "name": "id", "version": "1", "licenses": [{"license": {"id": "MIT"}}]},
                  {"group": "g", "name": "name", "version": "1", "licenses": [{"license": {"name": "BSD-ish"}}, {"license": {"id": "MIT"}}]},
                  {"group": "g", "name": "either", "version": "1", "licenses": [{"expression": "(MIT OR Apache-2.0)"}]},
                  {"group": "g", "name": "silent", "version": "1"}]}""");
        Path lock = Files.writeString(directory.resolve("package-lock.json"), """
                {"packages": {
                  "": {"name": "ours"},
                  "js": {"version": "1"},
                  "node_modules/@tidegate/client": {"link": true},
                  "node_modules/tool": {"version": "1", "dev": true, "license": "GPL-3.0"},
                  "node_modules/a/node_modules/@b/c": {"version": "2", "license": "MIT"}}}""");

        assertThat(Components.ofBom(bom))
                .containsExactly(
                        part("g:id", "MIT"),
                        part("g:name", "BSD-ish", "MIT"),
                        part("g:either", "MIT", "Apache-2.0"),
                        part("g:silent"));
        assertThat(Components.ofNpmLock(lock)).containsExactly(new Component("npm:@b/c", "2", List.of("MIT")));
    }

    private static Component part(String name, String... licences) {
        return new Component(name, "1", List.of(licences));
    }
}
