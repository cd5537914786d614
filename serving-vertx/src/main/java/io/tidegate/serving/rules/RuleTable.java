package io.tidegate.serving.rules;

import io.tidegate.contracts.rules.RuleBook;
import io.tidegate.contracts.rules.RuleCatalog;
import io.tidegate.contracts.rules.RuleDefinition;
import io.tidegate.contracts.rules.RuleSpec;
import io.tidegate.contracts.v1.Rule;
import io.tidegate.serving.push.TopicReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The rules in force, from topic {@code rules}. Written by the topic's reader and by whoever changed a rule, read by any thread. */
final class RuleTable implements TopicReader.Listener {

    /**
     * @param base what a reset returns to
     * @param record who put it in force, and when; empty while it is the base
     */
    record Entry(RuleSpec spec, RuleDefinition rule, RuleDefinition base, Optional<Rule> record) {

        boolean isDefault() {
            return rule.meansTheSameAs(base);
        }
    }

    private final Map<String, RuleDefinition> base;
    private final RuleBook book;
    private volatile Map<String, Entry> entries;
    private volatile boolean ready;

    RuleTable(Map<String, RuleDefinition> base) {
        this.base = base;
        this.book = new RuleBook(base);
        this.entries = snapshot();
    }

    /** Whether everything that was on the topic at the start has been read. */
    boolean isReady() {
        return ready;
    }

    /** In the order of the catalogue. */
    Map<String, Entry> entries() {
        return entries;
    }

    Map<String, RuleDefinition> base() {
        return base;
    }

    Optional<Entry> find(String ruleId) {
        return Optional.ofNullable(entries.get(ruleId));
    }

    @Override
    public void caughtUp(TopicReader.Position position) {
        ready = true;
    }

    /** @throws IllegalArgumentException where the record means nothing; the rule in force stays */
    @Override
    public void record(ConsumerRecord<byte[], byte[]> record, TopicReader.Position next) {
        apply(
                record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8),
                record.value() == null ? new byte[0] : record.value());
    }

    /** Also takes a change before the reader brings it, so that its author sees it at once. */
    synchronized void apply(String ruleId, byte[] value) {
        RuleBook.Step step = book.apply(ruleId, value);
        switch (step.outcome()) {
            case IN_FORCE -> entries = snapshot();
            case REFUSED -> throw new IllegalArgumentException(step.problem());
            case PASSED_OVER -> {
                // The reader brings what its author has applied already.
            }
        }
    }

    private Map<String, Entry> snapshot() {
        Map<String, Entry> made = new LinkedHashMap<>();
        RuleCatalog.all()
                .forEach((id, spec) -> made.put(id, new Entry(spec, book.rule(id), base.get(id), book.record(id))));
        return made;
    }
}
