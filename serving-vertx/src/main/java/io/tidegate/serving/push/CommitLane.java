package io.tidegate.serving.push;

import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The committed lane of a topic whose listeners get the uncommitted one: shows nothing, only sees what has committed. */
final class CommitLane implements TopicReader.Listener {

    private final FeedItem.Decoder decoder;
    private final CommitWatch watch;

    CommitLane(FeedItem.Decoder decoder, CommitWatch watch) {
        this.decoder = decoder;
        this.watch = watch;
    }

    @Override
    public void record(ConsumerRecord<byte[], byte[]> record, TopicReader.Position next) {
        FeedItem item;
        try {
            item = decoder.decode(record.value());
        } catch (IllegalArgumentException e) {
            return; // the fast lane has counted it as poison and logged it
        }
        watch.committed(item.id());
    }

    @Override
    public void read(TopicReader.Position position) {
        watch.check(position::next);
    }

    @Override
    public void lost(Instant lastRead, TopicReader.Position position) {
        watch.reset();
    }
}
