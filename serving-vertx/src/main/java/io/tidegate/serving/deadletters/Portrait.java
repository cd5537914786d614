package io.tidegate.serving.deadletters;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.TextFormat;
import com.google.protobuf.UnknownFieldSet;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.LedgerEntry;
import io.tidegate.contracts.v1.Notification;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;

/** Everything that is known of one dead letter. */
final class Portrait {

    private static final Map<String, Parser<? extends Message>> MESSAGES = Map.of(
            Topics.EVENTS,
            Event.parser(),
            Topics.ALERTS,
            Alert.parser(),
            Topics.NOTIFICATIONS,
            Notification.parser(),
            Topics.LEDGER,
            LedgerEntry.parser());

    private Portrait() {}

    static void print(DeadLetter letter, boolean redriven, PrintWriter out) {
        out.println("place       " + letter.place());
        out.println("given up    " + letter.at() + " by " + Text.printable(letter.stage()));
        out.println("reason      " + Text.printable(letter.reason()));
        out.println("detail      " + Text.printable(letter.detail()));
        out.println("original    topic " + Text.printable(letter.topic()) + ", partition " + letter.partition()
                + ", offset " + letter.offset()
                + letter.appendedAt().map(time -> ", appended " + time).orElse(""));
        letter.redrivenFrom().ifPresent(place -> out.println("made of     dead letter " + place));
        out.println("redriven    " + (redriven ? "yes" : "no"));
        bytes("key", letter.key(), out);
        bytes("value", letter.value(), out);
        if (letter.value() != null) {
            out.println("decoded");
            out.print(decoded(letter).indent(2));
        }
    }

    private static void bytes(String name, byte[] bytes, PrintWriter out) {
        if (bytes == null) {
            out.println(name + "  none");
            return;
        }
        out.println(name + "  " + bytes.length + " bytes");
        out.print(Text.hex(bytes));
    }

    /** As the topic's message; failing that, as bare protobuf fields; failing that, what is wrong. */
    static String decoded(DeadLetter letter) {
        Parser<? extends Message> parser = MESSAGES.get(letter.topic());
        if (parser == null) {
            return "no message type is known for this topic";
        }
        try {
            return TextFormat.printer().escapingNonAscii(false).printToString(parser.parseFrom(letter.value()));
        } catch (InvalidProtocolBufferException asMessage) {
            return fields(letter.value())
                    .map(fields -> "not the topic's message (" + asMessage.getMessage() + "), but protobuf:\n" + fields)
                    .orElse("no protobuf: " + asMessage.getMessage());
        }
    }

    private static Optional<String> fields(byte[] value) {
        try {
            return Optional.of(TextFormat.printer().printToString(UnknownFieldSet.parseFrom(value)));
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }
}
