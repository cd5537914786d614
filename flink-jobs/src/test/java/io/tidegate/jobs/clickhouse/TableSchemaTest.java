package io.tidegate.jobs.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableSchemaTest {

    @Test
    void theSinksOwnColumnsComeLast() {
        TableSchema table = TableSchema.append("tidegate", "events", "event_id", "type");

        assertThat(table.qualifiedName()).isEqualTo("tidegate.events");
        assertThat(table.insertColumns()).isEqualTo("event_id,type,_batch_id,_lineage");
        assertThat(table.mode()).isEqualTo(WriteMode.APPEND);
    }

    @Test
    void namesThatWouldNeedQuotingAreRefused() {
        assertThatThrownBy(() -> TableSchema.append("tidegate", "events; DROP", "a"))
                .hasMessageStartingWith("table:");
        assertThatThrownBy(() -> TableSchema.append("tide gate", "events", "a")).hasMessageStartingWith("database:");
        assertThatThrownBy(() -> TableSchema.append("tidegate", "events", "a b"))
                .hasMessageStartingWith("columns:");
        assertThatThrownBy(() -> TableSchema.append("tidegate", "events")).hasMessageStartingWith("columns:");
    }

    @Test
    void aColumnIsNamedOnceAndIsntTheSinksOwn() {
        assertThatThrownBy(() -> TableSchema.append("tidegate", "events", "a", "a"))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> TableSchema.append("tidegate", "events", "_batch_id"))
                .hasMessageContaining("sink's own");
    }

    @Test
    void limitsNameTheFieldThatIsWrong() {
        assertThat(BatchLimits.DEFAULT).isEqualTo(new BatchLimits(100_000, 8 << 20));
        assertThatThrownBy(() -> new BatchLimits(0, 1)).hasMessageStartingWith("rows:");
        assertThatThrownBy(() -> new BatchLimits(1_000_001, 1)).hasMessageStartingWith("rows:");
        assertThatThrownBy(() -> new BatchLimits(1, 0)).hasMessageStartingWith("bytes:");
    }
}
