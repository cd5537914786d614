package io.tidegate.jobs.kafka;

import io.tidegate.contracts.DeadLetterHeaders;
import io.tidegate.contracts.Topics;
import io.tidegate.jobs.source.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** The original key and value, with the {@link DeadLetterHeaders}. */
final class DeadLetterSerializer implements KafkaRecordSerializationSchema<DeadLetter>, KafkaDatasetFacetProvider {

    private static final long serialVersionUID = 1L;

    private final String job;

    DeadLetterSerializer(String job) {
        this.job = Objects.requireNonNull(job, "job");
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(DeadLetter letter, KafkaSinkContext context, Long timestamp) {
        List<Header> headers = new ArrayList<>(8);
        headers.add(header(DeadLetterHeaders.REASON, letter.reason()));
        headers.add(header(DeadLetterHeaders.DETAIL, letter.detail()));
        headers.add(header(DeadLetterHeaders.STAGE, job + '/' + letter.stage()));
        headers.add(header(DeadLetterHeaders.ORIGINAL_TOPIC, letter.topic()));
        headers.add(header(DeadLetterHeaders.ORIGINAL_PARTITION, Integer.toString(letter.partition())));
        headers.add(header(DeadLetterHeaders.ORIGINAL_OFFSET, Long.toString(letter.offset())));
        headers.add(header(DeadLetterHeaders.ORIGINAL_TIMESTAMP, Long.toString(letter.appendedAtMs())));
        if (!letter.redrivenFrom().isEmpty()) {
            headers.add(header(DeadLetterHeaders.REDRIVEN_FROM, letter.redrivenFrom()));
        }
        return new ProducerRecord<>(Topics.EVENTS_DLQ, null, letter.key(), letter.value(), headers);
    }

    /** The sink asks for its topic: pooled transactional ids are recovered by listing the topic's transactions. */
    @Override
    public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
        return Optional.of(
                new DefaultKafkaDatasetFacet(DefaultKafkaDatasetIdentifier.ofTopics(List.of(Topics.EVENTS_DLQ))));
    }

    private static Header header(String key, String value) {
        return new RecordHeader(key, value.getBytes(StandardCharsets.UTF_8));
    }
}
