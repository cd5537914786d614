package io.tidegate.serving.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProtoPageTest {

    private static final Path PAGE = Path.of("../docs/proto.md");

    @Test
    void thePageIsWhatTheContractSays() throws IOException {
        String page = ProtoPage.of(Path.of("../contracts/src/main/proto/tidegate/v1"));
        if (System.getenv("TIDEGATE_WRITE_DOCS") != null) {
            Files.writeString(PAGE, page);
        }

        assertThat(Files.readString(PAGE)).isEqualTo(page);
    }
}
