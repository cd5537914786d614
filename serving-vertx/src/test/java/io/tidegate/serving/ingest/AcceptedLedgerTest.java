package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Accepted;
import io.tidegate.contracts.v1.LedgerEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class AcceptedLedgerTest {

    private static final long MINUTE = 1_800_000_000_000L;

    private final AcceptedLedger ledger = new AcceptedLedger("gateway-1");

    @Test
    void countsArePerPartitionAndMinuteAndAbsolute() throws Exception {
        ledger.acknowledged(0, MINUTE + 59_999);
        ledger.acknowledged(0, MINUTE);
        ledger.acknowledged(1, MINUTE);
        ledger.acknowledged(0, MINUTE + 60_000);

        assertThat(due()).containsExactlyInAnyOrder(entry(0, 0, 2), entry(1, 0, 1), entry(0, 1, 1));

        ledger.acknowledged(0, MINUTE + 1);
        assertThat(due()).containsExactly(entry(0, 0, 3));
        assertThat(due()).isEmpty();
    }

    @Test
    void aCountKeepsItsKeySoThatCompactionKeepsTheLast() {
        ledger.acknowledged(2, MINUTE);

        ProducerRecord<byte[], byte[]> record = ledger.due().get(0);

        assertThat(record.topic()).isEqualTo(Topics.LEDGER);
        assertThat(new String(record.key(), StandardCharsets.UTF_8))
                .isEqualTo("accepted/events/2/" + MINUTE + "/gateway-1");
    }

    @Test
    void whatTheTopicDidNotTakeIsDueAgain() throws Exception {
        ledger.acknowledged(0, MINUTE);
        ledger.due();

        ledger.failed();

        assertThat(due()).containsExactly(entry(0, 0, 1));
    }

    @Test
    void aRecordWithoutATimeIsNotCounted() {
        ledger.acknowledged(0, -1);

        assertThat(ledger.due()).isEmpty();
    }

    @Test
    void minutesLongPastAreForgotten() {
        ledger.acknowledged(0, MINUTE);
        ledger.acknowledged(0, MINUTE + 60 * 60_000);
        ledger.due();

        ledger.failed();

        assertThat(ledger.due()).hasSize(1);
    }

    private List<Accepted> due() throws InvalidProtocolBufferException {
        List<ProducerRecord<byte[], byte[]>> records = ledger.due();
        Accepted[] entries = new Accepted[records.size()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = LedgerEntry.parseFrom(records.get(i).value()).getAccepted();
        }
        return List.of(entries);
    }

    private static Accepted entry(int partition, int minute, long records) {
        return Accepted.newBuilder()
                .setGateway("gateway-1")
                .setTopic(Topics.EVENTS)
                .setPartition(partition)
                .setMinuteMs(MINUTE + minute * 60_000L)
                .setRecords(records)
                .build();
    }
}
