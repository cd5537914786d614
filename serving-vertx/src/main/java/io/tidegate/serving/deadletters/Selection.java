package io.tidegate.serving.deadletters;

import java.time.Instant;
import java.util.Optional;

/**
 * Which dead letters are meant.
 *
 * @param reason exactly
 * @param stage exactly
 * @param from given up then or later
 * @param to given up before then
 */
record Selection(Optional<String> reason, Optional<String> stage, Optional<Instant> from, Optional<Instant> to) {

    static final Selection ALL = new Selection(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    boolean includes(DeadLetter letter) {
        return reason.map(letter.reason()::equals).orElse(true)
                && stage.map(letter.stage()::equals).orElse(true)
                && from.map(time -> !letter.at().isBefore(time)).orElse(true)
                && to.map(letter.at()::isBefore).orElse(true);
    }
}
