package io.tidegate.jobs.archive;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.source.Identified;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.jobs.source.SourceRecordTypeInfo;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * An event with the place it was read from.
 *
 * @param source a decoded record, no dead letter
 */
public record ArchivedEvent(SourceRecord<Event> source) implements Identified {

    static final TypeInformation<ArchivedEvent> TYPE =
            Types.POJO(ArchivedEvent.class, Map.of("source", new SourceRecordTypeInfo<>(Event.class)));

    @Override
    public String userId() {
        return ScopedId.of(source.message().getUserId(), source.message().getTenant());
    }

    @Override
    public String eventId() {
        return source.message().getEventId();
    }

    @Override
    public long appendedAtMs() {
        return source.appendedAtMs();
    }
}
