package io.tidegate.dev.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.dev.chaos.fault.FaultPlan.Draw;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultPlanTest {

    private static List<Draw> draws(long seed, List<FaultKind> kinds, int count) {
        FaultPlan plan = new FaultPlan(seed, kinds);
        List<Draw> draws = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            draws.add(plan.next());
        }
        return draws;
    }

    @Test
    void theSameSeedBreaksTheSameInTheSameOrder() {
        List<FaultKind> all = List.of(FaultKind.values());

        assertThat(draws(3, all, 60)).isEqualTo(draws(3, all, 60)).isNotEqualTo(draws(4, all, 60));
    }

    @Test
    void everyKindHasItsTurnBeforeAnyComesAgain() {
        List<FaultKind> all = List.of(FaultKind.values());
        List<Draw> draws = draws(3, all, 2 * all.size());

        assertThat(draws.subList(0, all.size())).extracting(Draw::kind).containsExactlyInAnyOrderElementsOf(all);
        assertThat(draws.subList(all.size(), 2 * all.size()))
                .extracting(Draw::kind)
                .containsExactlyInAnyOrderElementsOf(all);
        assertThat(draws).extracting(Draw::cycle).startsWith(1, 2, 3);
    }

    @Test
    void aNameOrTheBeginningOfSeveralIsUnderstoodAnythingElseIsNamed() {
        assertThat(FaultKind.parse("kill-store, cut"))
                .containsExactly(
                        FaultKind.KILL_STORE, FaultKind.CUT_STORE, FaultKind.CUT_CLIENTS, FaultKind.CUT_BODIES);
        assertThat(FaultKind.parse("all")).containsExactly(FaultKind.values());
        assertThatThrownBy(() -> FaultKind.parse("kill,flood"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got flood")
                .hasMessageContaining("kill-taskmanager");
    }
}
