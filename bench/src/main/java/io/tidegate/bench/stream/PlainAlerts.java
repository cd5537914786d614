package io.tidegate.bench.stream;

import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Alerts without transactions, with the producer's settings of those with. */
final class PlainAlerts {

    private PlainAlerts() {}

    static KafkaSink<Alert> sink(String bootstrapServers) {
        Properties properties = KafkaAccess.properties();
        properties.setProperty(ProducerConfig.ACKS_CONFIG, "all");
        properties.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.setProperty(ProducerConfig.LINGER_MS_CONFIG, "0");
        return KafkaSink.<Alert>builder()
                .setBootstrapServers(bootstrapServers)
                .setKafkaProducerConfig(properties)
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setRecordSerializer(new Records())
                .build();
    }

    private static final class Records implements KafkaRecordSerializationSchema<Alert> {

        private static final long serialVersionUID = 1L;

        @Override
        public ProducerRecord<byte[], byte[]> serialize(Alert alert, KafkaSinkContext context, Long timestamp) {
            return new ProducerRecord<>(
                    Topics.ALERTS, alert.getSubject().getBytes(StandardCharsets.UTF_8), alert.toByteArray());
        }
    }
}
