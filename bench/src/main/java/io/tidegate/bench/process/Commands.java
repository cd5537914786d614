package io.tidegate.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The helper's end of a {@link Child}. */
public final class Commands {

    /** Does what a command says and returns the answer. */
    @FunctionalInterface
    public interface Handler {
        String handle(String[] words) throws Exception;
    }

    private Commands() {}

    /** Says ready, then obeys until the input ends; then ends the process. */
    public static void obey(Handler handler) throws IOException {
        PrintStream answers = System.out;
        // Only answers go to whoever asks.
        System.setOut(System.err);
        answers.println(Child.READY);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            try {
                answers.println("ok " + handler.handle(command.split(" ")));
            } catch (Exception e) {
                e.printStackTrace();
                answers.println("failed: " + e);
            }
        }
        Runtime.getRuntime().halt(0);
    }
}
